package main

import (
	"context"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"systole/infra/service"
	"systole/shared/memory"
	"systole/shared/store"
	"systole/tests/support/fixture"
	"systole/tests/support/long"
)

// meter counts the calls to DynamoDB and adds up the capacity units that its
// answers state.
type meter struct {
	mu    sync.Mutex
	calls int
	units float64
}

func (m *meter) add(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("units",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			total := types.ReturnConsumedCapacityTotal
			switch in := in.Parameters.(type) {
			case *dynamodb.GetItemInput:
				in.ReturnConsumedCapacity = total
			case *dynamodb.PutItemInput:
				in.ReturnConsumedCapacity = total
			case *dynamodb.UpdateItemInput:
				in.ReturnConsumedCapacity = total
			case *dynamodb.DeleteItemInput:
				in.ReturnConsumedCapacity = total
			case *dynamodb.QueryInput:
				in.ReturnConsumedCapacity = total
			case *dynamodb.ScanInput:
				in.ReturnConsumedCapacity = total
			case *dynamodb.BatchWriteItemInput:
				in.ReturnConsumedCapacity = total
			}
			out, metadata, err := next.HandleInitialize(ctx, in)
			m.mu.Lock()
			defer m.mu.Unlock()
			if middleware.GetServiceID(ctx) == "DynamoDB" {
				m.calls++
				m.units += consumed(out.Result)
			}
			return out, metadata, err
		}), middleware.Before)
}

func consumed(output any) (units float64) {
	var all []types.ConsumedCapacity
	add := func(c *types.ConsumedCapacity) {
		if c != nil {
			all = append(all, *c)
		}
	}
	switch out := output.(type) {
	case *dynamodb.GetItemOutput:
		add(out.ConsumedCapacity)
	case *dynamodb.PutItemOutput:
		add(out.ConsumedCapacity)
	case *dynamodb.UpdateItemOutput:
		add(out.ConsumedCapacity)
	case *dynamodb.DeleteItemOutput:
		add(out.ConsumedCapacity)
	case *dynamodb.QueryOutput:
		add(out.ConsumedCapacity)
	case *dynamodb.ScanOutput:
		add(out.ConsumedCapacity)
	case *dynamodb.BatchWriteItemOutput:
		all = out.ConsumedCapacity
	}
	for _, c := range all {
		units += aws.ToFloat64(c.CapacityUnits)
	}
	return units
}

func (m *meter) take() (calls int, units float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	calls, units = m.calls, m.units
	m.calls, m.units = 0, 0
	return calls, units
}

var most = flag.Int("most", long.Runs(1_000, 10_000), "how many members there are at last")

// TestCleanUpTakesTheUnitsOfWhatItRemoves runs the clean-up on a DynamoDB server
// with 25 due items of each kind, among more and more items that are not due.
func TestCleanUpTakesTheUnitsOfWhatItRemoves(t *testing.T) {
	const due = 25
	m := new(meter)
	stores, _ := fixture.AWS(t, func(sdk *aws.Config) { sdk.APIOptions = append(sdk.APIOptions, m.add) })
	now := time.Now()
	objects := &memory.Objects{Now: time.Now} // objects in S3 take no capacity units
	stores.Objects = objects
	if _, err := cleaner(stores, now).Survey(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	table := "| members | removed | calls to DynamoDB | units |\n|---:|---:|---:|---:|\n"
	var first float64
	from := 0
	for size := 100; size <= *most; size *= 10 {
		on := stock{stores, objects}
		if err := atOnce(16, from, size, func(n int) error { return on.add(t.Context(), n, now) }); err != nil {
			t.Fatal(err)
		}
		if err := atOnce(16, size, size+due, func(n int) error { return on.owe(t.Context(), n, now) }); err != nil {
			t.Fatal(err)
		}
		from = size
		m.take()
		r, err := cleaner(stores, now.Add(2*time.Hour)).Run(t.Context(), false)
		if err != nil || !r.Finished {
			t.Fatalf("%+v, %v", r, err)
		}
		calls, units := m.take()
		removed := r.ExpiredTokens + r.OldActivity + r.UnusedModels + r.OrphanModels
		table += fmt.Sprintf("| %s | %d | %d | %.1f |\n", thousands(size), removed, calls, units)
		if removed != 4*due {
			t.Errorf("among %d: %+v", size, r)
		}
		if first == 0 {
			first = units
		}
		if units > 1.02*first {
			t.Errorf("among %d members it takes %.1f units, %.1f among 100", size, units, first)
		}
	}
	t.Logf("\n%s", table)
}

// stock fills stores with items of each kind.
type stock struct {
	service.Stores
	objects *memory.Objects
}

func (s stock) add(ctx context.Context, n int, now time.Time) error {
	m := crowd{now: now}.member(n)
	session := store.Session{ID: tokenOf(n, 0), Username: m.Username, PK: m.PK, Issued: now, Used: now, Expires: now.Add(30 * 24 * time.Hour), Due: now.Add(30 * 24 * time.Hour)}
	e := store.Event{Kind: "logged_in", At: now, Expires: now.Add(180 * 24 * time.Hour)}
	return firstOf(s.Members.CreateMember(ctx, m), s.Sessions.CreateSession(ctx, session, e, nil))
}

func (s stock) owe(ctx context.Context, n int, now time.Time) error {
	past := now.Add(-400 * 24 * time.Hour)
	m := crowd{now: now}.member(n + 1_000_000)
	m.Seen, m.Template.Made, m.Template.Used = past, past, past
	session := store.Session{ID: tokenOf(n, 1), Username: m.Username, PK: m.PK, Issued: past, Used: past, Expires: past, Due: past}
	e := store.Event{Kind: "logged_in", At: past, Expires: past}
	return firstOf(
		s.objects.Put(ctx, m.Template.Key, nil), s.Members.CreateMember(ctx, m),
		s.Members.NoteLeftover(ctx, past, store.TemplateKey(m.PK, "left")),
		s.Sessions.CreateSession(ctx, session, e, nil),
	)
}
