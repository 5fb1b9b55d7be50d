package s3_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"systole/shared/aws/s3"
	"systole/tests/support/servers"
)

func TestAPresignedUploadTakesOneFileOfItsSize(t *testing.T) {
	endpoint := servers.StartS3(t)
	o := s3.New(servers.Config(t), &endpoint, servers.Bucket)
	up, err := o.PresignPut(t.Context(), "incoming/7/a", 5, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	put := func(url, body string) int {
		r, err := http.NewRequestWithContext(t.Context(), up.Method, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range up.Headers {
			r.Header.Set(name, value)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return answer.StatusCode
	}
	if status := put(up.URL, "longer than it said"); status == http.StatusOK {
		t.Error("another size was taken")
	}
	if status := put(strings.Replace(up.URL, "7/a", "7/b", 1), "12345"); status == http.StatusOK {
		t.Error("another key was taken")
	}
	if status := put(up.URL, "12345"); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if b, err := o.Get(t.Context(), "incoming/7/a"); err != nil || string(b) != "12345" {
		t.Errorf("%q, %v", b, err)
	}
	if status := put(up.URL, "other"); status == http.StatusOK {
		t.Error("it was taken twice")
	}
}

// A presigned address cannot be revoked. Its condition, an empty key, is signed:
// an object at the key closes the address.
func TestAnEmptyObjectClosesAnAddress(t *testing.T) {
	endpoint := servers.StartS3(t)
	o := s3.New(servers.Config(t), &endpoint, servers.Bucket)
	up, err := o.PresignPut(t.Context(), "incoming/7/a", 5, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Put(t.Context(), "incoming/7/a", nil); err != nil {
		t.Fatal(err)
	}
	for name, headers := range map[string]map[string]string{"as told": up.Headers, "without the condition": nil} {
		r, err := http.NewRequestWithContext(t.Context(), up.Method, up.URL, strings.NewReader("12345"))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range headers {
			r.Header.Set(name, value)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode < 400 {
			t.Errorf("%s: status %d", name, answer.StatusCode)
		}
	}
	if b, err := o.Get(t.Context(), "incoming/7/a"); err != nil || len(b) != 0 {
		t.Errorf("there lies %q, %v", b, err)
	}
}
