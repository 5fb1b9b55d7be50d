package storetest

import (
	"context"
	"time"

	"systole/shared/store"
)

// Hook is called for each call of a store's method. It runs call, or returns an
// error in its place or after it.
type Hook func(ctx context.Context, method string, call func() error) error

// Hooked passes the calls to another store through a hook, for tests that count
// calls, let them fail, or limit them.
type Hooked struct {
	Store Store
	Hook  Hook
}

// HookedObjects does the same for a store of objects.
type HookedObjects struct {
	Objects store.Objects
	Hook    Hook
}

func (h *Hooked) Member(ctx context.Context, username string) (v store.Member, err error) {
	err = h.Hook(ctx, "Member", func() error { v, err = h.Store.Member(ctx, username); return err })
	return v, err
}

func (h *Hooked) CreateMember(ctx context.Context, m store.Member) error {
	return h.Hook(ctx, "CreateMember", func() error { return h.Store.CreateMember(ctx, m) })
}

func (h *Hooked) ReplacePassword(ctx context.Context, username, old, new string, validFrom time.Time) error {
	return h.Hook(ctx, "ReplacePassword", func() error { return h.Store.ReplacePassword(ctx, username, old, new, validFrom) })
}

func (h *Hooked) VoidTokens(ctx context.Context, username string, pk int64, from time.Time) error {
	return h.Hook(ctx, "VoidTokens", func() error { return h.Store.VoidTokens(ctx, username, pk, from) })
}

func (h *Hooked) SetConsent(ctx context.Context, username string, pk int64, c store.Consent) error {
	return h.Hook(ctx, "SetConsent", func() error { return h.Store.SetConsent(ctx, username, pk, c) })
}

func (h *Hooked) RecordNetwork(ctx context.Context, username string, pk int64, network string, at time.Time, forget []string) error {
	return h.Hook(ctx, "RecordNetwork", func() error { return h.Store.RecordNetwork(ctx, username, pk, network, at, forget) })
}

func (h *Hooked) SetSubjectSalt(ctx context.Context, username string, pk int64, salt []byte) error {
	return h.Hook(ctx, "SetSubjectSalt", func() error { return h.Store.SetSubjectSalt(ctx, username, pk, salt) })
}

func (h *Hooked) SetRecoveryCodes(ctx context.Context, from store.Member, codes store.RecoveryCodes) error {
	return h.Hook(ctx, "SetRecoveryCodes", func() error { return h.Store.SetRecoveryCodes(ctx, from, codes) })
}

func (h *Hooked) RecoverPassword(ctx context.Context, from store.Member, hash string, left [][]byte, at time.Time) error {
	return h.Hook(ctx, "RecoverPassword", func() error { return h.Store.RecoverPassword(ctx, from, hash, left, at) })
}

func (h *Hooked) Registrations(ctx context.Context) (text []byte, err error) {
	err = h.Hook(ctx, "Registrations", func() error { text, err = h.Store.Registrations(ctx); return err })
	return text, err
}

func (h *Hooked) ReplaceRegistrations(ctx context.Context, old, text []byte) error {
	return h.Hook(ctx, "ReplaceRegistrations", func() error { return h.Store.ReplaceRegistrations(ctx, old, text) })
}

func (h *Hooked) CreateGrant(ctx context.Context, g store.Grant) error {
	return h.Hook(ctx, "CreateGrant", func() error { return h.Store.CreateGrant(ctx, g) })
}

func (h *Hooked) Grant(ctx context.Context, kind store.GrantKind, id store.GrantID) (g store.Grant, err error) {
	err = h.Hook(ctx, "Grant", func() error { g, err = h.Store.Grant(ctx, kind, id); return err })
	return g, err
}

func (h *Hooked) TakeGrant(ctx context.Context, kind store.GrantKind, id store.GrantID, taker string) (g store.Grant, err error) {
	err = h.Hook(ctx, "TakeGrant", func() error { g, err = h.Store.TakeGrant(ctx, kind, id, taker); return err })
	return g, err
}

func (h *Hooked) DeleteGrant(ctx context.Context, id store.GrantID) error {
	return h.Hook(ctx, "DeleteGrant", func() error { return h.Store.DeleteGrant(ctx, id) })
}

func (h *Hooked) DeleteMember(ctx context.Context, username string, pk int64) error {
	return h.Hook(ctx, "DeleteMember", func() error { return h.Store.DeleteMember(ctx, username, pk) })
}

func (h *Hooked) ClaimPKBlock(ctx context.Context, block int64, claimant string) error {
	return h.Hook(ctx, "ClaimPKBlock", func() error { return h.Store.ClaimPKBlock(ctx, block, claimant) })
}

func (h *Hooked) SetTemplate(ctx context.Context, from store.Member, t store.Template, archived []string) error {
	return h.Hook(ctx, "SetTemplate", func() error { return h.Store.SetTemplate(ctx, from, t, archived) })
}

