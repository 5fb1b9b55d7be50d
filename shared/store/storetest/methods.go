package storetest

import (
	"errors"
	"testing"
	"time"

	"systole/shared/store"
)

// RowID is that of the session and of the grant that Furnish makes.
var RowID = [32]byte{1}

// Furnish makes a row of each kind under a name, in an empty store.
func Furnish(t *testing.T, s Movable, name string) {
	t.Helper()
	ctx := t.Context()
	m := store.Member{Username: name, PK: 7, PasswordHash: "h", Created: now, Seen: now, Template: &store.Template{Version: "v", Used: now}}
	hour := now.Add(time.Hour)
	err := errors.Join(
		s.CreateMember(ctx, m),
		s.CreateSession(ctx, store.Session{ID: RowID, Username: name, PK: 7, Due: now}, store.Event{Kind: "k", At: now, Expires: hour}, nil),
		s.AdmitAttempt(ctx, name, store.Backoff{Free: 9}, now, hour),
		s.CreateGrant(ctx, store.Grant{ID: RowID, Kind: "code", Made: now, Expires: hour}),
		s.NoteLeftover(ctx, now, name),
		s.ReplaceRegistrations(ctx, nil, []byte("clients")),
	)
	if err != nil {
		t.Fatal(err)
	}
}

// Reads are the methods that read rows, of those that Furnish makes.
func Reads(t *testing.T, s Movable, name string) map[string]func() error {
	ctx := t.Context()
	return map[string]func() error{
		"Member":        func() error { _, err := s.Member(ctx, name); return err },
		"MemberByPK":    func() error { _, err := s.MemberByPK(ctx, 7); return err },
		"MembersPage":   func() error { _, _, err := s.MembersPage(ctx, "", 9); return err },
		"Session":       func() error { _, err := s.Session(ctx, RowID); return err },
		"SessionsOf":    func() error { _, err := s.SessionsOf(ctx, name); return err },
		"SessionsPage":  func() error { _, _, err := s.SessionsPage(ctx, "", 9); return err },
		"attempts":      func() error { _, _, err := s.MemberWithAttempts(ctx, "nobody", []string{name}); return err },
		"applicant":     func() error { _, _, err := s.MemberWithAttempts(ctx, name, nil); return err },
		"CountsPage":    func() error { _, _, err := s.CountsPage(ctx, "", 9); return err },
		"ActivityOf":    func() error { _, _, err := s.ActivityOf(ctx, name, "", 9); return err },
		"Grant":         func() error { _, err := s.Grant(ctx, "code", RowID); return err },
		"Registrations": func() error { _, err := s.Registrations(ctx); return err },
	}
}

