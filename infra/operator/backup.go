package operator

import (
	"context"
	"errors"
	"fmt"
	"os"

	"systole/infra/operator/archive"
	"systole/shared/biometric/protect"
	"systole/shared/config"
	"systole/shared/embedded"
	"systole/shared/store"
)

// backup writes an archive of the deployment to its output.
func backup(ctx context.Context, c call) (err error) {
	if err := c.parse(0); err != nil {
		return err
	}
	folder, remove, err := c.Clone(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	return archive.Write(c.out, folder)
}

// Local returns the deployment of a local service with this folder open.
func Local(c config.Config, rows *embedded.Store, objects *embedded.Objects, keys Keys) Deployment {
	d := New(c, rows, rows, rows, objects, keys)
	d.Clone = func(ctx context.Context) (string, func() error, error) { return rows.Clone(ctx, objects) }
	return d
}

// copied copies the deployment to a folder of a local service, while requests go
// on. Rows are read one after another: they are not all of one moment.
func (d Deployment) copied(ctx context.Context) (folder string, remove func() error, err error) {
	temporary, err := os.MkdirTemp("", "operate")
	if err != nil {
		return "", nil, err
	}
	remove = func() error { return os.RemoveAll(temporary) }
	if folder, err = d.copyTo(ctx, temporary); err != nil {
		return "", nil, errors.Join(err, remove())
	}
	return folder, remove, nil
}

// copyTo returns a folder below the given one.
func (d Deployment) copyTo(ctx context.Context, folder string) (clone string, err error) {
	rows, objects, err := embedded.Open(folder)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	c, err := newCopying(d, New(d.Config, rows, rows, rows, objects, d.Keys), false)
	if err != nil {
		return "", err
	}
	if err := c.all(ctx); err != nil {
		return "", err
	}
	if err := c.settle(ctx); err != nil {
		return "", err
	}
	clone, _, err = rows.Clone(ctx, objects) // without objects that no row leads to
	return clone, err
}

// restoring is the object that is there while a restoration into AWS is not whole.
const restoring = "restoring"

// RestoreInto copies a folder, as a backup has it, into a deployment that is empty,
// or that an earlier run was killed at. id tells the backup. The keys of the folder
// join those of the deployment, with whose current one everything is sealed anew.
func RestoreInto(ctx context.Context, id string, from, to Deployment) error {
	again, err := begin(ctx, id, to)
	if err != nil {
		return err
	}
	if err := join(ctx, from.Keys, to.Keys); err != nil {
		return err
	}
	c, err := newCopying(from, to, again)
	if err != nil {
		return err
	}
	if err := c.all(ctx); err != nil {
		return err
	}
	if err := Reseal(ctx, to); err != nil {
		return err
	}
	if err := Examine(ctx, to); err != nil {
		return err
	}
	return to.Objects.Erase(ctx, restoring)
}

// begin notes that the restoration of a backup has begun, and reports whether it
// had begun before. It refuses a deployment that has members of its own.
func begin(ctx context.Context, id string, to Deployment) (again bool, err error) {
	mark, err := to.Objects.Get(ctx, restoring)
	if err == nil && string(mark) == id {
		return true, nil
	}
	if err == nil {
		return false, errors.New("the restoration of another backup has begun there, and is not whole: end it first")
	}
	if !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	members, next, err := to.Members.MembersPage(ctx, "", pageSize)
	if err != nil {
		return false, err
	}
	if len(members) > 0 || next != "" {
		return false, errors.New("there are members already: restore into empty tables and an empty bucket")
	}
	return false, to.Objects.Put(ctx, restoring, []byte(id))
}

// join adds the keys of one deployment to the other's, behind its own.
func join(ctx context.Context, from, to Keys) error {
	theirs, err := from.Text(ctx)
	if err != nil {
		return err
	}
	own, err := to.Text(ctx)
	if err != nil {
		return err
	}
	joined, err := protect.JoinKeys(own, theirs)
	if err != nil {
		return err
	}
	return to.Replace(ctx, own, joined)
}

// Reseal seals with the current key whatever isn't.
func Reseal(ctx context.Context, d Deployment) error {
	c := call{Deployment: d}
	reseal := c.resealing()
	return c.each(ctx, func(m store.Member) error {
		if _, err := c.rewrite(ctx, m, reseal); err != nil {
			return fmt.Errorf("seal what is %s's: %s: %w", m.Username, reason(err), err)
		}
		return nil
	})
}

// Examine opens what every member's row leads to.
func Examine(ctx context.Context, d Deployment) error {
	c, checks := call{Deployment: d}, d.Checks()
	return c.each(ctx, func(m store.Member) error {
		if err := checks.Examine(ctx, m); err != nil {
			return fmt.Errorf("%s's %s: %s: %w", m.Username, m.ObjectKey(), reason(err), err)
		}
		return nil
	})
}

// EndAllSessions ends every session of every member.
func EndAllSessions(ctx context.Context, d Deployment) error {
	c, tokens := call{Deployment: d}, d.Tokens()
	return c.each(ctx, func(m store.Member) error { return tokens.End(ctx, m.Username, store.TokenID{}) })
}
