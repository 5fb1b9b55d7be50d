package embedded_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
)

// rows are the rows of a database file, by bucket.
type rows map[string][]struct {
	Key   string          `json:"key"` // hexadecimal
	Value json.RawMessage `json:"value"`
	Word  string          `json:"word"` // a value that is not JSON
}

// TestAFileOfNovember2026IsReadAndWrittenAlike opens a file that the program of
// that time wrote. Its rows stay readable, and rows written today have the same
// names.
func TestAFileOfNovember2026IsReadAndWrittenAlike(t *testing.T) {
	b, err := os.ReadFile("testdata/rows-2026-11.json")
	must(t, err)
	var old rows
	must(t, json.Unmarshal(b, &old))
	dir := t.TempDir()
	file := filepath.Join(dir, "members.db")
	old.write(t, file)

	s, _ := open(t, dir)
	noon, age := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), 26
	hong := store.Member{
		Username: "홍길동", PK: 7, Name: "길동 홍", Age: &age, Gender: store.Male, PasswordHash: "$argon2id$h",
		Created: noon, TokensValidFrom: noon.Add(-time.Hour), Consent: &store.Consent{Version: "2026-11", Given: noon},
		Template: &store.Template{
			Version: "v1", Key: "models/7/v1", Made: noon, Used: noon.Add(time.Hour), Algorithm: "mean-1", Quality: 0.875,
			Failures: 1, FailedAt: noon.Add(2 * time.Hour),
		},
		Digests: map[string][]byte{"a1": {1, 2, 3}},
	}
	session := store.Session{
		ID: store.TokenID{1, 2}, Username: "홍길동", PK: 7, Issued: noon, Used: noon, Expires: noon.Add(720 * time.Hour),
		ValidFrom: noon.Add(-time.Hour), TemplateKey: "models/7/v1",
		Challenge: store.Challenge{Hash: [32]byte{9}, Expires: noon.Add(time.Minute)},
	}
	m, attempts, err := s.MemberWithAttempts(t.Context(), "홍길동", []string{"name:x"})
	must(t, err)
	if !reflect.DeepEqual(*m, hong) || attempts[0] != (store.Attempts{Failures: 2, FailedAt: noon.Add(time.Second)}) {
		t.Errorf("member is\n%+v, %+v, want\n%+v", *m, attempts, hong)
	}
	if found, err := s.MemberByPK(t.Context(), 7); err != nil || found.Username != "홍길동" {
		t.Errorf("by pk: %+v, %v", found, err)
	}
	if of, err := s.SessionsOf(t.Context(), "홍길동"); err != nil || len(of) != 1 || of[0] != session {
		t.Errorf("sessions are\n%+v, %v, want\n%+v", of, err, session)
	}
	if events, _, err := s.ActivityOf(t.Context(), "홍길동", "", 10); err != nil || len(events) != 1 || events[0].Kind != "logged_in" {
		t.Errorf("activity is %+v, %v", events, err)
	}
	if err := s.ClaimPKBlock(t.Context(), 3, "another"); !errors.Is(err, store.ErrExists) {
		t.Errorf("a block of PKs that is claimed: %v", err)
	}

	// The same values are written again.
	must(t, s.VoidTokens(t.Context(), "홍길동", 7, hong.TokensValidFrom))
	must(t, s.TouchSession(t.Context(), session.ID, session.Used, session.TemplateKey))
	must(t, s.Close())
	old.compare(t, file)
}

func (r rows) write(t *testing.T, file string) {
	t.Helper()
	db, err := bolt.Open(file, 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bolt.Tx) error {
		for name, of := range r {
			bucket, err := tx.CreateBucket([]byte(name))
			must(t, err)
			for _, row := range of {
				key, err := hex.DecodeString(row.Key)
				must(t, err)
				must(t, bucket.Put(key, append([]byte(row.Word), row.Value...)))
			}
		}
		return nil
	}))
	must(t, db.Close())
}

// compare fails the test unless the file has exactly these rows.
func (r rows) compare(t *testing.T, file string) {
	t.Helper()
	db, err := bolt.Open(file, 0o600, &bolt.Options{ReadOnly: true})
	must(t, err)
	defer db.Close()
	must(t, db.View(func(tx *bolt.Tx) error {
		for name, of := range r {
			bucket := tx.Bucket([]byte(name))
			if n := bucket.Stats().KeyN; n != len(of) {
				t.Errorf("%s has %d rows, want %d", name, n, len(of))
			}
			for _, row := range of {
				key, err := hex.DecodeString(row.Key)
				must(t, err)
				if got, want := string(bucket.Get(key)), row.Word+string(row.Value); got != want {
					t.Errorf("%s holds\n%s, want\n%s", name, got, want)
				}
			}
		}
		return nil
	}))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
