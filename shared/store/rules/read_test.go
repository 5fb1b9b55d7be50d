package rules_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"systole/shared/store"
	"systole/shared/store/rules"
)

var noon = time.Unix(1_800_000_000, 0)

// read returns a member's row as a process read it.
func read() store.Member {
	return store.Member{
		Username: "hong", PK: 1, PasswordHash: "h", TokensValidFrom: noon, Removed: noon,
		Consent:       &store.Consent{Version: "1", Given: noon},
		Template:      &store.Template{Version: "v1", Key: "models/1/v1", Failures: 1, FailedAt: noon},
		Uploads:       []store.PendingUpload{{ID: "u", Size: 5, Expires: noon}},
		RecoveryCodes: store.RecoveryCodes{Made: noon, Left: [][]byte{{1}, {2}}},
		Digests:       map[string][]byte{"old": {1}},
	}
}

// upload changes the row's upload.
func upload(change func(*store.PendingUpload)) func(*store.Member) {
	return func(m *store.Member) {
		m.Uploads = slices.Clone(m.Uploads)
		change(&m.Uploads[0])
	}
}

// changes are all changes that may have happened to the row since it was read.
var changes = map[string]func(*store.Member){
	"account":                   func(m *store.Member) { m.PK++ },
	"password":                  func(m *store.Member) { m.PasswordHash = "other" },
	"tokens valid from":         func(m *store.Member) { m.TokensValidFrom = noon.Add(1) },
	"template removed":          func(m *store.Member) { m.Template = nil },
	"template removed and made": func(m *store.Member) { m.Removed = noon.Add(1) },
	"template replaced":         func(m *store.Member) { m.Template = &store.Template{Version: "v2", Key: "models/1/v2", Failures: 1} },
	"failures at the limit":     func(m *store.Member) { m.Template.Failures = 2 },
	"failures taken back":       func(m *store.Member) { m.Template.Failures = 0 },
	"no consent":                func(m *store.Member) { m.Consent = nil },
	"another consent":           func(m *store.Member) { m.Consent.Version = "2" },
	"consent given again":       func(m *store.Member) { m.Consent.Given = noon.Add(1) },
	"consent withdrawn":         func(m *store.Member) { m.Consent.Withdrawn = noon },
	"no upload":                 func(m *store.Member) { m.Uploads = nil },
	"another upload":            upload(func(u *store.PendingUpload) { u.ID = "another" }),
	"a larger upload":           upload(func(u *store.PendingUpload) { u.Size++ }),
	"an upload renewed":         upload(func(u *store.PendingUpload) { u.Expires = u.Expires.Add(1) }),
	"recovery codes made":       func(m *store.Member) { m.RecoveryCodes.Made = noon.Add(1) },
	"a recovery code used":      func(m *store.Member) { m.RecoveryCodes.Left = m.RecoveryCodes.Left[1:] },
	"the probe registered":      func(m *store.Member) { m.Digests["new"] = []byte{2} },
	"the digest removed":        func(m *store.Member) { delete(m.Digests, "old") },
	"a salt drawn":              func(m *store.Member) { m.SubjectSalt = []byte{1} },
	"a network recorded":        func(m *store.Member) { m.Networks = map[string]time.Time{"n": noon} },
}

