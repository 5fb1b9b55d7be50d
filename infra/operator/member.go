package operator

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"text/tabwriter"
	"time"

	"systole/shared/api/members"
	"systole/shared/biometric"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// member returns the member with the user name.
func (c *call) member(ctx context.Context, username string) (store.Member, error) {
	m, err := c.Members.Member(ctx, username)
	if errors.Is(err, store.ErrNotFound) {
		return m, fmt.Errorf("there is no member %q", username)
	}
	return m, err
}

// note records the operator's action in the member's activity.
func (c *call) note(ctx context.Context, m store.Member, kind store.EventKind) error {
	if err := c.Members.Note(ctx, m.Username, member.NewEvent(kind, c.Now())); err != nil {
		return fmt.Errorf("note it in the member's activity: %w", err)
	}
	return nil
}

// addresses defines the flag that names an address, and returns a function that
// returns its values.
func (c *call) addresses() func() ([]string, error) {
	address := c.flags.String("address", "", "an `address` of the member's: failures from there are counted apart")
	return func() ([]string, error) {
		if *address == "" {
			return nil, nil
		}
		if _, err := netip.ParseAddr(*address); err != nil {
			return nil, fmt.Errorf("-address %s is no IP address", *address)
		}
		return []string{*address}, nil
	}
}

func lookUp(ctx context.Context, c call) error {
	addresses := c.addresses()
	pk := c.flags.Int64("pk", 0, "the member's `number`, instead of the user name")
	takes := 1
	if err := c.flags.Parse(c.args); err != nil {
		return err
	}
	if *pk != 0 {
		takes = 0
	}
	if err := c.parse(takes); err != nil {
		return err
	}
	at, err := addresses()
	if err != nil {
		return err
	}
	m, err := c.named(ctx, *pk)
	if err != nil {
		return err
	}
	people := c.People()
	locks, err := people.Locks(ctx, m, at...)
	if err != nil {
		return err
	}
	sessions, err := people.SessionsOf(ctx, m)
	if err != nil {
		return err
	}
	events, err := member.WholeActivity(ctx, c.Members, m, c.Now())
	if err != nil {
		return err
	}
	if err := c.note(ctx, m, member.OperatorLookedUp); err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	printMember(w, m, c.Now())
	for _, l := range locks {
		fmt.Fprintf(w, "log-ins from %s\t%s\n", place(l.From), lockText(l))
	}
	printSessions(w, sessions)
	fmt.Fprintf(w, "activity\t%d entries, newest first\n", len(events))
	for _, e := range events {
		fmt.Fprintf(w, "  %s\t%s\n", moment(e.At), happened(e))
	}
	return w.Flush()
}

// named returns the member with the pk, or for 0 that of the command's argument.
func (c *call) named(ctx context.Context, pk int64) (store.Member, error) {
	if pk == 0 {
		return c.member(ctx, c.args[0])
	}
	m, err := c.Members.MemberByPK(ctx, pk)
	if errors.Is(err, store.ErrNotFound) {
		return m, fmt.Errorf("there is no member with pk %d", pk)
	}
	return m, err
}

// happened describes an entry by its kind and, if it counts several events, their
// number, the time of the first, and the number of networks, if known.
func happened(e store.Event) string {
	if e.Count <= 1 {
		return string(e.Kind)
	}
	text := fmt.Sprintf("%s, %d times since %s", e.Kind, e.Count, moment(e.First))
	if len(e.Networks) > 0 {
		text += fmt.Sprintf(", from %d networks at least", len(e.Networks))
	}
	return text
}

func printMember(w *tabwriter.Writer, m store.Member, now time.Time) {
	fmt.Fprintf(w, "user name\t%s\npk\t%d\nname\t%s\n", m.Username, m.PK, m.Name)
	if m.Age != nil {
		fmt.Fprintf(w, "age\t%d\n", *m.Age)
	}
	if m.Gender != "" {
		fmt.Fprintf(w, "gender\t%s\n", m.Gender)
	}
	fmt.Fprintf(w, "signed up\t%s\n", moment(m.Created))
	fmt.Fprintf(w, "consent\t%s\n", consentText(m.Consent))
	fmt.Fprintf(w, "model\t%s\n", modelText(m, now))
	fmt.Fprintf(w, "recovery codes\t%d left\n", len(m.RecoveryCodes.Left))
	fmt.Fprintf(w, "uploads\t%d handed out and not used\n", len(m.Uploads))
	fmt.Fprintf(w, "networks\t%d that they logged in from\n", len(m.Networks))
}

func consentText(c *store.Consent) string {
	switch {
	case c == nil:
		return "never given"
	case !c.Withdrawn.IsZero():
		return fmt.Sprintf("to %s, given %s, withdrawn %s", c.Version, moment(c.Given), moment(c.Withdrawn))
	}
	return fmt.Sprintf("to %s, given %s", c.Version, moment(c.Given))
}

