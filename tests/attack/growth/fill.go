package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"systole/shared/embedded"
	"systole/shared/store"
)

// crowd is the members among whom the service is measured: each has a template, a
// session and an entry of activity, none of it due. Their keys are in order, so
// that a million are written in minutes; look-ups take the same time.
type crowd struct {
	rows *embedded.Store
	dir  string
	now  time.Time
	size int // members
}

// loaders is the number of members that are written concurrently: they share the
// syncs of the database file.
const loaders = 1024

// maxFiles bounds the templates' files; the templates of further members have
// none. More would only test a file system's folders.
const maxFiles = 20_000

// fill writes the members with these numbers.
func (c crowd) fill(ctx context.Context, from, to int) error {
	return atOnce(loaders, from, to, func(n int) error { return c.add(ctx, n) })
}

// atOnce calls do with each number from from to before to, with the given number
// of workers.
func atOnce(workers, from, to int, do func(n int) error) error {
	next := make(chan int, workers)
	var mu sync.Mutex
	var failed error
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for n := range next {
				if err := do(n); err != nil {
					mu.Lock()
					failed = errors.Join(failed, err)
					mu.Unlock()
				}
			}
		})
	}
	for n := from; n < to; n++ {
		next <- n
	}
	close(next)
	wg.Wait()
	return failed
}

// pkOf returns a number as the service draws it: the next of a block.
func pkOf(n int) int64 { return 1<<40 + int64(n) }

func (c crowd) member(n int) store.Member {
	pk, made := pkOf(n), c.now.Add(time.Duration(n)*time.Microsecond)
	version := fmt.Sprintf("%032x", pk)
	return store.Member{
		Username: fmt.Sprintf("member%09d", n), PK: pk, Name: "길동 홍", PasswordHash: fmt.Sprintf("$argon2id$v=19$m=19456,t=2,p=1$%043d", n),
		Created: made, TokensValidFrom: made, Seen: made,
		Template: &store.Template{
			Version: version, Key: store.TemplateKey(pk, version), Made: made, Used: made, Algorithm: "heart-2", Quality: 0.9,
		},
	}
}

func tokenOf(n int, kind byte) store.TokenID {
	var id store.TokenID
	binary.BigEndian.PutUint64(id[:], uint64(n))
	id[31] = kind
	return id
}

func (c crowd) add(ctx context.Context, n int) error {
	m := c.member(n)
	if err := c.rows.CreateMember(ctx, m); err != nil {
		return err
	}
	s := store.Session{
		ID: tokenOf(n, 0), Username: m.Username, PK: m.PK, Issued: c.now, Used: c.now, Expires: c.now.Add(30 * 24 * time.Hour), ValidFrom: m.TokensValidFrom,
		TemplateKey: m.Template.Key, Due: m.Created.Add(30 * 24 * time.Hour),
	}
	e := store.Event{Kind: "logged_in", At: c.now, Expires: m.Created.Add(180 * 24 * time.Hour)}
	if err := c.rows.CreateSession(ctx, s, e, nil); err != nil {
		return err
	}
	if n >= maxFiles {
		return nil
	}
	file := filepath.Join(c.dir, "objects", filepath.FromSlash(m.Template.Key)) // without a sync: it is no part of what is measured
	return errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, make([]byte, 4096), 0o600))
}

// dueOfAKind is the number of items of each kind that are made due.
const dueOfAKind = 250

// owe makes dueOfAKind sessions, templates, leftovers and entries of activity due.
func (c crowd) owe(ctx context.Context, objects store.Objects) error {
	past := c.now.Add(-400 * 24 * time.Hour)
	return atOnce(64, 0, dueOfAKind, func(n int) error { return c.oweOne(ctx, n, past, objects) })
}

func (c crowd) oweOne(ctx context.Context, n int, past time.Time, objects store.Objects) error {
	n += c.size // other rows than a smaller crowd's
	pk := 1<<52 + int64(n)
	m := c.member(n)
	m.Username, m.PK, m.Seen = fmt.Sprintf("due%09d", n), pk, past
	t := *m.Template
	t.Key, t.Made, t.Used = store.TemplateKey(pk, t.Version), past, past
	m.Template = &t
	left := store.TemplateKey(pk, "left")
	s := store.Session{ID: tokenOf(n, 1), Username: m.Username, PK: pk, Issued: past, Used: past, Expires: past, Due: past}
	e := store.Event{Kind: "logged_in", At: past, Expires: c.now.Add(time.Hour)} // until then no write sweeps it
	return errors.Join(
		c.rows.CreateMember(ctx, m), objects.Put(ctx, t.Key, make([]byte, 4096)),
		c.rows.NoteLeftover(ctx, past, left), objects.Put(ctx, left, make([]byte, 4096)),
		c.rows.CreateSession(ctx, s, store.Event{Kind: "signed_up", At: c.now, Expires: c.now.Add(180 * 24 * time.Hour)}, nil),
		c.rows.Note(ctx, m.Username, e),
	)
}
