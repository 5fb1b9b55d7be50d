package ecg_test

import (
	"fmt"
	"log"

	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/tests/support/synthetic"
)

// A person enrols with 20 s of lead I; later recordings of 12 s are compared.
func Example() {
	record := func(person, seed uint64, seconds float64) *ecg.Reading {
		const rateHz, noiseMV = 500, 0.01
		mv, _ := synthetic.Person(person).Strip(seconds, rateHz, noiseMV, seed)
		r, err := ecg.Read(ecg.Signal{MV: mv, RateHz: rateHz})
		if err != nil {
			log.Fatal(err)
		}
		return r
	}
	need := quality.Need{Seconds: 10, CleanBeats: 6}
	template, err := ecg.Enrol(parameters.Shipped.Newest(), need, record(1, 1, 20))
	if err != nil {
		log.Fatal(err) // an *ecg.Unusable says what the recording lacks
	}
	for person := uint64(1); person <= 3; person++ {
		score, err := template.Compare(record(person, 2, 12))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("person %d: %v\n", person, score.Accepted(ecg.FMR(0.001)))
	}
	// Output:
	// person 1: true
	// person 2: false
	// person 3: false
}
