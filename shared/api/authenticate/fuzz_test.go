package authenticate_test

import (
	"testing"

	"systole/tests/support/recordings"
)

// FuzzFile sends any bytes as a recording at any rate: the answer is a success or
// a client's error, never the service's.
func FuzzFile(f *testing.F) {
	f.Add(head(recordings.Excerpt(f, same), 400), "500")
	f.Add([]byte("time;ecg [uV]\n0,002;-12,5\n0,004;13\n"), "")
	f.Add([]byte("\"NaN\"\n\"1e308\"\n\"-1E-4\"\n"), "4999.9")
	f.Add([]byte("\xff\xfe1\x00\n\x00"), "1e-9")
	f.Add([]byte("Sample Rate,512 hertz\n\n1\n2\n"), "50")
	h := newFixture(f).enrolled(f)
	f.Fuzz(func(t *testing.T, content []byte, rate string) {
		for _, path := range []string{makeModel, checkUser} {
			a := h.serve(t, post(path, field("sampling_rate", rate), file("data", content)))
			if a.status != 200 && (a.status < 400 || a.status > 499) {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
	})
}
