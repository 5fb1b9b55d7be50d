package member

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"strings"
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

// salted is a store whose member gets a salt from another request.
type salted struct {
	SubjectStore
	now  store.Member
	fail error
}

func (s salted) SetSubjectSalt(context.Context, string, int64, []byte) error {
	return store.ErrConflict
}

func (s salted) Member(context.Context, string) (store.Member, error) { return s.now, s.fail }

func TestTheSaltThatCameFirstCounts(t *testing.T) {
	m := store.Member{Username: "kim", PK: 7}
	withSalt := store.Member{Username: "kim", PK: 7, SubjectSalt: []byte("salt")}
	want, err := NewSubjects(salted{}, nil).Of(t.Context(), withSalt, "shop")
	if err != nil {
		t.Fatal(err)
	}
	source := func() *strings.Reader { return strings.NewReader(strings.Repeat("r", 32)) }
	got, err := NewSubjects(salted{now: withSalt}, source()).Of(t.Context(), m, "shop")
	if err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	for name, s := range map[string]salted{
		"another member":       {now: store.Member{Username: "kim", PK: 8, SubjectSalt: []byte("salt")}},
		"no salt":              {now: m},
		"nobody any more":      {fail: store.ErrNotFound},
		"a store that is down": {fail: store.ErrUnavailable},
	} {
		if got, err := NewSubjects(s, source()).Of(t.Context(), m, "shop"); err == nil || s.fail != nil && !errors.Is(err, s.fail) {
			t.Errorf("%s: %s", name, got)
		}
	}
}