func (h *Hooked) SetUploads(ctx context.Context, from store.Member, uploads []store.PendingUpload) error {
	return h.Hook(ctx, "SetUploads", func() error { return h.Store.SetUploads(ctx, from, uploads) })
}

func (h *Hooked) ClearTemplate(ctx context.Context, from store.Member, at time.Time, memory string, archived []string) error {
	return h.Hook(ctx, "ClearTemplate", func() error { return h.Store.ClearTemplate(ctx, from, at, memory, archived) })
}

func (h *Hooked) RegisterProbe(ctx context.Context, session store.Session, p store.Probe) (v store.Member, err error) {
	err = h.Hook(ctx, "RegisterProbe", func() error { v, err = h.Store.RegisterProbe(ctx, session, p); return err })
	return v, err
}

func (h *Hooked) RememberProbe(ctx context.Context, session store.Session, id string, digest []byte) error {
	return h.Hook(ctx, "RememberProbe", func() error { return h.Store.RememberProbe(ctx, session, id, digest) })
}

func (h *Hooked) RemoveProbe(ctx context.Context, username, id string) error {
	return h.Hook(ctx, "RemoveProbe", func() error { return h.Store.RemoveProbe(ctx, username, id) })
}

func (h *Hooked) WithdrawProbe(ctx context.Context, username, version, id string) error {
	return h.Hook(ctx, "WithdrawProbe", func() error { return h.Store.WithdrawProbe(ctx, username, version, id) })
}

func (h *Hooked) RecordAcceptance(ctx context.Context, username, version string, used time.Time) error {
	return h.Hook(ctx, "RecordAcceptance", func() error { return h.Store.RecordAcceptance(ctx, username, version, used) })
}

func (h *Hooked) MemberByPK(ctx context.Context, pk int64) (v store.Member, err error) {
	err = h.Hook(ctx, "MemberByPK", func() error { v, err = h.Store.MemberByPK(ctx, pk); return err })
	return v, err
}

func (h *Hooked) MembersPage(ctx context.Context, cursor string, limit int) (v []store.Member, w string, err error) {
	err = h.Hook(ctx, "MembersPage", func() error { v, w, err = h.Store.MembersPage(ctx, cursor, limit); return err })
	return v, w, err
}

func (h *Hooked) CreateSession(ctx context.Context, s store.Session, e store.Event, evict []store.TokenID) error {
	return h.Hook(ctx, "CreateSession", func() error { return h.Store.CreateSession(ctx, s, e, evict) })
}

func (h *Hooked) Session(ctx context.Context, id store.TokenID) (v store.Session, err error) {
	err = h.Hook(ctx, "Session", func() error { v, err = h.Store.Session(ctx, id); return err })
	return v, err
}

func (h *Hooked) SessionsOf(ctx context.Context, username string) (v []store.Session, err error) {
	err = h.Hook(ctx, "SessionsOf", func() error { v, err = h.Store.SessionsOf(ctx, username); return err })
	return v, err
}

func (h *Hooked) TouchSession(ctx context.Context, id store.TokenID, used time.Time, templateKey string) error {
	return h.Hook(ctx, "TouchSession", func() error { return h.Store.TouchSession(ctx, id, used, templateKey) })
}

func (h *Hooked) VerifySession(ctx context.Context, id store.TokenID, at time.Time) error {
	return h.Hook(ctx, "VerifySession", func() error { return h.Store.VerifySession(ctx, id, at) })
}

func (h *Hooked) KeepSession(ctx context.Context, id store.TokenID, validFrom time.Time) error {
	return h.Hook(ctx, "KeepSession", func() error { return h.Store.KeepSession(ctx, id, validFrom) })
}

func (h *Hooked) SetChallenge(ctx context.Context, id store.TokenID, c store.Challenge) error {
	return h.Hook(ctx, "SetChallenge", func() error { return h.Store.SetChallenge(ctx, id, c) })
}

func (h *Hooked) TakeChallenge(ctx context.Context, id store.TokenID, c store.Challenge) error {
	return h.Hook(ctx, "TakeChallenge", func() error { return h.Store.TakeChallenge(ctx, id, c) })
}

func (h *Hooked) DeleteSessions(ctx context.Context, ids []store.TokenID) error {
	return h.Hook(ctx, "DeleteSessions", func() error { return h.Store.DeleteSessions(ctx, ids) })
}

func (h *Hooked) EndSession(ctx context.Context, id store.TokenID, pk int64) error {
	return h.Hook(ctx, "EndSession", func() error { return h.Store.EndSession(ctx, id, pk) })
}

func (h *Hooked) DeleteSession(ctx context.Context, id store.TokenID) (v store.Session, err error) {
	err = h.Hook(ctx, "DeleteSession", func() error { v, err = h.Store.DeleteSession(ctx, id); return err })
	return v, err
}

func (h *Hooked) SessionsPage(ctx context.Context, cursor string, limit int) (v []store.Session, w string, err error) {
	err = h.Hook(ctx, "SessionsPage", func() error { v, w, err = h.Store.SessionsPage(ctx, cursor, limit); return err })
	return v, w, err
}

