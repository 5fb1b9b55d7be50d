package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"systole/shared/store"
)

// enrolment moves a member to a new object and erases the one before, as an
// enrolment does.
type enrolment struct {
	*testing.T
	rows    *Store
	objects *Objects
	n       int
}

func (e *enrolment) anew() {
	e.Helper()
	e.n++
	version := fmt.Sprintf("%012d", e.n)
	m, err := e.rows.Member(e.Context(), "u")
	key := store.TemplateKey(m.PK, version)
	err = errors.Join(err, e.objects.Put(e.Context(), key, []byte(version)),
		e.rows.SetTemplate(e.Context(), m, store.Template{Version: version, Key: key}, nil))
	if m.Template != nil {
		err = errors.Join(err, e.objects.EraseThrough(e.Context(), m.Template.Key, ""))
	}
	if err != nil {
		e.Fatal(err)
	}
}

func (e *enrolment) leave() {
	e.Helper()
	err := errors.Join(e.rows.DeleteMember(e.Context(), "u", 7), e.objects.Erase(e.Context(), store.TemplatesOf(7)))
	if err != nil {
		e.Fatal(err)
	}
}

func TestACloneIsWholeWhateverHappensMeanwhile(t *testing.T) {
	nothing := func(*enrolment) {}
	for _, tt := range []struct {
		name    string
		happens []func(*enrolment) // between the first look at the objects, the snapshots, and the further looks
		want    string             // version of the member's object, "" for no member
		objects int
	}{
		{"nothing", nil, "000000000001", 3},
		{"an enrolment before the snapshot", []func(*enrolment){(*enrolment).anew}, "000000000002", 3},
		{"an enrolment after the snapshot", []func(*enrolment){nothing, (*enrolment).anew}, "000000000001", 3},
		{"an enrolment before and one after it", []func(*enrolment){(*enrolment).anew, (*enrolment).anew}, "000000000003", 3},
		{"a deletion before it", []func(*enrolment){(*enrolment).leave}, "", 0},
		{"a deletion after it", []func(*enrolment){nothing, (*enrolment).leave}, "000000000001", 3},
		{"an enrolment before and a deletion after it", []func(*enrolment){(*enrolment).anew, (*enrolment).leave}, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows, objects, err := Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			e := &enrolment{T: t, rows: rows, objects: objects}
			err = errors.Join(
				rows.CreateMember(t.Context(), store.Member{Username: "u", PK: 7, PasswordHash: "h", Created: time.Now()}),
				rows.CreateMember(t.Context(), store.Member{Username: "without a template", PK: 9, PasswordHash: "h", Created: time.Now()}),
				objects.Put(t.Context(), store.EnrolledKey(7, "v", 0), []byte("a recording")),
				objects.Put(t.Context(), store.IncomingOf(7)+"0a", []byte("an upload")),
				objects.Put(t.Context(), store.TemplateKey(7, "0"), []byte("an orphan")),
				objects.Put(t.Context(), store.TemplateKey(8, "0"), []byte("nobody's")),
			)
			if err != nil {
				t.Fatal(err)
			}
			e.anew()
			step := 0
			meanwhile := func() {
				if step < len(tt.happens) {
					tt.happens[step](e)
				}
				step++
			}
			folder := filepath.Join(t.TempDir(), "clone")
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := rows.clone(t.Context(), objects, folder, meanwhile); err != nil {
				t.Fatal(err)
			}
			if version := versionIn(t, folder, tt.objects); version != tt.want {
				t.Errorf("version %q, want %q", version, tt.want)
			}
		})
	}
}

// versionIn returns the version of the member's template in the clone, whose
// object must exist, among a number of members.
func versionIn(t *testing.T, folder string, number int) string {
	t.Helper()
	rows, objects, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all, _, err := objects.List(t.Context(), "", "", 100)
	if err != nil || len(all) != number {
		t.Errorf("%d objects, want %d: %v, %v", len(all), number, all, err)
	}
	m, err := rows.Member(t.Context(), "u")
	if errors.Is(err, store.ErrNotFound) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	if content, err := objects.Get(t.Context(), m.Template.Key); err != nil || string(content) != m.Template.Version {
		t.Errorf("%s: %q, %v", m.Template.Key, content, err)
	}
	return m.Template.Version
}

func TestThereIsOneCloneAtATimeAndNoneAfterAKill(t *testing.T) {
	dir := t.TempDir()
	rows, objects, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	folder, _, err := rows.Clone(t.Context(), objects)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := rows.Clone(t.Context(), objects); err == nil {
		t.Error("two at once")
	}
	rows.Close() // as if it had been killed
	if rows, objects, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("%s is there: %v", folder, err)
	}
	_, remove, err := rows.Clone(t.Context(), objects)
	if err != nil {
		t.Fatal(err)
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
}
