// Command growth measures the service among 10^3 to 10^6 members in the embedded
// store: each route's calls, time and memory, and with one member's row at its fullest;
// a clean-up with a fixed number due; the start of the store and its file; and writes
// a second by the number of writers. On a DynamoDB server it measures the clean-up's
// units among fewer. It writes growth.svg and the tables of README.md beside it.
//
//	go run ./tests/attack/growth [-members 1000,10000,100000,1000000] [-write]
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"systole/infra/service"
	"systole/shared/cleanup"
	"systole/shared/embedded"
	"systole/shared/store"
)

func main() {
	sizes := flag.String("members", "1000,10000,100000,1000000", "how many members, ascending, with commas between")
	write := flag.Bool("write", false, "write growth.svg and README.md's tables in this folder")
	folder := flag.String("folder", os.TempDir(), "`folder` on the disk that is measured: some 4 GB for a million members")
	fast := flag.String("fill", "/dev/shm", "`folder` where the database file is filled, in memory: syncs cost nothing there")
	flag.Parse()
	if err := run(context.Background(), *sizes, *folder, *fast, *write); err != nil {
		fmt.Fprintln(os.Stderr, "growth:", err)
		os.Exit(1)
	}
}

// measurement holds the measurements among a number of members.
type measurement struct {
	members int
	routes  []route
	fullest []route
	cleanUp cleaning
	idle    cleaning // a clean-up with nothing to do
	open    time.Duration
	fileMB  float64
	writers []writing
}

func run(ctx context.Context, sizes, folder, fast string, write bool) error {
	dir, err := os.MkdirTemp(folder, "growth")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	filled, err := os.MkdirTemp(fast, "growth")
	if err != nil {
		return err
	}
	defer os.RemoveAll(filled)
	var all []measurement
	from := 0
	for word := range strings.SplitSeq(sizes, ",") {
		to, err := strconv.Atoi(word)
		if err != nil || to < from {
			return fmt.Errorf("members %q: ascending numbers", sizes)
		}
		took, err := fillUp(ctx, filled, dir, from, to)
		if err != nil {
			return fmt.Errorf("fill up to %d members: %w", to, err)
		}
		m, err := measure(ctx, dir, to)
		if err != nil {
			return fmt.Errorf("among %d members: %w", to, err)
		}
		fmt.Fprintf(os.Stderr, "%d members: filled in %v\n", to, took.Round(time.Second))
		all, from = append(all, m), to
	}
	text := report(all)
	fmt.Print(text)
	if !write {
		return nil
	}
	return publish(text, all)
}

// fillUp adds members to the file in filled, and copies it to dir.
func fillUp(ctx context.Context, filled, dir string, from, to int) (took time.Duration, err error) {
	began := time.Now()
	rows, objects, err := embedded.Open(filled)
	if err != nil {
		return 0, err
	}
	if from == 0 { // the survey of an empty store is done
		if _, err := cleaner(service.Stores{Members: rows, Sessions: rows, Objects: objects}, began).Survey(ctx, false); err != nil {
			return 0, err
		}
	}
	err = crowd{rows, dir, began, to}.fill(ctx, from, to)
	if err = firstOf(err, rows.Close()); err != nil {
		return 0, err
	}
	for _, name := range []string{"members.db", "objects/cleanup/cursor"} {
		if err := copyFile(filepath.Join(dir, name), filepath.Join(filled, name)); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return firstOf(err, out.Sync(), out.Close())
}

// measure opens the store in dir, and measures.
func measure(ctx context.Context, dir string, members int) (m measurement, err error) {
	m.members = members
	now := time.Now()
	rows, objects, err := embedded.Open(dir)
	if err != nil {
		return m, err
	}
	m.open = time.Since(now)
	defer func() { err = firstOf(err, rows.Close()) }()
	c := crowd{rows, dir, now, members}
	file, err := os.Stat(filepath.Join(dir, "members.db"))
	if err != nil {
		return m, err
	}
	m.fileMB = float64(file.Size()) / 1e6
	if m.routes, m.fullest, err = routes(ctx, rows, objects); err != nil {
		return m, err
	}
	if m.idle, err = c.cleanUp(ctx, objects, now); err != nil {
		return m, err
	}
	if err := c.owe(ctx, objects); err != nil {
		return m, err
	}
	if m.cleanUp, err = c.cleanUp(ctx, objects, now.Add(2*time.Hour)); err != nil {
		return m, err
	}
	if removed := m.cleanUp.removed; removed < 4*dueOfAKind {
		return m, fmt.Errorf("clean-up removed %d of %d", removed, 4*dueOfAKind)
	}
	m.writers, err = writings(ctx, rows, members)
	return m, err
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func cleaner(s service.Stores, now time.Time) *cleanup.Service {
	return cleanup.NewService(s.Sessions, s.Members, s.Objects, cleanup.Settings{
		TokenIdle: 30 * 24 * time.Hour, UploadsKeep: 7 * 24 * time.Hour, OrphansAfter: 24 * time.Hour, UnusedAfter: 365 * 24 * time.Hour, PerKind: 1_000_000,
	}, func() time.Time { return now })
}

// cleaning is the cost of a clean-up.
type cleaning struct {
	removed int
	calls   int
	took    time.Duration
}

func (c crowd) cleanUp(ctx context.Context, objects store.Objects, now time.Time) (cleaning, error) {
	count := new(counter)
	began := time.Now()
	r, err := cleaner(count.stores(c.rows, objects), now).Run(ctx, false)
	removed := r.ExpiredTokens + r.OldUploads + r.OrphanModels + r.UnusedModels + r.OldActivity
	if err == nil && !r.Finished {
		err = fmt.Errorf("it left something: %+v", r)
	}
	return cleaning{removed, count.take(), time.Since(began)}, err
}
