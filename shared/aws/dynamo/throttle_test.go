package dynamo_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"systole/shared/aws/dynamo"
	"systole/shared/member"
	"systole/shared/store"
	"systole/tests/support/servers"
)

// throttle stands before a DynamoDB and answers some requests itself.
type throttle struct {
	next aws.HTTPClient
	// instead answers a request of the operation, or returns nil to let it pass.
	instead func(operation string, body []byte) *http.Response
}

func (th *throttle) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if answer := th.instead(operation, body); answer != nil {
		return answer, nil
	}
	return th.next.Do(r)
}

func answer(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

const tooFast = `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow down"}`

func TestThrottlingAndFaultsOfTheServiceAreUnavailable(t *testing.T) {
	for name, refused := range map[string]func() *http.Response{
		"throttled": func() *http.Response { return answer(400, tooFast) },
		"a fault":   func() *http.Response { return answer(500, `{"__type":"InternalServerError"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			config, nowhere := servers.Config(t), "http://127.0.0.1:1"
			tries := 0
			config.HTTPClient = &throttle{instead: func(string, []byte) *http.Response { tries++; return refused() }}
			s := dynamo.New(config, &nowhere, servers.Tables())
			if _, err := s.Member(t.Context(), "hong"); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("error is %v", err)
			}
			if tries != 3 {
				t.Errorf("tried %d times, want 3", tries)
			}
		})
	}
}

func TestWhatABatchLeavesUndoneIsSentAgain(t *testing.T) {
	endpoint, config := servers.StartDynamoDB(t), servers.Config(t)
	undone := 0 // batches that are to be left undone
	config.HTTPClient = &throttle{next: config.HTTPClient, instead: func(operation string, body []byte) *http.Response {
		if operation != "BatchWriteItem" || undone == 0 {
			return nil
		}
		undone--
		var request struct{ RequestItems json.RawMessage }
		if err := json.Unmarshal(body, &request); err != nil {
			t.Error(err)
		}
		return answer(200, `{"UnprocessedItems":`+string(request.RequestItems)+`}`)
	}}
	s := dynamo.New(config, &endpoint, servers.Tables())
	session := store.Session{Username: "hong", Expires: time.Unix(1_800_000_000, 0).UTC()}

	undone = 2
	evict := make([]store.TokenID, 40) // more than one batch takes
	for i := range evict {
		evict[i][0] = byte(i + 1)
	}
	if err := s.CreateSession(t.Context(), session, member.NewEvent(member.LoggedIn, session.Expires), evict); err != nil {
		t.Error(err)
	}
	if _, err := s.Session(t.Context(), session.ID); err != nil {
		t.Error(err)
	}
	undone = 100
	if err := s.CreateSession(t.Context(), session, member.NewEvent(member.LoggedIn, session.Expires), nil); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a batch that is never done: %v", err)
	}
}