func (h *Hooked) ExpireSession(ctx context.Context, id store.TokenID, now time.Time, idle time.Duration) error {
	return h.Hook(ctx, "ExpireSession", func() error { return h.Store.ExpireSession(ctx, id, now, idle) })
}

func (h *Hooked) PostponeSession(ctx context.Context, id store.TokenID, due time.Time) error {
	return h.Hook(ctx, "PostponeSession", func() error { return h.Store.PostponeSession(ctx, id, due) })
}

func (h *Hooked) DueUntil(ctx context.Context, kind store.DueKind, shard int, until time.Time, cursor string, limit int) (v []store.Due, w string, err error) {
	err = h.Hook(ctx, "DueUntil", func() error { v, w, err = h.Store.DueUntil(ctx, kind, shard, until, cursor, limit); return err })
	return v, w, err
}

func (h *Hooked) NoteLeftover(ctx context.Context, at time.Time, keys ...string) error {
	return h.Hook(ctx, "NoteLeftover", func() error { return h.Store.NoteLeftover(ctx, at, keys...) })
}

func (h *Hooked) SettleLeftover(ctx context.Context, d store.Due) error {
	return h.Hook(ctx, "SettleLeftover", func() error { return h.Store.SettleLeftover(ctx, d) })
}

func (h *Hooked) SetSeen(ctx context.Context, username, version string, seen time.Time) error {
	return h.Hook(ctx, "SetSeen", func() error { return h.Store.SetSeen(ctx, username, version, seen) })
}

func (h *Hooked) ExpireActivity(ctx context.Context, due []store.Due) error {
	return h.Hook(ctx, "ExpireActivity", func() error { return h.Store.ExpireActivity(ctx, due) })
}

func (h *Hooked) MemberWithAttempts(ctx context.Context, username string, keys []string) (v *store.Member, w []store.Attempts, err error) {
	err = h.Hook(ctx, "MemberWithAttempts", func() error { v, w, err = h.Store.MemberWithAttempts(ctx, username, keys); return err })
	return v, w, err
}

func (h *Hooked) AdmitAttempt(ctx context.Context, key string, b store.Backoff, at, expires time.Time) error {
	return h.Hook(ctx, "AdmitAttempt", func() error { return h.Store.AdmitAttempt(ctx, key, b, at, expires) })
}

func (h *Hooked) TakeBackAttempt(ctx context.Context, key string) error {
	return h.Hook(ctx, "TakeBackAttempt", func() error { return h.Store.TakeBackAttempt(ctx, key) })
}

func (h *Hooked) ClearAttempts(ctx context.Context, key string) error {
	return h.Hook(ctx, "ClearAttempts", func() error { return h.Store.ClearAttempts(ctx, key) })
}

func (h *Hooked) Note(ctx context.Context, username string, e store.Event) error {
	return h.Hook(ctx, "Note", func() error { return h.Store.Note(ctx, username, e) })
}

func (h *Hooked) ActivityOf(ctx context.Context, username, cursor string, limit int) (v []store.Event, next string, err error) {
	err = h.Hook(ctx, "ActivityOf", func() error { v, next, err = h.Store.ActivityOf(ctx, username, cursor, limit); return err })
	return v, next, err
}

func (h *Hooked) ForgetActivity(ctx context.Context, username string) error {
	return h.Hook(ctx, "ForgetActivity", func() error { return h.Store.ForgetActivity(ctx, username) })
}

func (h *HookedObjects) Get(ctx context.Context, key string) (v []byte, err error) {
	err = h.Hook(ctx, "Get", func() error { v, err = h.Objects.Get(ctx, key); return err })
	return v, err
}

func (h *HookedObjects) Put(ctx context.Context, key string, data []byte) error {
	return h.Hook(ctx, "Put", func() error { return h.Objects.Put(ctx, key, data) })
}

func (h *HookedObjects) Replace(ctx context.Context, key string, data []byte) error {
	return h.Hook(ctx, "Replace", func() error { return h.Objects.Replace(ctx, key, data) })
}

func (h *HookedObjects) List(ctx context.Context, prefix, after string, limit int) (v []store.Object, w string, err error) {
	err = h.Hook(ctx, "List", func() error { v, w, err = h.Objects.List(ctx, prefix, after, limit); return err })
	return v, w, err
}

func (h *HookedObjects) Delete(ctx context.Context, key string) error {
	return h.Hook(ctx, "Delete", func() error { return h.Objects.Delete(ctx, key) })
}

func (h *HookedObjects) Erase(ctx context.Context, prefix string) error {
	return h.Hook(ctx, "Erase", func() error { return h.Objects.Erase(ctx, prefix) })
}

func (h *HookedObjects) EraseThrough(ctx context.Context, prefix, last string) error {
	return h.Hook(ctx, "EraseThrough", func() error { return h.Objects.EraseThrough(ctx, prefix, last) })
}
