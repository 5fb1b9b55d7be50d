package faults

import (
	"context"
	"time"

	"systole/shared/memory"
	"systole/shared/store"
)

// tables are a store of members and sessions whose calls may go wrong.
type tables struct {
	*memory.Store
	injector *Injector
}

func (f *tables) MemberWithAttempts(ctx context.Context, username string, keys []string) (m *store.Member, a []store.Attempts, err error) {
	err = f.injector.call(ctx, "MemberWithAttempts", func() error { m, a, err = f.Store.MemberWithAttempts(ctx, username, keys); return err })
	return m, a, err
}

func (f *tables) MembersPage(ctx context.Context, cursor string, limit int) (page []store.Member, next string, err error) {
	err = f.injector.call(ctx, "MembersPage", func() error { page, next, err = f.Store.MembersPage(ctx, cursor, limit); return err })
	return page, next, err
}

func (f *tables) ExpiredSessions(ctx context.Context, now time.Time, idle time.Duration, cursor string, limit int) (ids []store.TokenID, next string, err error) {
	err = f.injector.call(ctx, "ExpiredSessions", func() error {
		ids, next, err = f.Store.ExpiredSessions(ctx, now, idle, cursor, limit)
		return err
	})
	return ids, next, err
}

func (f *tables) CreateMember(ctx context.Context, m store.Member) error {
	return f.injector.call(ctx, "CreateMember", func() error { return f.Store.CreateMember(ctx, m) })
}

func (f *tables) Member(ctx context.Context, username string) (v store.Member, err error) {
	err = f.injector.call(ctx, "Member", func() error { v, err = f.Store.Member(ctx, username); return err })
	return v, err
}

func (f *tables) ReplacePassword(ctx context.Context, username, old, new string, validFrom time.Time) error {
	return f.injector.call(ctx, "ReplacePassword", func() error { return f.Store.ReplacePassword(ctx, username, old, new, validFrom) })
}

func (f *tables) VoidTokens(ctx context.Context, username string, from time.Time) error {
	return f.injector.call(ctx, "VoidTokens", func() error { return f.Store.VoidTokens(ctx, username, from) })
}

func (f *tables) SetConsent(ctx context.Context, username string, c store.Consent) error {
	return f.injector.call(ctx, "SetConsent", func() error { return f.Store.SetConsent(ctx, username, c) })
}

func (f *tables) DeleteMember(ctx context.Context, username string, pk int64) error {
	return f.injector.call(ctx, "DeleteMember", func() error { return f.Store.DeleteMember(ctx, username, pk) })
}

func (f *tables) ClaimPKBlock(ctx context.Context, block int64, claimant string) error {
	return f.injector.call(ctx, "ClaimPKBlock", func() error { return f.Store.ClaimPKBlock(ctx, block, claimant) })
}

func (f *tables) CountAttempt(ctx context.Context, key string, at, expires time.Time) error {
	return f.injector.call(ctx, "CountAttempt", func() error { return f.Store.CountAttempt(ctx, key, at, expires) })
}

func (f *tables) ClearAttempts(ctx context.Context, key string) error {
	return f.injector.call(ctx, "ClearAttempts", func() error { return f.Store.ClearAttempts(ctx, key) })
}

func (f *tables) Note(ctx context.Context, username string, e store.Event) error {
	return f.injector.call(ctx, "Note", func() error { return f.Store.Note(ctx, username, e) })
}

func (f *tables) ActivityOf(ctx context.Context, username string, limit int) (v []store.Event, err error) {
	err = f.injector.call(ctx, "ActivityOf", func() error { v, err = f.Store.ActivityOf(ctx, username, limit); return err })
	return v, err
}

func (f *tables) ForgetActivity(ctx context.Context, username string) error {
	return f.injector.call(ctx, "ForgetActivity", func() error { return f.Store.ForgetActivity(ctx, username) })
}

