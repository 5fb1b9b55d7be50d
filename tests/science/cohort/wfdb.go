package cohort

import (
	"errors"
	"fmt"
	"os"

	"systole/shared/ecg/recording"
)

// ReadWFDB reads the first signal of a record, in mV: the files base.hea and
// base.dat.
func ReadWFDB(base string) (mv []float64, rateHz float64, err error) {
	hea, err1 := os.ReadFile(base + ".hea")
	dat, err2 := os.ReadFile(base + ".dat")
	if err := errors.Join(err1, err2); err != nil {
		return nil, 0, err
	}
	r, err := recording.ReadParts([]recording.Part{{Data: hea}, {Data: dat}}, recording.Hints{})
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", base, err)
	}
	return r.Leads[0].MV, r.RateHz, nil
}
