package account_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"systole/shared/account"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/memory"
	"systole/shared/store"
)

const token = "0123456789abcdef0123456789abcdef01234567"

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fixture is an account service with one member, who has a template.
type fixture struct {
	*account.Service
	now     time.Time
	store   *memory.Store
	objects *memory.Objects
	forget  func(store.Member) // runs within Forget

	fails error // error of the templates' calls

	finished int
}

func newFixture(t *testing.T) *fixture {
	h := &fixture{now: noon, store: new(memory.Store)}
	clock := func() time.Time { return h.now }
	h.objects = &memory.Objects{Now: clock}
	m := store.Member{
		Username: "kim", PK: 7, Created: noon, Consent: &store.Consent{Version: "1", Given: noon},
		Template: &store.Template{Version: "v", Key: "models/7/v", Made: noon},
	}
	s := store.Session{ID: sha256.Sum256([]byte(token)), Username: "kim", PK: 7, Issued: noon, Used: noon, Expires: noon.Add(24 * time.Hour)}
	err := errors.Join(
		h.store.CreateMember(t.Context(), m), h.store.CreateSession(t.Context(), s, member.NewEvent(member.SignedUp, noon), nil),
		h.store.Note(t.Context(), "kim", member.NewEvent(member.ModelMade, noon.Add(-time.Hour))), // of an earlier member kim
		h.objects.Put(t.Context(), store.EnrolledKey(7, "v", 0), []byte("recording")),
	)
	if err != nil {
		t.Fatal(err)
	}
	tokens := member.NewTokens(h.store, member.DefaultTokenLimits, clock, rand.Reader)
	h.Service = account.NewService(h.store, h.store, tokens, h.objects, h, clock)
	return h
}

// DeleteOf, Finish and Forget stand in for those of package biometric.
func (h *fixture) DeleteOf(ctx context.Context, m store.Member) error {
	if h.fails != nil {
		return h.fails
	}
	return h.store.ClearTemplate(ctx, m, h.now, "", nil)
}

func (h *fixture) Finish(context.Context, store.Member) error {
	h.finished++
	return h.fails
}

func (h *fixture) Forget(_ context.Context, m store.Member) error {
	if h.fails == nil {
		h.forget(m)
	}
	return h.fails
}

// VerifyPassword accepts every password.
func (h *fixture) VerifyPassword(ctx context.Context, token, password string) (store.Session, store.Member, error) {
	tokens := member.NewTokens(h.store, member.DefaultTokenLimits, func() time.Time { return h.now }, rand.Reader)
	return tokens.Resolve(ctx, h.store, token)
}

