package dynamo

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/store"
)

// TestItemsOfNovember2026AreReadAndWrittenAlike reads the items that the program
// of that time wrote. They stay readable, and items written today have the same
// attributes.
func TestItemsOfNovember2026AreReadAndWrittenAlike(t *testing.T) {
	old := oldItems(t)
	noon, age := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), 26
	member := store.Member{
		Username: "홍길동", PK: 7, Name: "길동 홍", Age: &age, Gender: store.Male, PasswordHash: "$argon2id$h",
		Created: noon, TokensValidFrom: noon.Add(-time.Hour), Consent: &store.Consent{Version: "2026-11", Given: noon},
		Template: &store.Template{
			Version: "v1", Key: "models/7/v1", Made: noon, Used: noon.Add(time.Hour), Algorithm: "mean-1", Quality: 0.875,
			Failures: 1, FailedAt: noon.Add(2 * time.Hour),
		},
		Digests: map[string][]byte{"a1": {1, 2, 3}},
	}
	session := store.Session{
		ID: store.TokenID{1, 2}, Username: "홍길동", PK: 7, Issued: noon, Used: noon, Expires: noon.Add(720 * time.Hour),
		ValidFrom: noon.Add(-time.Hour), TemplateKey: "models/7/v1",
		Challenge: store.Challenge{Hash: [32]byte{9}, Expires: noon.Add(time.Minute)},
	}
	event := store.Event{Kind: "logged_in", At: noon, Expires: noon.Add(180 * 24 * time.Hour)}.Single()

	if got, err := readMember(old["member"]); err != nil || !reflect.DeepEqual(got, member) {
		t.Errorf("member is\n%+v, %v, want\n%+v", got, err, member)
	}
	if got, err := readSession(old["session"]); err != nil || got != session {
		t.Errorf("session is\n%+v, %v, want\n%+v", got, err, session)
	}
	if got, err := readEvent(old["event"]); err != nil || !reflect.DeepEqual(got, event) {
		t.Errorf("event is\n%+v, %v, want\n%+v", got, err, event)
	}
	for name, written := range map[string]item{
		"member": memberItem(member), "session": sessionItem(session), "event": eventItem(member.Username, event),
	} {
		delete(written, "due") // later versions added events to the index of due items
		delete(written, "due_list")
		if !reflect.DeepEqual(written, old[name]) {
			t.Errorf("%s is written as\n%v, want\n%v", name, written, old[name])
		}
	}
}

// A pointer written before failures were counted has no count, and a session
// written before tokens could be voided has no date.
func TestItemsFromBeforeAnAttributeAreRead(t *testing.T) {
	old := oldItems(t)
	delete(old["member"], "model_failures")
	delete(old["member"], "model_failed_at")
	delete(old["session"], "valid_from")
	if m, err := readMember(old["member"]); err != nil || m.Template.Failures != 0 {
		t.Errorf("member is %+v, %v", m, err)
	}
	if s, err := readSession(old["session"]); err != nil || !s.ValidFrom.IsZero() {
		t.Errorf("session is %+v, %v", s, err)
	}
}

// oldItems returns the file's items, in DynamoDB's JSON.
func oldItems(t *testing.T) map[string]item {
	t.Helper()
	b, err := os.ReadFile("testdata/items-2026-11.json")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]map[string]struct {
		S *string
		N *string
		B []byte
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	items := map[string]item{}
	for name, attributes := range file {
		items[name] = item{}
		for attribute, value := range attributes {
			switch {
			case value.S != nil:
				items[name][attribute] = text(*value.S)
			case value.N != nil:
				items[name][attribute] = &types.AttributeValueMemberN{Value: *value.N}
			default:
				items[name][attribute] = &types.AttributeValueMemberB{Value: value.B}
			}
		}
	}
	return items
}
