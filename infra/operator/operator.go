// Package operator is what a person who runs a deployment does with its members,
// keys and OpenID clients: looks a member up, unlocks them, ends their sessions,
// exports and deletes on their request, examines what is stored, rotates the keys,
// and registers clients.
//
// What is done to a member is noted in the member's activity, and what is done to a
// client beside the clients. Nothing prints a score, a recording, a token, or the
// hash of a password.
package operator

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"systole/functions/wiring"
	"systole/shared/biometric/protect"
	"systole/shared/config"
	"systole/shared/ecg/engine"
	"systole/shared/fault"
	"systole/shared/store"
)

// Keys are the keys of a deployment, which an operator may replace.
type Keys interface {
	Ring(context.Context) (protect.Ring, error)
	// Text returns the keys as protect.ParseKeys reads them.
	Text(context.Context) ([]byte, error)
	// Replace writes a text in place of the old one, or fails where the old one is
	// another by now.
	Replace(ctx context.Context, old, text []byte) error
}

// Deployment is what an operator works on. Its parts need no Hasher and no Uploads.
type Deployment struct {
	wiring.Parts
	Keys Keys
	// Clone returns a folder of a local service that holds what the deployment holds,
	// while requests go on, and a function that removes it.
	Clone func(context.Context) (folder string, remove func() error, err error)
}

// call is one run of a command.
type call struct {
	Deployment
	flags *flag.FlagSet
	args  []string
	in    io.Reader
	out   io.Writer
}

// parse parses the flags of a command that takes so many further arguments.
func (c *call) parse(takes int) error {
	if err := c.flags.Parse(c.args); err != nil {
		return err
	}
	c.args = c.flags.Args()
	if len(c.args) != takes {
		return fmt.Errorf("%s takes %s, not %q: -h explains it", c.flags.Name(), arguments(takes), c.args)
	}
	return nil
}

func arguments(n int) string {
	switch n {
	case 0:
		return "no further argument"
	case 1:
		return "one argument"
	}
	return fmt.Sprint(n, " arguments")
}

// each calls do for every member, page by page. An error of do ends it.
func (c *call) each(ctx context.Context, do func(store.Member) error) error {
	for cursor := ""; ; {
		page, next, err := c.Members.MembersPage(ctx, cursor, pageSize)
		if err != nil {
			return err
		}
		for _, m := range page {
			if err := ctx.Err(); err != nil { // the caller is gone
				return err
			}
			if err := do(m); err != nil {
				return err
			}
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

// pageSize is how many rows are listed at once.
const pageSize = 100

// objectsAtOnce is how many objects are listed at once: a folder is walked whole for
// each list, and S3 answers with a thousand.
const objectsAtOnce = 100_000

// reason is an error in a word for the table of a member: a fault's code, or what
// a store says.
func reason(err error) string {
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		return string(f.Code)
	case errors.Is(err, store.ErrNotFound):
		return "object_missing"
	}
	return err.Error()
}

// New returns the deployment that keeps its data in these stores.
func New(c config.Config, members store.Members, sessions store.Sessions, grants store.Grants, objects store.Objects, keys Keys) Deployment {
	d := Deployment{Parts: wiring.Parts{
		Config: c, Members: members, Sessions: sessions, Grants: grants, Objects: objects, Keys: keys, Engine: engine.New(c.SamplingRateHz),
		Now: time.Now, Random: rand.Reader,
	}, Keys: keys}
	d.Clone = d.copied
	return d
}