func (f *tables) RegisterProbe(ctx context.Context, username, id string, print []byte) (v store.Member, err error) {
	err = f.injector.call(ctx, "RegisterProbe", func() error { v, err = f.Store.RegisterProbe(ctx, username, id, print); return err })
	return v, err
}

func (f *tables) RemoveProbe(ctx context.Context, username, id string) error {
	return f.injector.call(ctx, "RemoveProbe", func() error { return f.Store.RemoveProbe(ctx, username, id) })
}

func (f *tables) SetTemplate(ctx context.Context, username, replaced string, m store.Template, prints []string) error {
	return f.injector.call(ctx, "SetTemplate", func() error { return f.Store.SetTemplate(ctx, username, replaced, m, prints) })
}

func (f *tables) MarkTemplateUsed(ctx context.Context, username, version string, used time.Time) error {
	return f.injector.call(ctx, "MarkTemplateUsed", func() error { return f.Store.MarkTemplateUsed(ctx, username, version, used) })
}

func (f *tables) CountFailure(ctx context.Context, username, version string, at time.Time) error {
	return f.injector.call(ctx, "CountFailure", func() error { return f.Store.CountFailure(ctx, username, version, at) })
}

func (f *tables) ClearFailures(ctx context.Context, username, version string) error {
	return f.injector.call(ctx, "ClearFailures", func() error { return f.Store.ClearFailures(ctx, username, version) })
}

func (f *tables) ClearTemplate(ctx context.Context, username, version string, prints []string) error {
	return f.injector.call(ctx, "ClearTemplate", func() error { return f.Store.ClearTemplate(ctx, username, version, prints) })
}

func (f *tables) MemberByPK(ctx context.Context, pk int64) (v store.Member, err error) {
	err = f.injector.call(ctx, "MemberByPK", func() error { v, err = f.Store.MemberByPK(ctx, pk); return err })
	return v, err
}

func (f *tables) CreateSession(ctx context.Context, s store.Session, e store.Event, evict []store.TokenID) error {
	return f.injector.call(ctx, "CreateSession", func() error { return f.Store.CreateSession(ctx, s, e, evict) })
}

func (f *tables) Session(ctx context.Context, id store.TokenID) (v store.Session, err error) {
	err = f.injector.call(ctx, "Session", func() error { v, err = f.Store.Session(ctx, id); return err })
	return v, err
}

func (f *tables) SessionsOf(ctx context.Context, username string) (v []store.Session, err error) {
	err = f.injector.call(ctx, "SessionsOf", func() error { v, err = f.Store.SessionsOf(ctx, username); return err })
	return v, err
}

func (f *tables) TouchSession(ctx context.Context, id store.TokenID, used time.Time, modelKey string) error {
	return f.injector.call(ctx, "TouchSession", func() error { return f.Store.TouchSession(ctx, id, used, modelKey) })
}

func (f *tables) KeepSession(ctx context.Context, id store.TokenID, validFrom time.Time) error {
	return f.injector.call(ctx, "KeepSession", func() error { return f.Store.KeepSession(ctx, id, validFrom) })
}

func (f *tables) SetChallenge(ctx context.Context, id store.TokenID, c store.Challenge) error {
	return f.injector.call(ctx, "SetChallenge", func() error { return f.Store.SetChallenge(ctx, id, c) })
}

func (f *tables) TakeChallenge(ctx context.Context, id store.TokenID, c store.Challenge) error {
	return f.injector.call(ctx, "TakeChallenge", func() error { return f.Store.TakeChallenge(ctx, id, c) })
}

func (f *tables) DeleteSession(ctx context.Context, id store.TokenID) (v store.Session, err error) {
	err = f.injector.call(ctx, "DeleteSession", func() error { v, err = f.Store.DeleteSession(ctx, id); return err })
	return v, err
}

func (f *tables) DeleteSessions(ctx context.Context, ids []store.TokenID) error {
	return f.injector.call(ctx, "DeleteSessions", func() error { return f.Store.DeleteSessions(ctx, ids) })
}