func TestAnAccountIsOfNoUseFromTheFirstStepOfItsDeletion(t *testing.T) {
	h := newFixture(t)
	h.forget = func(store.Member) {
		h.now = h.now.Add(time.Second)
		if _, err := h.Export(t.Context(), token); !fault.Is(err, fault.TokenInvalid) {
			t.Errorf("meanwhile: %v", err)
		}
	}
	h.now = h.now.Add(time.Minute)
	if err := account.NewDeletions(h.Service, h).Delete(t.Context(), token, "p"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.Member(t.Context(), "kim"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the row: %v", err)
	}
	if events, _, err := h.store.ActivityOf(t.Context(), "kim", "", 10); err != nil || len(events) > 0 {
		t.Errorf("the activity: %v, %v", events, err)
	}
}

func TestAnExportTellsNothingOfTheNamesEarlierHolder(t *testing.T) {
	e, err := newFixture(t).Export(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Activity) != 1 || e.Activity[0].Kind != member.SignedUp {
		t.Errorf("activity %+v", e.Activity)
	}
}

func TestRecordingsAreExportedToAFreshLogInOnly(t *testing.T) {
	for after, want := range map[time.Duration]bool{member.ProofLifetime: true, member.ProofLifetime + 1: false} {
		h := newFixture(t)
		h.now = h.now.Add(after)
		e, err := h.Export(t.Context(), token)
		if err != nil || len(e.Recordings) != 1 || e.Recordings[0].Size != 9 {
			t.Fatalf("%+v, %v", e, err)
		}
		if got := e.Recordings[0].Content != nil; got != want || (e.Withheld == nil) != want {
			t.Errorf("after %v: content %v, withheld for %v", after, got, e.Withheld)
		}
	}
}

// An export has the content of the newest recordings, up to 3 MiB together; it
// does not mention a thousand more.
func TestAnExportHasRoomForTheNewestRecordings(t *testing.T) {
	h := newFixture(t)
	for i, size := range []int{5, 3<<20 - 2, 4, 2} { // from the oldest to the newest, by their keys
		if err := h.objects.Put(t.Context(), store.EnrolledKey(7, "w", i), make([]byte, size)); err != nil {
			t.Fatal(err)
		}
	}
	e, err := h.Export(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range e.Recordings {
		got = append(got, fmt.Sprint(r.Size, " ", r.Content != nil, " ", r.Made.Equal(noon)))
	}
	want := []string{"2 true true", "4 true true", "3145726 false true", "5 true true", "9 true true"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestARecordingOfAllTheRoomIsExported(t *testing.T) {
	for size, want := range map[int]bool{3 << 20: true, 3<<20 + 1: false} {
		h := newFixture(t)
		if err := h.objects.Put(t.Context(), store.EnrolledKey(7, "w", 0), make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		e, err := h.Export(t.Context(), token)
		if err != nil || (e.Recordings[0].Content != nil) != want || (e.Recordings[1].Content != nil) == want {
			t.Errorf("of %d bytes: %v", size, err)
		}
	}
}

func TestAThousandRecordingsAreListed(t *testing.T) {
	h := newFixture(t)
	for i := range 1000 { // besides the fixture's own
		if err := h.objects.Put(t.Context(), store.EnrolledKey(7, "w", i), nil); err != nil {
			t.Fatal(err)
		}
	}
	if e, err := h.Export(t.Context(), token); err != nil || len(e.Recordings) != 1000 {
		t.Errorf("%d, %v", len(e.Recordings), err)
	}
}

// An operator's export has everything but the recordings' content, and its member
// is told of it.
func TestAnOperatorsExportIsNotedAndHasNoRecordings(t *testing.T) {
	h := newFixture(t)
	m, err := h.store.Member(t.Context(), "kim")
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(time.Minute)
	e, err := h.ExportOf(t.Context(), m)
	if err != nil || e.Member.PK != 7 || len(e.Sessions) != 1 || len(e.Activity) != 1 || len(e.Recordings) != 1 || e.Recordings[0].Content != nil || e.Withheld != nil {
		t.Errorf("%+v, %v", e, err)
	}
	events, _, err := h.store.ActivityOf(t.Context(), "kim", "", 1)
	if err != nil || events[0].Kind != member.OperatorExported {
		t.Errorf("%+v, %v", events, err)
	}
}

// A recovery code replaces the password and proves nothing of the heart: a
// session that it opened deletes no account.
func TestAnAccountThatWasRecoveredIsDeletedWithTheHeartOnly(t *testing.T) {
	h := newFixture(t)
	m, err := h.store.Member(t.Context(), "kim")
	if err == nil {
		err = h.store.RecoverPassword(t.Context(), m, "hash", nil, noon.Add(time.Second))
	}
	if err == nil {
		err = h.store.KeepSession(t.Context(), sha256.Sum256([]byte(token)), noon.Add(time.Second))
	}
	if err != nil {
		t.Fatal(err)
	}
	h.now = noon.Add(time.Minute)
	if err := account.NewDeletions(h.Service, h).Delete(t.Context(), token, "p"); !fault.Is(err, fault.CheckFirst) {
		t.Errorf("%v", err)
	}
}

// A withdrawn consent stays withdrawn if the deletion after it fails; the member
// withdraws again.
func TestAWithdrawalThatFailedIsRepeated(t *testing.T) {
	h := newFixture(t)
	broken := errors.New("the bucket is down")
	h.fails = broken
	if err := h.WithdrawConsent(t.Context(), token); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	h.fails = nil
	if err := h.WithdrawConsent(t.Context(), token); err != nil {
		t.Errorf("again: %v", err)
	}
	h.fails = broken
	if err := h.WithdrawConsent(t.Context(), token); !errors.Is(err, broken) {
		t.Errorf("with nothing to withdraw, and objects left: %v", err)
	}
	if err := account.NewDeletions(h.Service, h).Delete(t.Context(), token, "p"); !errors.Is(err, broken) {
		t.Errorf("deletion: %v", err)
	}
}

func TestConsentThatWasNeverGivenIsNotWithdrawn(t *testing.T) {
	h := newFixture(t)
	if err := h.store.CreateMember(t.Context(), store.Member{Username: "lee", PK: 8}); err != nil {
		t.Fatal(err)
	}
	other := strings.Repeat("1", 40)
	s := store.Session{ID: sha256.Sum256([]byte(other)), Username: "lee", PK: 8, Issued: noon, Used: noon, Expires: noon.Add(time.Hour)}
	if err := h.store.CreateSession(t.Context(), s, store.Event{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := h.WithdrawConsent(t.Context(), other); !fault.Is(err, fault.NoConsent) || h.finished != 1 {
		t.Errorf("%v", err)
	}
	if err := h.store.SetConsent(t.Context(), "lee", 8, store.Consent{Version: "1", Given: noon}); err != nil {
		t.Fatal(err)
	}
	withdrawn := func() bool {
		m, err := h.store.Member(t.Context(), "lee")
		return err == nil && m.Consent != nil && !m.Consent.Withdrawn.IsZero()
	}
	h.fails = errors.New("there is no template") // the error of the fixture's template service
	if err := h.WithdrawConsent(t.Context(), other); !errors.Is(err, h.fails) || !withdrawn() {
		t.Errorf("consent before an enrolment isn't withdrawn: %v", err)
	}
}

func TestConsentIsWithdrawnWithAFreshLogInOnly(t *testing.T) {
	h := newFixture(t)
	h.now = h.now.Add(member.ProofLifetime + 1)
	if err := h.WithdrawConsent(t.Context(), token); !fault.Is(err, fault.LogInAgain) {
		t.Errorf("with a token alone: %v", err)
	}
	if m, _ := h.store.Member(t.Context(), "kim"); !m.Consent.Holds("1") || m.Template == nil {
		t.Errorf("left %+v", m)
	}
	h.now = noon.Add(time.Minute)
	if err := h.WithdrawConsent(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if m, _ := h.store.Member(t.Context(), "kim"); m.Consent.Holds("1") || m.Template != nil {
		t.Errorf("left %+v", m)
	}
	if err := h.WithdrawConsent(t.Context(), token); !fault.Is(err, fault.NoConsent) || h.finished != 1 {
		t.Errorf("again: %v; what was left was erased %d times", err, h.finished)
	}
}