func TestAWriteIsRefusedForWhatItDependsOnAlone(t *testing.T) {
	session := store.Session{PK: 1, ValidFrom: noon}
	probe := store.Probe{ID: "new", Digest: []byte{2}, At: noon.Add(time.Second), Limit: store.Backoff{Free: 2, First: time.Minute, Longest: time.Hour}}
	moved := []string{"account", "template removed", "template removed and made", "template replaced"}
	recovered := []string{"account", "password", "recovery codes made", "a recovery code used"}
	current := []string{"template removed", "template replaced"}
	for _, test := range []struct {
		rule rules.Member
		want []string
	}{
		{rules.DeleteMember(1), []string{"account"}},
		{rules.ReplacePassword("h", "i", noon), []string{"password"}},
		{rules.VoidTokens(1, noon), []string{"account"}},
		{rules.SetConsent(1, store.Consent{Version: "2"}), []string{"account"}},
		{rules.RecordNetwork(1, "n", noon, nil), []string{"account"}},
		{rules.SetTemplate(read(), store.Template{Version: "v3"}, nil),
			slices.Concat(moved, []string{"no consent", "another consent", "consent given again", "consent withdrawn"})},
		{rules.ClearTemplate(read(), noon.Add(time.Hour), "", nil), moved},
		{rules.SetUploads(read(), nil), []string{"account", "another upload", "a larger upload", "an upload renewed"}},
		{rules.SetSubjectSalt(1, []byte{2}), []string{"account", "a salt drawn"}},
		{rules.SetRecoveryCodes(read(), store.RecoveryCodes{}), recovered},
		{rules.RecoverPassword(read(), "i", nil, noon), recovered},
		{rules.RecordAcceptance("v1", noon), current},
		{rules.SetSeen("v1", noon), current},
		{rules.RegisterProbe(session, probe), []string{"account", "tokens valid from", "template removed", "failures at the limit"}},
		{rules.RememberProbe(session, "new", []byte{2}), []string{"account", "tokens valid from"}},
		{rules.WithdrawProbe("v1", "old"), slices.Concat(current, []string{"failures taken back"})},
		{rules.RemoveProbe("new"), nil},
	} {
		t.Run(test.rule.Op, func(t *testing.T) {
			unchanged := read()
			if _, written, err := test.rule.Apply(&unchanged); !written || err != nil {
				t.Fatalf("on the row that was read: written %v, %v", written, err)
			}
			for name, change := range changes {
				row := read()
				change(&row)
				_, _, err := test.rule.Apply(&row)
				if refused := err == store.ErrConflict; refused != slices.Contains(test.want, name) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

// If a reply is lost and the write is made again, it succeeds and changes nothing
// more. Another request's equal write does not count as made.
func TestAWriteThatWasMadeIsNotMadeAgain(t *testing.T) {
	later := noon.Add(time.Hour)
	uploads := []store.PendingUpload{{ID: "w", Size: 7, Expires: later}}
	codes := store.RecoveryCodes{Made: later, Left: [][]byte{{3}}}
	for _, test := range []struct {
		rule   rules.Member
		others map[string]func(*store.Member) // differences by which another's write is recognised
	}{
		{rules.CreateMember(read()), map[string]func(*store.Member){"password": func(m *store.Member) { m.PasswordHash = "g" }}},
		{rules.ReplacePassword("h", "i", later), map[string]func(*store.Member){"password": func(m *store.Member) { m.PasswordHash = "g" }}},
		{rules.SetTemplate(read(), store.Template{Version: "v3", Key: "models/1/v3"}, nil), map[string]func(*store.Member){
			"account": changes["account"], "template": changes["template replaced"]}},
		{rules.ClearTemplate(read(), later, "", nil), map[string]func(*store.Member){
			"account": changes["account"], "time": func(m *store.Member) { m.Removed = later.Add(1) },
			"template": func(m *store.Member) { m.Template = &store.Template{Version: "v9"} }}},
		{rules.SetUploads(read(), uploads), map[string]func(*store.Member){
			"account": changes["account"], "id": changes["another upload"], "size": changes["a larger upload"], "time": changes["an upload renewed"]}},
		{rules.SetSubjectSalt(1, []byte{2}), map[string]func(*store.Member){
			"account": changes["account"], "salt": func(m *store.Member) { m.SubjectSalt = []byte{3} }}},
		{rules.SetRecoveryCodes(read(), codes), map[string]func(*store.Member){
			"account": changes["account"], "made": changes["recovery codes made"], "left": changes["a recovery code used"]}},
		{rules.RecoverPassword(read(), "i", nil, later), map[string]func(*store.Member){
			"account": changes["account"], "password": changes["password"]}},
		{rules.WithdrawProbe("v1", "old"), map[string]func(*store.Member){
			"digest": func(m *store.Member) { m.Digests = map[string][]byte{"old": {1}}; m.Template = nil }}},
	} {
		t.Run(test.rule.Op, func(t *testing.T) {
			row := read()
			left := &row
			var err error
			if test.rule.Creates == nil {
				if left, _, err = test.rule.Apply(&row); err != nil {
					t.Fatal(err)
				}
			}
			again, written, err := test.rule.Apply(left)
			if err != nil || written || !reflect.DeepEqual(again, left) {
				t.Errorf("again: written %v, %v", written, err)
			}
			for name, other := range test.others {
				row := read()
				left := &row
				if test.rule.Creates == nil {
					left, _, _ = test.rule.Apply(&row)
				}
				other(left)
				if _, written, err := test.rule.Apply(left); written || err == nil {
					t.Errorf("another's %s: written %v, %v", name, written, err)
				}
			}
		})
	}
}

func TestAWriteOnARowThatIsGoneHasItsOutcome(t *testing.T) {
	for _, test := range []struct {
		rule rules.Member
		want error
	}{
		{rules.DeleteMember(1), nil},
		{rules.ReplacePassword("h", "i", noon), store.ErrConflict},
		{rules.VoidTokens(1, noon), store.ErrConflict},
		{rules.SetConsent(1, store.Consent{}), store.ErrConflict},
		{rules.RecordNetwork(1, "n", noon, nil), store.ErrConflict},
		{rules.SetTemplate(read(), store.Template{}, nil), store.ErrConflict},
		{rules.ClearTemplate(read(), noon, "", nil), store.ErrConflict},
		{rules.SetUploads(read(), nil), store.ErrConflict},
		{rules.SetSubjectSalt(1, nil), store.ErrConflict},
		{rules.SetRecoveryCodes(read(), store.RecoveryCodes{}), store.ErrConflict},
		{rules.RecoverPassword(read(), "i", nil, noon), store.ErrConflict},
		{rules.RecordAcceptance("v1", noon), store.ErrConflict},
		{rules.SetSeen("v1", noon), store.ErrConflict},
		{rules.RegisterProbe(store.Session{}, store.Probe{}), store.ErrNotFound},
		{rules.RememberProbe(store.Session{}, "id", nil), store.ErrConflict},
		{rules.WithdrawProbe("v1", "id"), nil},
		{rules.RemoveProbe("id"), nil},
	} {
		if test.rule.Op == "" {
			t.Error("an error would not say what failed")
		}
		if left, written, err := test.rule.Apply(nil); left != nil || written || err != test.want {
			t.Errorf("%s: left %+v, written %v, %v; want %v", test.rule.Op, left, written, err, test.want)
		}
	}
}
