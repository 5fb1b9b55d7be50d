package raw

import (
	"slices"
	"testing"
)

func TestChannelsAreToldByNameAndUnit(t *testing.T) {
	for _, c := range []struct {
		name, unit string
		want       kind
	}{
		{"I", "mV", heartSignal}, {"ECG I", "uV", heartSignal}, {"EKG", "", heartSignal}, {"ECG1-ECG2", "\xb5V", heartSignal},
		{"MLII", "mV", heartSignal}, {"lead_aVR", "V", heartSignal}, {"V5", "millivolt", heartSignal}, {"Lead I (Einthoven)", "nV", heartSignal},
		{"ECG chest", "mV", heartSignal}, {"BioECG", "volts", heartSignal}, {"ECG", "adu", heartSignal},
		{"", "", anySignal}, {"channel 1", "mcV", anySignal}, {"Fp1", "uV", anySignal}, {"C3", "uV", anySignal},
		{"", "mmHg", otherSignal}, {"ABP", "mmHg", otherSignal}, {"Resp Thorax", "mV", otherSignal}, {"PLETH", "NU", otherSignal},
		{"EEG C3-A2", "uV", otherSignal}, {"ECG rate", "bpm", otherSignal}, {"EDF Annotations", "", otherSignal}, {"Status", "Boolean", otherSignal},
	} {
		if got := (Channel{Name: c.name, Unit: c.unit}).kind(); got != c.want {
			t.Errorf("%q in %q is of kind %d, want %d", c.name, c.unit, got, c.want)
		}
	}
}

func TestTheHeartsOfOneRateAreRead(t *testing.T) {
	heart := func(name string, rateHz float64) Channel { return Channel{Name: name, Unit: "mV", RateHz: rateHz} }
	for _, c := range []struct {
		name     string
		channels []Channel
		wanted   string
		want     []int
	}{
		{"leads before others", []Channel{heart("A", 500), heart("II", 500), heart("I", 500)}, "", []int{1, 2}},
		{"one rate", []Channel{heart("II", 250), heart("I", 500), heart("V1", 250)}, "", []int{0, 2}},
		{"the wanted one's rate", []Channel{heart("II", 250), heart("I", 500), heart("V1", 250)}, "i", []int{1}},
		{"what is wanted, whatever it is", []Channel{heart("II", 250), heart("Resp", 25), heart("Temp", 25)}, "resp", []int{1}},
		{"nothing says what it is", []Channel{heart("", 500), heart("", 500)}, "", []int{0, 1}},
		{"not the broken", []Channel{{Name: "I", Broken: true}, heart("II", 500)}, "I", []int{1}},
		{"none", []Channel{heart("Resp", 25), {Broken: true}}, "", nil},
	} {
		got, err := new(Recording).Hearts(c.channels, c.wanted)
		if !slices.Equal(got, c.want) || (err != nil) != (c.want == nil) {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
	}
}