func modelText(m store.Member, now time.Time) string {
	t := m.Template
	switch {
	case t == nil && m.Removed.IsZero():
		return "never made"
	case t == nil:
		return "removed " + moment(m.Removed)
	}
	text := fmt.Sprintf("made %s by %s, last accepted check within a day of %s", moment(t.Made), t.Algorithm, moment(t.Used))
	switch wait, disabled := biometric.Waits(m, now); {
	case disabled:
		return fmt.Sprintf("%s; disabled after %d failed checks until they enrol again", text, t.Failures)
	case wait > 0:
		return fmt.Sprintf("%s; %d failed checks, the next waits %v", text, t.Failures, wait.Round(time.Second))
	}
	return text
}

func place(address string) string {
	if address == "" {
		return "new networks"
	}
	return address
}

func lockText(l member.Lock) string {
	switch {
	case l.Exhausted:
		return fmt.Sprintf("%d failed: locked, unlock lets them in", l.Failures)
	case l.Wait > 0:
		return fmt.Sprintf("%d failed: the next waits %v", l.Failures, l.Wait.Round(time.Second))
	}
	return fmt.Sprintf("%d failed", l.Failures)
}

func printSessions(w *tabwriter.Writer, sessions []store.Session) {
	fmt.Fprintf(w, "sessions\t%d\n", len(sessions))
	for _, s := range sessions {
		fmt.Fprintf(w, "  %s\tsince %s, used %s, ends %s%s\n", member.SessionName(s.ID), moment(s.Issued), moment(s.Used), moment(s.Expires), clientText(s.Client))
	}
}

func clientText(c store.Client) string {
	switch {
	case c.App == "":
		return ""
	case c.System == "":
		return ", " + c.App
	}
	return ", " + c.App + " on " + c.System
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

func unlock(ctx context.Context, c call) error {
	addresses := c.addresses()
	if err := c.parse(1); err != nil {
		return err
	}
	at, err := addresses()
	if err != nil {
		return err
	}
	m, err := c.member(ctx, c.args[0])
	if err != nil {
		return err
	}
	if err := c.note(ctx, m, member.OperatorUnlocked); err != nil {
		return err
	}
	if err := c.People().Unlock(ctx, m, at...); err != nil {
		return err
	}
	if err := c.Checks().Unlock(ctx, m); err != nil {
		return err
	}
	if _, disabled := biometric.Waits(m, c.Now()); disabled {
		fmt.Fprintf(c.out, "%s may log in; the model stays disabled until they enrol again\n", m.Username)
		return nil
	}
	fmt.Fprintf(c.out, "%s may log in and be checked\n", m.Username)
	return nil
}

func sessions(ctx context.Context, c call) error {
	if err := c.parse(1); err != nil {
		return err
	}
	m, err := c.member(ctx, c.args[0])
	if err != nil {
		return err
	}
	all, err := c.People().SessionsOf(ctx, m)
	if err != nil {
		return err
	}
	if err := c.note(ctx, m, member.OperatorLookedUp); err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	printSessions(w, all)
	return w.Flush()
}

func endSessions(ctx context.Context, c call) error {
	name := c.flags.String("session", "", "end the session with this `id` alone")
	if err := c.parse(1); err != nil {
		return err
	}
	m, err := c.member(ctx, c.args[0])
	if err != nil {
		return err
	}
	if *name != "" {
		err := c.People().EndSessionOf(ctx, m, *name, member.OperatorEndedSessions)
		if fault.Is(err, fault.SessionUnknown) {
			return fmt.Errorf("%s has no session %s", m.Username, *name)
		}
		if err == nil {
			fmt.Fprintf(c.out, "%s is logged out of %s\n", m.Username, *name)
		}
		return err
	}
	if err := c.People().EndSessions(ctx, m, member.OperatorEndedSessions); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s is logged out everywhere\n", m.Username)
	return nil
}

func export(ctx context.Context, c call) error {
	if err := c.parse(1); err != nil {
		return err
	}
	m, err := c.member(ctx, c.args[0])
	if err != nil {
		return err
	}
	all, err := c.Accounts().ExportOf(ctx, m)
	if err != nil {
		return err
	}
	return members.WriteExport(c.out, all)
}

func deleteMember(ctx context.Context, c call) error {
	pk := c.flags.Int64("pk", 0, "the member's `number`, which tells that it is the right one")
	if err := c.parse(1); err != nil {
		return err
	}
	m, err := c.member(ctx, c.args[0])
	if err != nil {
		return err
	}
	if m.PK != *pk {
		return fmt.Errorf("nothing was deleted: name the member's number too, with -pk, as the command member prints it (-pk %d is not theirs)", *pk)
	}
	if err := c.Accounts().DeleteOf(ctx, m); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s is deleted, with all data about them\n", m.Username)
	return nil
}
