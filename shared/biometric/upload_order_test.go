package biometric

import (
	"testing"

	"systole/shared/fault"
)

func TestNoUploadIsFetchedForACheckThatIsNotAdmitted(t *testing.T) {
	h := remembering(t)
	fetched := 0
	h.calls.before = func(made string) error {
		if made == "Get" {
			fetched++
		}
		return nil
	}
	_, err := h.Service.Verify(t.Context(), kimsToken, Check{Submission: Submission{Uploads: []string{"00000000000000000000000000000000"}}})
	if !fault.Is(err, fault.NoModel) || fetched != 0 {
		t.Errorf("error %v, %d objects fetched, want no_model and none", err, fetched)
	}
}
