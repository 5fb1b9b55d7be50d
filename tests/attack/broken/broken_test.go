package broken

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"systole/tests/support/fixture"
	"systole/tests/support/long"
)

var (
	files = flag.Int("files", long.Runs(100, 1500), "how many broken recordings are sent")
	forms = flag.Int("forms", long.Runs(100, 500), "how many broken bodies are sent")
)

// Limits on the cost of a broken request. The time counted is processor time,
// which does not grow on a busy machine. The fixed part of the memory is what the
// service itself and unpacking take, whatever a file's size.
const (
	slowest     = time.Second
	timesInput  = 4
	fixedMemory = 96 << 20
)

// session is the whole service and a member's token.
type session struct {
	http.Handler
	token string
}

func newSession(t *testing.T) session {
	t.Helper()
	settings, err := fixture.Settings()
	if err != nil {
		t.Fatal(err)
	}
	settings.UploadsKeep = 0
	stores, err := fixture.Memory(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	h := session{Handler: fixture.New(settings, stores, time.Now)}
	w := h.send("POST", "/members/create/", "application/x-www-form-urlencoded", []byte("username=kim&password=tachy-cardia!&name=Kim"))
	var answer struct{ Token string }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		t.Fatalf("sign-up: %d %s", w.Code, w.Body)
	}
	h.token = answer.Token
	return h
}

func (h session) send(method, path, contentType string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	if h.token != "" {
		r.Header.Set("Authorization", "Token "+h.token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// tally counts answers and remembers the most expensive.
type tally struct {
	statuses map[int]int
	slowest  time.Duration
	largest  uint64
}

// try sends a request and holds the answer to the limits. A success fails the
// test unless the request may be sound.
func (h session) try(t *testing.T, n *tally, name, path, contentType string, body []byte, mayBeSound bool) {
	t.Helper()
	runtime.GC()
	before := heap()
	stop, peak := watch()
	begin := cpu(t)
	w := h.send("POST", path, contentType, body)
	took := cpu(t) - begin
	stop()
	used := peak.Load() - min(peak.Load(), before)
	n.statuses[w.Code]++
	n.slowest, n.largest = max(n.slowest, took), max(n.largest, used)
	switch {
	case w.Code >= 400 && w.Code < 500 && strings.Contains(w.Body.String(), `"error":`):
	case w.Code == http.StatusOK && mayBeSound:
	default:
		t.Errorf("%s: answered %d %s", name, w.Code, w.Body)
	}
	if took > slowest*raceFactor {
		t.Errorf("%s: took %v of processor time", name, took)
	}
	if limit := uint64(timesInput*len(body) + fixedMemory); used > limit {
		t.Errorf("%s: %d bytes took %d bytes of memory", name, len(body), used)
	}
}

// cpu returns the processor time that this process has used.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// heap returns the bytes of all objects on the heap, those not yet freed
// included.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// watch records the heap's peak until stop is called.
func watch() (stop func(), peak *atomic.Uint64) {
	peak = new(atomic.Uint64)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for tick := time.NewTicker(200 * time.Microsecond); ; {
			peak.Store(max(peak.Load(), heap()))
			select {
			case <-done:
				tick.Stop()
				return
			case <-tick.C:
			}
		}
	}()
	return func() { close(done); <-stopped }, peak
}

func (n *tally) String() string {
	return fmt.Sprintf("answers by status %v, slowest %v, largest %d MB", n.statuses, n.slowest.Round(time.Millisecond), n.largest>>20)
}

func TestBrokenRecordingsAreRefusedAtOnce(t *testing.T) {
	whole, err := sound("../../../shared/ecg/recording/testdata/samples")
	if err != nil {
		t.Fatal(err)
	}
	h, n, chance := newSession(t), &tally{statuses: map[int]int{}}, mathrand.New(mathrand.NewPCG(1, 2))
	for _, f := range inventions(chance) {
		contentType, body := fixture.Multipart(f.data)
		h.try(t, n, f.name, "/authenticate/make_model/", contentType, body, false)
	}
	for i := range *files {
		f, d := whole[i%len(whole)], damages[chance.IntN(len(damages))]
		if len(f.data) == 0 {
			t.Fatalf("%s is empty", f.name)
		}
		contentType, body := fixture.Multipart(d.do(chance, f.data))
		h.try(t, n, fmt.Sprintf("%d, %s: %s", i, f.name, d.name), "/authenticate/make_model/", contentType, body, true)
	}
	t.Logf("%d recordings: %v", *files, n)
}

func TestBrokenBodiesAreRefusedAtOnce(t *testing.T) {
	h, n, chance := newSession(t), &tally{statuses: map[int]int{}}, mathrand.New(mathrand.NewPCG(3, 4))
	paths := []string{"/members/create/", "/members/password/", "/members/recover/", "/members/sessions/end/", "/console/hand_off/", "/console/hand_off/take/", "/members/consent/", "/authenticate/uploads/", "/authenticate/make_model/", "/authenticate/check_user/"}
	for sent := 0; sent < *forms; {
		for _, b := range bodies(chance) {
			path := paths[chance.IntN(len(paths))]
			h.try(t, n, b.name+" to "+path, path, b.contentType, b.data, false)
			sent++
		}
	}
	t.Logf("%d bodies: %v", *forms, n)
}
