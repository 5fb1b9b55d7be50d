package main

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"systole/shared/member"
	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
	"systole/tests/support/servers"
)

// used is the consumption of a request: DynamoDB's units as its answers state
// them, and calls of S3.
type used struct{ readUnits, writeUnits, puts, gets float64 }

// meter asks each call to DynamoDB for its units and adds them up.
type meter struct {
	mu sync.Mutex
	used
}

func (m *meter) add(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("meter",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if asked := reflect.ValueOf(in.Parameters).Elem().FieldByName("ReturnConsumedCapacity"); asked.IsValid() {
				asked.Set(reflect.ValueOf(types.ReturnConsumedCapacityTotal))
			}
			out, metadata, err := next.HandleInitialize(ctx, in)
			if err == nil {
				m.count(middleware.GetOperationName(ctx), out.Result)
			}
			return out, metadata, err
		}), middleware.Before)
}

func (m *meter) count(operation string, result any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch operation {
	case "PutObject":
		m.puts++
	case "GetObject":
		m.gets++
	}
	capacity := reflect.ValueOf(result).Elem().FieldByName("ConsumedCapacity")
	if !capacity.IsValid() || capacity.IsNil() {
		return
	}
	var all []types.ConsumedCapacity
	switch c := capacity.Interface().(type) {
	case *types.ConsumedCapacity:
		all = append(all, *c)
	case []types.ConsumedCapacity:
		all = c
	}
	for _, c := range all {
		units := aws.ToFloat64(c.CapacityUnits)
		switch {
		case strings.Contains(operation, "Get") || operation == "Query":
			m.readUnits += units
			continue
		case *c.TableName == servers.TokensTable && operation == "BatchWriteItem":
			units *= 3 // the row is in two indexes as well, which the test's server does not count
		case *c.TableName == servers.ActivityTable, operation == "PutItem" && *c.TableName == servers.MembersTable:
			units *= 2 // in one index
		}
		m.writeUnits += units
	}
}

func (m *meter) take() used {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.used
	m.used = used{}
	return u
}

// The units in the cost estimate are those that the requests take: a log-in that
// ends an older session, as a daily log-in does, and a check without the work
// that depends on earlier checks.
func TestUnitsAreThoseOfTheRequests(t *testing.T) {
	m := new(meter)
	stores, _ := fixture.AWS(t, func(sdk *aws.Config) { sdk.APIOptions = append(sdk.APIOptions, m.add) })
	h := fixture.Start(t, stores)
	send := func(r fixture.Request) fixture.Answer {
		t.Helper()
		m.take()
		return fixture.Send(t.Context(), h, r).Want(t, http.StatusOK, "")
	}
	signUp := fixture.Request{Method: "POST", Path: "/members/create/", Form: "username=first&password=tachy-cardia!&name=n"}
	send(signUp) // reserves this process's block of member numbers
	signUp.Form = strings.Replace(signUp.Form, "first", "hong", 1)
	send(signUp)
	got := map[string]used{"sign-up": m.take()}
	var token string
	for range member.DefaultTokenLimits.PerMember + 1 {
		in := send(fixture.Request{Method: "POST", Path: "/members/login/", Form: "username=hong&password=tachy-cardia!"})
		token = in.Body["token"].(string)
	}
	got["log-in"] = m.take()
	send(fixture.Request{Method: "POST", Path: "/authenticate/make_model/", Token: token, File: recordings.Enrolment(t, 1)})
	send(fixture.Request{Method: "POST", Path: "/authenticate/check_user/", Token: token, File: recordings.Probe(t, 1)})
	got["check"] = m.take()
	for _, r := range requests() {
		want, g := used{r.readUnits, r.writeUnits, r.puts, r.gets}, got[r.name]
		if r.name == "check" { // a member's row with one digest costs less than half of the average row
			if g.writeUnits < 2 || g.writeUnits > memberUnits {
				t.Errorf("a first check writes %v units", g.writeUnits)
			}
			want.writeUnits, want.puts = g.writeUnits, g.puts
		}
		if g != want {
			t.Errorf("a %s takes %+v, reckoned with %+v", r.name, g, want)
		}
	}
}
