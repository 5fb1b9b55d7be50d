package faults

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"systole/tests/support/fixture"
	"systole/tests/support/long"
	"systole/tests/support/servers"
)

// line is the connection to AWS. One request on it fails.
type line struct {
	next aws.HTTPClient

	mu   sync.Mutex
	sent int // requests since it was armed
	at   int
	how  func(next aws.HTTPClient, r *http.Request) (*http.Response, error)
}

func (l *line) arm(n int, how func(aws.HTTPClient, *http.Request) (*http.Response, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent, l.at, l.how = 0, n, how
}

func (l *line) Do(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	l.sent++
	wrong := l.sent == l.at
	l.mu.Unlock()
	if wrong {
		return l.how(l.next, r)
	}
	return l.next.Do(r)
}

// ways are the ways in which a request fails once; the SDK repeats it.
var ways = map[string]func(aws.HTTPClient, *http.Request) (*http.Response, error){
	"throttled": refuse(http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}`,
		http.StatusServiceUnavailable, `<Error><Code>SlowDown</Code><Message>slow down</Message></Error>`),
	"a server error": refuse(http.StatusInternalServerError, `{"__type":"InternalServerError"}`,
		http.StatusInternalServerError, `<Error><Code>InternalError</Code></Error>`),
	"reset before": func(aws.HTTPClient, *http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
	"reply lost": func(next aws.HTTPClient, r *http.Request) (*http.Response, error) {
		answer, err := next.Do(r)
		if err != nil {
			return nil, err
		}
		return nil, errors.Join(io.ErrUnexpectedEOF, answer.Body.Close())
	},
}

// refuse answers in DynamoDB's form if the request names a target, and in S3's
// otherwise.
func refuse(dynamoStatus int, dynamoBody string, s3Status int, s3Body string) func(aws.HTTPClient, *http.Request) (*http.Response, error) {
	return func(_ aws.HTTPClient, r *http.Request) (*http.Response, error) {
		status, body, kind := s3Status, s3Body, "application/xml"
		if r.Header.Get("X-Amz-Target") != "" {
			status, body, kind = dynamoStatus, dynamoBody, "application/x-amz-json-1.0"
		}
		return &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Request: r,
			Body: io.NopCloser(bytes.NewReader([]byte(body))), ContentLength: int64(len(body)),
		}, nil
	}
}

// lostForGood are requests whose answer may differ when a reply is lost and the
// SDK repeats the call: the repetition finds the token ended, or the nonce taken.
var lostForGood = map[string]string{"log-out": "token_invalid"}

func TestTheSDKsRepetitionsHideASingleFaultOfEveryCall(t *testing.T) {
	var l *line
	stores, cloud := fixture.AWS(t, func(sdk *aws.Config) {
		l = &line{next: sdk.HTTPClient}
		sdk.HTTPClient = l
	})
	plain := dynamodb.NewFromConfig(servers.Config(t), func(o *dynamodb.Options) { o.BaseEndpoint = &cloud.DynamoDB })
	fresh := func(t *testing.T) *Service {
		t.Helper()
		wipe(t, plain)
		if err := stores.Objects.Erase(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		h := newService(t)
		h.Stores = stores
		if err := h.open(stores); err != nil {
			t.Fatal(err)
		}
		return h
	}
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			h := fresh(t)
			r := s.prepare(t, h)
			l.arm(0, nil)
			usual := h.Send(r)
			sent := l.sent
			for n := 0; n < sent; n += long.Runs(3, 1) {
				for i, name := range slices.Sorted(maps.Keys(ways)) {
					another := long.Enabled() && i == (n+1)%len(ways)
					if i != n%len(ways) && !another { // every third call in one way; in a long run each call in two ways
						continue
					}
					t.Run(fmt.Sprint(n+1, " ", name), func(t *testing.T) { s.repeated(t, fresh(t), l, n+1, ways[name], usual) })
				}
			}
		})
	}
}

// repeated makes one request to AWS fail and expects the usual answer.
func (s scenario) repeated(t *testing.T, h *Service, l *line, n int, how func(aws.HTTPClient, *http.Request) (*http.Response, error), usual Answer) {
	ctx := t.Context()
	r := s.prepare(t, h)
	l.arm(n, how)
	a := h.Send(r)
	l.arm(0, nil)
	if a.String() != usual.String() && (lostForGood[s.name] == "" || a.Word() != lostForGood[s.name]) {
		t.Errorf("answered %v, without the fault %v", a, usual)
	}
	if a.Status == http.StatusOK {
		if err := s.done(h, r, a); err != nil {
			t.Errorf("answered as done: %v", err)
		}
	}
	if err := h.Broken(ctx); err != nil {
		t.Error(err)
	}
}

// wipe deletes all items of the tables.
func wipe(t *testing.T, client *dynamodb.Client) {
	t.Helper()
	keys := map[string][]string{
		servers.MembersTable: {"username"}, servers.TokensTable: {"id"}, servers.ActivityTable: {"username", "at"},
	}
	for table, names := range keys {
		out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range out.Items {
			for name := range item {
				if !slices.Contains(names, name) {
					delete(item, name)
				}
			}
			if _, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: item}); err != nil {
				t.Fatal(err)
			}
		}
	}
}
