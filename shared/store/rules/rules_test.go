package rules_test

import (
	"reflect"
	"testing"
	"time"

	"systole/shared/store"
	"systole/shared/store/rules"
)

func TestARuleChangesNothingThatTheRowPointsTo(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	row := func() *store.Member {
		return &store.Member{
			Username: "hong", PK: 1, PasswordHash: "h", Consent: &store.Consent{Version: "1"},
			Template: &store.Template{Version: "v1", Failures: 2}, Digests: map[string][]byte{"a": {1}, "b": {2}},
			Networks: map[string]time.Time{"old": now},
		}
	}
	for _, rule := range []rules.Member{
		rules.ReplacePassword("h", "i", now), rules.VoidTokens(1, now), rules.SetConsent(1, store.Consent{Version: "2"}),
		rules.RecordNetwork(1, "n", now, []string{"old"}),
		rules.SetTemplate(*row(), store.Template{Version: "v2"}, []string{"a"}), rules.ClearTemplate(*row(), now, "", []string{"a", "b"}),
		rules.RecordAcceptance("v1", now), rules.WithdrawProbe("v1", "a"), rules.RemoveProbe("a"), rules.DeleteMember(1),
		rules.RegisterProbe(store.Session{PK: 1}, store.Probe{ID: "c", Digest: []byte{3}, Limit: store.Backoff{Free: 3}}),
	} {
		before := row()
		shared := *before
		left, written, err := rule.Apply(&shared)
		if err != nil || !written || reflect.DeepEqual(left, before) {
			t.Errorf("%s: left %+v, written %v, %v", rule.Op, left, written, err)
		}
		if !reflect.DeepEqual(&shared, before) {
			t.Errorf("%s changed the row\n%+v, it was\n%+v", rule.Op, shared, before)
		}
	}
}

func TestARefusalOfARowThatIsGoneSinceIsWorthAnotherTry(t *testing.T) {
	if err := rules.CreateMember(store.Member{PasswordHash: "h"}).Outcome(nil); err != store.ErrUnavailable {
		t.Errorf("outcome is %v", err)
	}
}
