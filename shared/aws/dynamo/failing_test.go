package dynamo_test

import (
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"systole/shared/aws/dynamo"
	"systole/shared/store"
	"systole/shared/store/storetest"
	"systole/tests/support/servers"
)

// answering is a store whose tables answer a request as the function says.
func answering(t *testing.T, instead func(operation string) *http.Response) *dynamo.Store {
	t.Helper()
	config, nowhere := servers.Config(t), "http://127.0.0.1:1"
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	config.HTTPClient = &throttle{instead: func(operation string, _ []byte) *http.Response { return instead(operation) }}
	return dynamo.New(config, &nowhere, servers.Tables())
}

// methods are all of a store.
func methods(t *testing.T, s *dynamo.Store) map[string]func() error {
	all := storetest.Reads(t, s, "kim")
	maps.Copy(all, storetest.Writes(t, s, "kim"))
	maps.Copy(all, storetest.Indexes(t, s, "kim"))
	return all
}

const fault = `{"__type":"InternalServerError"}`

func TestEachMethodTellsThatTheTablesAreDown(t *testing.T) {
	s := answering(t, func(string) *http.Response { return answer(500, fault) })
	for method, call := range methods(t, s) {
		if err := call(); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// A write that was refused is made out by what the row holds: without the row there is no
// outcome.
func TestARefusedWriteWhoseRowCannotBeReadIsNoOutcome(t *testing.T) {
	asked := map[string]bool{}
	s := answering(t, func(operation string) *http.Response {
		asked[operation] = true
		if operation == "PutItem" || operation == "UpdateItem" || operation == "DeleteItem" {
			return answer(400, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"refused"}`)
		}
		return answer(500, fault)
	})
	for method, call := range storetest.Writes(t, s, "kim") {
		clear(asked)
		err := call()
		if missing := method == "RemoveProbe" || method == "TakeBackAttempt"; err == nil && !missing { // whose row is none
			t.Errorf("%s is a success", method)
		}
		if read := asked["GetItem"] || asked["Query"] || asked["BatchGetItem"]; read && !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s, whose row can't be read: %v", method, err)
		}
	}
}

// Items that this program doesn't understand are no rows that aren't there.
func TestItemsThatAreDamagedFail(t *testing.T) {
	const item = `{"username":{"S":"kim"},"id":{"S":"zz"},"at":{"S":"x"},"pk":{"S":"seven"},"issued":{"S":"x"},"time":{"S":"x"},"kind":{"N":"1"},"name":{"N":"1"},"failures":{"S":"x"},"expires":{"S":"x"},"content":{"S":"x"},"due":{"N":"1"},"due_list":{"S":"x"}}`
	s := answering(t, func(operation string) *http.Response {
		switch operation {
		case "GetItem":
			return answer(200, `{"Item":`+item+`}`)
		case "Query", "Scan":
			return answer(200, `{"Items":[`+item+`]}`)
		case "BatchGetItem":
			return answer(200, `{"Responses":{"`+servers.MembersTable+`":[`+item+`],"`+servers.TokensTable+`":[`+item+`]}}`)
		}
		return answer(500, fault)
	})
	for method, call := range storetest.Reads(t, s, "kim") {
		if err := call(); err == nil || errors.Is(err, store.ErrNotFound) && !strings.Contains(method, "Grant") {
			t.Errorf("%s: %v", method, err)
		}
	}
}
