// Package upgrade updates the service on a folder that an earlier version wrote,
// and rolls it back: no member has to enrol again.
package upgrade

import (
	"archive/tar"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"systole/infra/keyfile"
	"systole/infra/service"
	"systole/shared/api"
	"systole/shared/ecg/engine"
	"systole/shared/ecg/parameters"
	"systole/shared/embedded"
	"systole/shared/fault"
	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
)

// The names of algorithms, and tables of versions.
const (
	older  = "heart-1-6bf83077"
	newest = "heart-4-642a49b2"
)

// table returns the table of a version with these algorithms, the newest first.
// fresh marks the newest as new.
func table(t *testing.T, fresh bool, names ...string) parameters.Algorithms {
	t.Helper()
	var all parameters.Algorithms
	for i, name := range names {
		p, ok := parameters.Shipped.Named(name)
		if !ok {
			t.Fatalf("%s isn't shipped any more: this test goes with it", name)
		}
		all = append(all, parameters.Algorithm{Name: name, Parameters: func() *parameters.Parameters { return p }, Fresh: fresh && i == 0})
	}
	return all
}

// deployment is the folder, and the versions of the service that run on it.
type deployment struct {
	folder string
	stores service.Stores
	close  func() error
	now    time.Time
	token  string
}

// unpacked returns a copy of the folder that the earlier version wrote.
func unpacked(t *testing.T) *deployment {
	t.Helper()
	folder := t.TempDir()
	if err := unpack("testdata/heart-1.tar.gz", folder); err != nil {
		t.Fatal(err)
	}
	d := &deployment{folder: folder, now: time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)}
	d.open(t)
	t.Cleanup(func() { d.close() })
	return d
}

// open opens the folder's stores.
func (d *deployment) open(t *testing.T) {
	t.Helper()
	kept, objects, err := embedded.Open(d.folder)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := keyfile.Open(d.folder)
	if err != nil {
		t.Fatal(err)
	}
	d.stores = service.Stores{Members: kept, Sessions: kept, Grants: kept, Objects: objects, Keys: keys}
	d.close = kept.Close
}

func unpack(archive, folder string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	for r := tar.NewReader(unzipped); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		at := filepath.Join(folder, filepath.FromSlash(header.Name))
		if header.Typeflag == tar.TypeDir {
			err = os.MkdirAll(at, 0o700)
		} else {
			err = write(at, r)
		}
		if err != nil {
			return err
		}
	}
}

func write(path string, from io.Reader) error {
	b, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}

// version returns the service with a table of algorithms.
func (d *deployment) version(t *testing.T, algorithms parameters.Algorithms) http.Handler {
	t.Helper()
	settings, err := fixture.Settings()
	if err != nil {
		t.Fatal(err)
	}
	e := engine.With(recordings.RateHz, algorithms)
	return api.New(api.Settings{}, service.RoutesWith(e, settings, d.stores, func() time.Time { return d.now }, rand.Reader)...)
}

// later moves the clock and logs in again.
func (d *deployment) later(t *testing.T, by time.Duration, v http.Handler) {
	t.Helper()
	d.now = d.now.Add(by)
	in := fixture.Send(t.Context(), v, fixture.Request{Method: "POST", Path: "/members/login/", Form: "username=kim&password=a+pass+phrase+of+kim"}).Want(t, 200, "")
	d.token = in.Body["token"].(string)
}

// recording returns one of the member's recordings, each of which is sent once.
func recording(t *testing.T, n int) []byte {
	t.Helper()
	file, err := os.Open(fmt.Sprintf("testdata/check_%02d.csv.gz", n))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (d *deployment) check(t *testing.T, v http.Handler, file []byte) fixture.Answer {
	t.Helper()
	return fixture.Send(t.Context(), v, fixture.Request{Method: "POST", Path: "/authenticate/check_user/", Token: d.token, File: file})
}

// knows fails the test unless the version accepts a recording of the member, and
// refuses a stranger's.
func (d *deployment) knows(t *testing.T, v http.Handler, n int) {
	t.Helper()
	d.later(t, time.Hour, v)
	if a := d.check(t, v, recording(t, n)); a.Body["result"] != "true" {
		t.Errorf("recording %d: %v", n, a)
	}
	if a := d.check(t, v, recordings.Probe(t, 3+n)); a.Body["result"] != "false" {
		t.Errorf("a stranger: %v", a)
	}
}

// algorithm returns the oldest algorithm that the member's template needs.
func (d *deployment) algorithm(t *testing.T) string {
	t.Helper()
	m, err := d.stores.Members.Member(t.Context(), "kim")
	if err != nil {
		t.Fatal(err)
	}
	return m.Template.Algorithm
}

func TestNobodyEnrolsAgainForANewAlgorithmOrARollback(t *testing.T) {
	d := unpacked(t)
	before := d.version(t, table(t, false, older))
	updated := d.version(t, table(t, true, newest, older))
	later := d.version(t, table(t, false, newest, older))
	without := d.version(t, table(t, false, newest))

	d.knows(t, before, 3)
	d.later(t, time.Hour, without)
	if a := d.check(t, without, recording(t, 14)); a.Word() != string(fault.ModelObsolete) {
		t.Errorf("the older algorithm is needed still: %v", a)
	}

	// The update, under traffic: functions of both versions answer at once.
	d.later(t, time.Hour, updated)
	var wg sync.WaitGroup
	for i, v := range []http.Handler{before, updated, before, updated} {
		wg.Go(func() {
			if a := d.check(t, v, recording(t, 4+i)); a.Body["result"] != "true" {
				t.Errorf("under way, recording %d: %v", 4+i, a)
			}
		})
	}
	wg.Wait()
	d.knows(t, updated, 8)
	d.knows(t, before, 9) // after a rollback, when a newer template has begun
	d.later(t, 24*time.Hour, updated)
	d.knows(t, updated, 10)
	d.knows(t, updated, 11)
	if got := d.algorithm(t); got != older {
		t.Errorf("a rollback would find a template by %s", got)
	}

	d.knows(t, before, 12) // after a rollback, when the newer template decides
	d.knows(t, updated, 13)
	d.knows(t, later, 14) // when no older template is left
	if got := d.algorithm(t); got != newest {
		t.Errorf("the older template stays: %s", got)
	}
	d.later(t, time.Hour, without)
	if a := d.check(t, without, recording(t, 14)); a.Word() != string(fault.Replay) {
		t.Errorf("without the older algorithm: %v", a)
	}
}
