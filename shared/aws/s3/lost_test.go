package s3_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"systole/shared/aws/s3"
	"systole/shared/store"
	"systole/tests/support/servers"
)

// loser loses the reply to the first request that it sends.
type loser struct {
	next aws.HTTPClient
	lost bool
}

func (l *loser) Do(r *http.Request) (*http.Response, error) {
	response, err := l.next.Do(r)
	if err != nil || l.lost {
		return response, err
	}
	l.lost = true
	response.Body.Close()
	return nil, errors.New("connection reset by peer")
}

func TestALostReplyIsNoConflict(t *testing.T) {
	endpoint, config := servers.StartS3(t), servers.Config(t)
	line := &loser{next: config.HTTPClient}
	config.HTTPClient = line
	objects := s3.New(config, &endpoint, servers.Bucket)
	if err := objects.Put(t.Context(), "models/1/v1", []byte("m")); err != nil || !line.lost {
		t.Errorf("%v, lost %v", err, line.lost)
	}
	if err := objects.Put(t.Context(), "models/1/v1", []byte("other")); !errors.Is(err, store.ErrExists) {
		t.Errorf("a key that is taken: %v", err)
	}
}

func TestAStoreThatIsDownIsUnavailable(t *testing.T) {
	nowhere := "http://127.0.0.1:1"
	objects := s3.New(servers.Config(t), &nowhere, servers.Bucket)
	if _, err := objects.Get(t.Context(), "k"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("error is %v", err)
	}
}

// An object that announces more than its limit is refused by its size: its bytes
// are neither awaited nor given memory.
func TestAnObjectThatIsTooLargeIsNotRead(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(store.MaxObjectBytes+1))
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	objects := s3.New(servers.Config(t), &server.URL, servers.Bucket)
	if b, err := objects.Get(t.Context(), "k"); err == nil || errors.Is(err, store.ErrNotFound) || b != nil {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}
