package member

import (
	"bytes"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"systole/shared/memory"
	"systole/shared/store"
)

func TestASubjectIsTheSameForASectorAndAnotherForEachOther(t *testing.T) {
	kept := new(memory.Store)
	subjects := NewSubjects(kept, rand.Reader)
	seen := map[string]string{}
	for _, name := range []string{"kim", "lee"} {
		m := store.Member{Username: name, PK: int64(len(seen) + 1), PasswordHash: name, Created: time.Unix(1, 0)}
		if err := kept.CreateMember(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		for _, sector := range []string{"https://a.example", "https://b.example"} {
			var racers sync.WaitGroup
			all := make([]string, 8)
			for i := range all {
				racers.Go(func() { all[i], _ = subjects.Of(t.Context(), m, sector) }) // as read before the member had a salt
			}
			racers.Wait()
			for _, s := range all {
				if s == "" || s != all[0] {
					t.Fatalf("%s to %s: %q", name, sector, all)
				}
			}
			if other, there := seen[all[0]]; there {
				t.Errorf("%s to %s is %s", name, sector, other)
			}
			seen[all[0]] = name + " to " + sector
		}
	}
}

func TestAMemberWhoIsGoneGetsNoSubject(t *testing.T) {
	kept := new(memory.Store)
	next := store.Member{Username: "kim", PK: 2, PasswordHash: "h"}
	if err := kept.CreateMember(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	s, err := NewSubjects(kept, rand.Reader).Of(t.Context(), store.Member{Username: "kim", PK: 1}, "https://a.example")
	if !errors.Is(err, store.ErrConflict) {
		t.Errorf("subject %q, %v", s, err)
	}
	if _, err := NewSubjects(kept, bytes.NewReader(nil)).Of(t.Context(), next, "https://a.example"); err == nil {
		t.Error("a salt came from no source")
	}
}
