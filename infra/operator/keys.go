package operator

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"systole/shared/biometric"
	"systole/shared/biometric/protect"
	"systole/shared/store"
)

// uses counts what needs each key. Members whose object can't be opened are left
// out, and printed: check reports them.
func (c *call) uses(ctx context.Context) (map[protect.KeyID]biometric.Use, int, error) {
	uses, failed := map[protect.KeyID]biometric.Use{}, 0
	checks := c.Checks()
	err := c.each(ctx, func(m store.Member) error {
		err := checks.Uses(ctx, m, uses)
		if err == nil || errors.Is(err, store.ErrUnavailable) {
			return err
		}
		failed++
		fmt.Fprintf(c.out, "member %s: %s\n", m.Username, reason(err))
		return nil
	})
	return uses, failed, err
}

func listKeys(ctx context.Context, c call) error {
	if err := c.parse(0); err != nil {
		return err
	}
	text, err := c.Keys.Text(ctx)
	if err != nil {
		return err
	}
	ring, err := protect.ParseKeys(text)
	if err != nil {
		return err
	}
	next, _, err := protect.NextKey(text)
	if err != nil {
		return err
	}
	uses, _, err := c.uses(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "key\tstate\tsealed with it\trecordings remembered under it\t\n")
	ids := ring.IDs()
	for i, id := range ids {
		state := "previous"
		switch {
		case i == 0:
			state = "current"
		case id == next:
			state = "next"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t\n", hex.EncodeToString(id[:]), state, uses[id].Sealed, uses[id].Digests)
	}
	for id, u := range uses {
		if !slices.Contains(ids, id) {
			fmt.Fprintf(w, "%s\tmissing\t%d\t%d\t\n", hex.EncodeToString(id[:]), u.Sealed, u.Digests)
		}
	}
	return w.Flush()
}

func rotateKeys(ctx context.Context, c call) error {
	if err := c.parse(0); err != nil {
		return err
	}
	old, err := c.Keys.Text(ctx)
	if err != nil {
		return err
	}
	_, waits, err := protect.NextKey(old)
	if err != nil {
		return err
	}
	step, said := protect.AddKey, fmt.Sprintf("the next key is drawn: in %v everybody knows it, and keys rotate, run again, seals and signs with it", protect.Settle)
	if waits {
		step, said = protect.PromoteKey, "the new key seals and signs from now on; those before still open what they sealed: keys reseal, later keys retire"
	}
	keys, err := step(old, c.Now())
	if err != nil {
		return err
	}
	if err := c.Keys.Replace(ctx, old, keys); err != nil {
		return err
	}
	fmt.Fprintln(c.out, said)
	return nil
}

func resealAll(ctx context.Context, c call) error {
	return c.rewriteAll(ctx, "sealed with the current key", c.resealing())
}

func (c *call) resealing() rewriting {
	checks, deletion := c.Checks(), c.Deletion()
	return func(ctx context.Context, m store.Member) (bool, error) { return checks.Reseal(ctx, deletion, m) }
}

func retireKeys(ctx context.Context, c call) error {
	if err := c.parse(0); err != nil {
		return err
	}
	old, err := c.Keys.Text(ctx)
	if err != nil {
		return err
	}
	uses, failed, err := c.uses(ctx)
	if err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("no key was removed: %d members' objects can't be opened, and may need one", failed)
	}
	left, err := protect.RetireKeys(old, c.Now(), func(id protect.KeyID) bool { return uses[id] != biometric.Use{} })
	if err != nil {
		return err
	}
	if err := c.Keys.Replace(ctx, old, left); err != nil {
		return err
	}
	before, err := protect.ParseKeys(old)
	if err != nil {
		return err
	}
	after, err := protect.ParseKeys(left)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%d keys removed, %d left\n", len(before.IDs())-len(after.IDs()), len(after.IDs()))
	return nil
}