// Writes are the methods that change rows, with a time that no row of Furnish has.
func Writes(t *testing.T, s Movable, name string) map[string]func() error {
	ctx, later := t.Context(), now.Add(2*time.Hour)
	m := store.Member{Username: name, PK: 7, Template: &store.Template{Version: "v"}}
	session := store.Session{ID: RowID, Username: name, PK: 7}
	event := store.Event{Kind: "k", At: now, Expires: later}
	flood := store.Event{Kind: "k", At: now, Expires: later, Within: 1}
	return map[string]func() error{
		"CreateMember":         func() error { return s.CreateMember(ctx, m) },
		"ReplacePassword":      func() error { return s.ReplacePassword(ctx, name, "h", "i", later) },
		"VoidTokens":           func() error { return s.VoidTokens(ctx, name, 7, later) },
		"SetConsent":           func() error { return s.SetConsent(ctx, name, 7, store.Consent{}) },
		"RecordNetwork":        func() error { return s.RecordNetwork(ctx, name, 7, "n", later, nil) },
		"DeleteMember":         func() error { return s.DeleteMember(ctx, name, 7) },
		"SetTemplate":          func() error { return s.SetTemplate(ctx, m, store.Template{}, nil) },
		"SetSeen":              func() error { return s.SetSeen(ctx, name, "v", later) },
		"SetUploads":           func() error { return s.SetUploads(ctx, m, nil) },
		"SetSubjectSalt":       func() error { return s.SetSubjectSalt(ctx, name, 7, nil) },
		"SetRecoveryCodes":     func() error { return s.SetRecoveryCodes(ctx, m, store.RecoveryCodes{}) },
		"RecoverPassword":      func() error { return s.RecoverPassword(ctx, m, "i", nil, later) },
		"ClearTemplate":        func() error { return s.ClearTemplate(ctx, m, later, "", nil) },
		"RegisterProbe":        func() error { _, err := s.RegisterProbe(ctx, session, store.Probe{}); return err },
		"RememberProbe":        func() error { return s.RememberProbe(ctx, session, "a", nil) },
		"RemoveProbe":          func() error { return s.RemoveProbe(ctx, name, "a") },
		"WithdrawProbe":        func() error { return s.WithdrawProbe(ctx, name, "v", "a") },
		"RecordAcceptance":     func() error { return s.RecordAcceptance(ctx, name, "v", later) },
		"CreateSession":        func() error { return s.CreateSession(ctx, store.Session{ID: [32]byte{2}, Username: name}, event, nil) },
		"CreateSession, evict": func() error { return s.CreateSession(ctx, session, event, []store.TokenID{RowID}) },
		"TouchSession":         func() error { return s.TouchSession(ctx, RowID, later, "k") },
		"VerifySession":        func() error { return s.VerifySession(ctx, RowID, later) },
		"KeepSession":          func() error { return s.KeepSession(ctx, RowID, later) },
		"SetChallenge":         func() error { return s.SetChallenge(ctx, RowID, store.Challenge{}) },
		"TakeChallenge":        func() error { return s.TakeChallenge(ctx, RowID, store.Challenge{}) },
		"EndSession":           func() error { return s.EndSession(ctx, RowID, 7) },
		"DeleteSession":        func() error { _, err := s.DeleteSession(ctx, RowID); return err },
		"DeleteSessions":       func() error { return s.DeleteSessions(ctx, []store.TokenID{RowID}) },
		"ExpireSession":        func() error { return s.ExpireSession(ctx, RowID, later, time.Hour) },
		"PostponeSession":      func() error { return s.PostponeSession(ctx, RowID, later) },
		"PutSession":           func() error { return s.PutSession(ctx, session) },
		"AdmitAttempt":         func() error { return s.AdmitAttempt(ctx, name, store.Backoff{Free: 9}, now, later) },
		"TakeBackAttempt":      func() error { return s.TakeBackAttempt(ctx, name) },
		"ClearAttempts":        func() error { return s.ClearAttempts(ctx, name) },
		"PutCount":             func() error { return s.PutCount(ctx, store.Count{Key: name}) },
		"Note":                 func() error { return s.Note(ctx, name, event) },
		"Note, of a flood":     func() error { return s.Note(ctx, name, flood) },
		"PutEntry":             func() error { return s.PutEntry(ctx, name, event) },
		"ForgetActivity":       func() error { return s.ForgetActivity(ctx, name) },
		"CreateGrant":          func() error { return s.CreateGrant(ctx, store.Grant{ID: RowID, Kind: "code", Made: now}) },
		"TakeGrant":            func() error { _, err := s.TakeGrant(ctx, "code", RowID, "me"); return err },
		"DeleteGrant":          func() error { return s.DeleteGrant(ctx, RowID) },
		"ReplaceRegistrations": func() error { return s.ReplaceRegistrations(ctx, []byte("clients"), []byte("others")) },
	}
}

// Indexes are the methods that read the content of no row.
func Indexes(t *testing.T, s Movable, name string) map[string]func() error {
	ctx, later := t.Context(), now.Add(2*time.Hour)
	return map[string]func() error{
		"ClaimPKBlock":   func() error { return s.ClaimPKBlock(ctx, 1, "me") },
		"DueUntil":       func() error { _, _, err := s.DueUntil(ctx, store.DueSession, 0, later, "", 9); return err },
		"ExpireActivity": func() error { return s.ExpireActivity(ctx, []store.Due{{At: now, Key: "k"}}) },
		"NoteLeftover":   func() error { return s.NoteLeftover(ctx, later, name) },
		"SettleLeftover": func() error { return s.SettleLeftover(ctx, store.Due{At: now, Key: name}) },
	}
}
