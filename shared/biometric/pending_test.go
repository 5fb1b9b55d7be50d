package biometric

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// anywhere is a signer for every key.
type anywhere struct{}

func (anywhere) PresignPut(_ context.Context, key string, size int64, lifetime time.Duration) (store.SignedPut, error) {
	return store.SignedPut{Method: "PUT", URL: key}, nil
}

func (h *fixture) uploads() *Uploads {
	return NewUploads(h.owners(), h.calls, anywhere{}, func() time.Time { return h.now }, rand.Reader)
}

func TestUploadsThatNoRequestUsedAreBoundedByNumberAndBytes(t *testing.T) {
	for _, tt := range []struct {
		size int64
		most int
	}{{1, maxPending}, {MaxUploadSize, maxPendingBytes / MaxUploadSize}} {
		h := newFixture(t)
		for i := range tt.most {
			if _, err := h.uploads().Upload(t.Context(), kimsToken, tt.size); err != nil {
				t.Fatalf("%d of %d bytes: %v", i, tt.size, err)
			}
		}
		if _, err := h.uploads().Upload(t.Context(), kimsToken, tt.size); codeOf(err) != fault.TooManyUploads {
			t.Errorf("one more of %d bytes: %v", tt.size, err)
		}
		h.now = h.now.Add(pendingLifetime)
		h.logIn(t)
		if _, err := h.uploads().Upload(t.Context(), kimsToken, tt.size); err != nil || len(h.kim(t).Uploads) != 1 {
			t.Errorf("a day later: %v, %d pending", err, len(h.kim(t).Uploads))
		}
	}
}

func TestUploadsAskedForAtOnceAreAllCounted(t *testing.T) {
	h := newFixture(t)
	var done sync.WaitGroup
	for range maxUploads {
		done.Go(func() {
			if _, err := h.uploads().Upload(t.Context(), kimsToken, 5); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if n := len(h.kim(t).Uploads); n != maxUploads {
		t.Errorf("%d are counted, want %d", n, maxUploads)
	}
}

func TestAUsedUploadIsGoneAndCountsNoMore(t *testing.T) {
	h := newFixture(t)
	upload := func(recording string) string {
		up, err := h.uploads().Upload(t.Context(), kimsToken, int64(len(recording)))
		if err != nil {
			t.Fatal(err)
		}
		must(t, h.objects.Put(t.Context(), up.URL, []byte(recording)))
		return up.ID
	}
	id := upload(enrolment)
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: Submission{Uploads: []string{id}}}))
	if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: Submission{Uploads: []string{upload(same)}}}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if n := len(h.kim(t).Uploads); n != 0 {
		t.Errorf("%d still count", n)
	}
	if slices.ContainsFunc(h.keys(t), func(key string) bool { return key[:9] == "incoming/" }) {
		t.Errorf("left: %q", h.keys(t))
	}
	if err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: Submission{Uploads: []string{id}}}); codeOf(err) != fault.UploadMissing {
		t.Errorf("again: %v", err)
	}
}

func TestOnlyALiveSessionIsGivenAnUpload(t *testing.T) {
	h := newFixture(t)
	must(t, h.store.VoidTokens(t.Context(), "kim", 7, noon.Add(time.Second)))
	if _, err := h.uploads().Upload(t.Context(), kimsToken, 5); codeOf(err) != fault.TokenInvalid {
		t.Errorf("a void one: %v", err)
	}
	must(t, h.store.KeepSession(t.Context(), sha256.Sum256([]byte(kimsToken)), noon.Add(time.Second)))
	for size, want := range map[int64]fault.Code{0: fault.FieldInvalid, -1: fault.FieldInvalid, MaxUploadSize + 1: fault.BodyTooLarge, MaxUploadSize: ""} {
		if _, err := h.uploads().Upload(t.Context(), kimsToken, size); codeOf(err) != want {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestIDsOfUploadsAreCheckedAndBounded(t *testing.T) {
	h := newFixture(t).enrolled(t)
	must(t, h.objects.Put(t.Context(), "incoming/8/0123456789abcdef0123456789abcdef", []byte("somebody else's")))
	for _, ids := range [][]string{
		{"../8/0123456789abcdef0123456789abcdef"}, {""}, {h.kim(t).Template.Version}, {"0123456789abcdef0123456789abcdef"},
	} {
		if err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: Submission{Uploads: ids}}); codeOf(err) != fault.UploadMissing {
			t.Errorf("%q: %v", ids, err)
		}
	}
	if err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: Submission{Uploads: make([]string, maxUploads+1)}}); codeOf(err) != fault.TooManyFiles {
		t.Errorf("%d uploads: %v", maxUploads+1, err)
	}
}

// The stub's address is the key itself, and Put has the condition of a signed
// address: the key must be empty.
func TestAnAddressIsClosedWithAccountAndTemplate(t *testing.T) {
	for name, remove := range map[string]func(t *testing.T, h *fixture) error{
		"the account ends":        func(t *testing.T, h *fixture) error { return h.deletion(t).Forget(t.Context(), h.kim(t)) },
		"the template is deleted": func(t *testing.T, h *fixture) error { return h.deletion(t).DeleteOf(t.Context(), h.kim(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newFixture(t).enrolled(t)
			address := func() string {
				up, err := h.uploads().Upload(t.Context(), kimsToken, 5)
				must(t, err)
				return up.URL
			}
			expired := address()
			h.now = h.now.Add(addressClosed)
			h.logIn(t)
			taken, open := address(), address()
			must(t, h.objects.Put(t.Context(), taken, []byte("12345")))
			must(t, remove(t, h))
			for _, at := range []string{taken, open} {
				if err := h.objects.Put(t.Context(), at, []byte("12345")); !errors.Is(err, store.ErrExists) {
					t.Errorf("a file put at %s afterwards: %v", at, err)
				}
				if b, err := h.objects.Get(t.Context(), at); err != nil || len(b) != 0 {
					t.Errorf("there lies %q, %v", b, err)
				}
			}
			if slices.Contains(h.keys(t), expired) {
				t.Errorf("%s has expired and needs no closing", expired)
			}
			if n := len(h.kim(t).Uploads); n != 0 {
				t.Errorf("%d are awaited", n)
			}
		})
	}
}

// erasing counts erasures.
type erasing struct {
	Objects
	n *atomic.Int64
}

func (o erasing) EraseThrough(ctx context.Context, folder, last string) error {
	o.n.Add(1)
	return o.Objects.EraseThrough(ctx, folder, last)
}

// Each id is a deletion at the end of the check: a request with thousands of
// them would cost as many calls.
func TestACheckThatNamesTooManyUploadsErasesNone(t *testing.T) {
	h := newFixture(t).enrolled(t)
	var n atomic.Int64
	h.Service.objects = erasing{h.Service.objects, &n}
	c := request(same)
	for i := range 1000 {
		c.Uploads = append(c.Uploads, fmt.Sprintf("%032x", i))
	}
	if _, err := h.Verify(t.Context(), kimsToken, c); codeOf(err) != fault.TooManyFiles {
		t.Errorf("error is %v", err)
	}
	if n.Load() > 0 {
		t.Errorf("%d erasures", n.Load())
	}
}
