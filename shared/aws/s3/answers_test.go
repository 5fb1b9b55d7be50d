package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"systole/shared/aws/s3"
	"systole/shared/store"
	"systole/tests/support/servers"
)

// scripted returns a bucket that gives the answers in order, the last one again
// and again, and the requests that it received.
func scripted(t *testing.T, answers ...http.HandlerFunc) (o *s3.Objects, asked *[]string) {
	t.Helper()
	asked = new([]string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		*asked = append(*asked, r.Method+" "+r.URL.RequestURI())
		answers[min(len(*asked), len(answers))-1](w, r)
	}))
	t.Cleanup(server.Close)
	config := servers.Config(t)
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return s3.New(config, &server.URL, servers.Bucket), asked
}

// refused returns S3's answer with an error.
func refused(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `<Error><Code>%s</Code></Error>`, code)
	}
}

// body returns an answer with a body and headers.
func body(text string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(text)))
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		io.WriteString(w, text)
	}
}

func TestEachCallTellsOfItsFailure(t *testing.T) {
	versions := body(`<ListVersionsResult><Version><Key>p1</Key><VersionId>v</VersionId></Version></ListVersionsResult>`)
	markers := body(`<ListVersionsResult><DeleteMarker><Key>p1</Key><VersionId>v</VersionId></DeleteMarker></ListVersionsResult>`)
	taken := refused(412, "PreconditionFailed")
	for name, tt := range map[string]struct {
		before []http.HandlerFunc
		call   func(ctx context.Context, o *s3.Objects) error
	}{
		"put":               {nil, func(ctx context.Context, o *s3.Objects) error { return o.Put(ctx, "k", nil) }},
		"put, read back":    {[]http.HandlerFunc{taken}, func(ctx context.Context, o *s3.Objects) error { return o.Put(ctx, "k", nil) }},
		"replace":           {nil, func(ctx context.Context, o *s3.Objects) error { return o.Replace(ctx, "k", nil) }},
		"get":               {nil, func(ctx context.Context, o *s3.Objects) error { _, err := o.Get(ctx, "k"); return err }},
		"delete":            {nil, func(ctx context.Context, o *s3.Objects) error { return o.Delete(ctx, "k") }},
		"list":              {nil, func(ctx context.Context, o *s3.Objects) error { _, _, err := o.List(ctx, "p", "", 9); return err }},
		"erase, the list":   {nil, func(ctx context.Context, o *s3.Objects) error { return o.Erase(ctx, "p") }},
		"erase, a version":  {[]http.HandlerFunc{versions}, func(ctx context.Context, o *s3.Objects) error { return o.Erase(ctx, "p") }},
		"erase, its marker": {[]http.HandlerFunc{markers}, func(ctx context.Context, o *s3.Objects) error { return o.Erase(ctx, "p") }},
	} {
		for _, failure := range []struct {
			status int
			code   string
			later  bool
		}{{500, "InternalError", true}, {503, "SlowDown", true}, {403, "AccessDenied", false}} {
			o, _ := scripted(t, append(tt.before, refused(failure.status, failure.code))...)
			if err := tt.call(t.Context(), o); err == nil || errors.Is(err, store.ErrUnavailable) != failure.later {
				t.Errorf("%s, %s: %v", name, failure.code, err)
			}
		}
	}
}

func TestAKeyThatIsTakenIsReadBack(t *testing.T) {
	for name, tt := range map[string]struct {
		answers []http.HandlerFunc
		want    error
	}{
		"by the same":                   {[]http.HandlerFunc{refused(412, "PreconditionFailed"), body("data")}, nil},
		"by another":                    {[]http.HandlerFunc{refused(412, "PreconditionFailed"), body("other")}, store.ErrExists},
		"by one who is writing":         {[]http.HandlerFunc{refused(409, "ConditionalRequestConflict"), refused(404, "NoSuchKey")}, store.ErrUnavailable},
		"by one who was writing, alike": {[]http.HandlerFunc{refused(409, "ConditionalRequestConflict"), body("data")}, nil},
	} {
		o, _ := scripted(t, tt.answers...)
		if err := o.Put(t.Context(), "k", []byte("data")); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o, _ := scripted(t, func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
	if err := o.Put(t.Context(), "k", nil); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a connection that breaks: %v", err)
	}
}

func TestAnObjectIsReadWholeOrNotAtAll(t *testing.T) {
	large := strings.Repeat("x", store.MaxObjectBytes)
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   string // the expected error
		bytes  int
	}{
		"whole":               {body("data"), "", 4},
		"as large as may be":  {body(large), "", len(large)},
		"a byte larger":       {body(large + "x"), fmt.Sprintf("%d bytes, at most %d", len(large)+1, len(large)), 0},
		"with another digest": {body("data", "x-amz-checksum-crc32", "AAAAAA=="), "checksum", 0},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			io.WriteString(w, "data")
		}, "body", 0},
		"of no length": {func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush() // in chunks
			io.WriteString(w, "data")
		}, "at most", 0},
	} {
		o, _ := scripted(t, tt.answer)
		b, err := o.Get(t.Context(), "k")
		if len(b) != tt.bytes || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
}

func TestObjectsAreSentAndAskedForWithAChecksum(t *testing.T) {
	var headers []http.Header
	o, _ := scripted(t, func(w http.ResponseWriter, r *http.Request) { headers = append(headers, r.Header) })
	if err := errors.Join(o.Put(t.Context(), "k", []byte("data")), o.Replace(t.Context(), "k", []byte("data"))); err != nil {
		t.Fatal(err)
	}
	_, _ = o.Get(t.Context(), "k")
	for i, h := range headers {
		if i < 2 && h.Get("X-Amz-Checksum-Crc32") != "rfPzYw==" || i == 2 && h.Get("X-Amz-Checksum-Mode") != "ENABLED" {
			t.Errorf("request %d: %v", i, h)
		}
	}
}

func TestAListEndsWhereTheBucketSaysSo(t *testing.T) {
	const one = `<Contents><Key>a</Key><Size>1</Size></Contents>`
	for name, tt := range map[string]struct {
		answer string
		n      int
		next   string
	}{
		"more to come":         {`<ListBucketResult><IsTruncated>true</IsTruncated>` + one + `</ListBucketResult>`, 1, "a"},
		"the end":              {`<ListBucketResult><IsTruncated>false</IsTruncated>` + one + `</ListBucketResult>`, 1, ""},
		"nothing, and no word": {`<ListBucketResult></ListBucketResult>`, 0, ""},
		"nothing, and more":    {`<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>`, 0, ""},
	} {
		o, asked := scripted(t, body(tt.answer))
		list, next, err := o.List(t.Context(), "p/", "p/0", 7)
		if err != nil || len(list) != tt.n || next != tt.next {
			t.Errorf("%s: %v, %q, %v", name, list, next, err)
		}
		for _, part := range []string{"max-keys=7", "prefix=p%2F", "start-after=p%2F0"} {
			if !strings.Contains((*asked)[0], part) {
				t.Errorf("%s: asked %s", name, *asked)
			}
		}
	}
}

func TestVersionsAndMarkersUpToAKeyAreErased(t *testing.T) {
	o, asked := scripted(t, body(`<ListVersionsResult>
		<Version><Key>p/1</Key><VersionId>a</VersionId></Version><Version><Key>p/2</Key><VersionId>b</VersionId></Version><Version><Key>p/3</Key><VersionId>c</VersionId></Version>
		<DeleteMarker><Key>p/1</Key><VersionId>d</VersionId></DeleteMarker><DeleteMarker><Key>p/2</Key><VersionId>e</VersionId></DeleteMarker><DeleteMarker><Key>p/3</Key><VersionId>f</VersionId></DeleteMarker>
		</ListVersionsResult>`))
	if err := o.EraseThrough(t.Context(), "p/", "2"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains((*asked)[0], "prefix=p%2F") {
		t.Errorf("listed by %s", (*asked)[0])
	}
	var versions []string
	for _, request := range (*asked)[1:] {
		_, version, _ := strings.Cut(request, "versionId=")
		versions = append(versions, version[:1])
	}
	if got := strings.Join(versions, ""); got != "abde" {
		t.Errorf("erased %q: %q", got, *asked)
	}
}

func TestAnAddressHasWhatACallerSendsAlong(t *testing.T) {
	endpoint := "http://s3.example"
	for name, tt := range map[string]struct {
		endpoint *string
		url      string
	}{
		"AWS's":     {nil, "https://" + servers.Bucket + ".s3.us-east-1.amazonaws.com/incoming/7/a?"},
		"another's": {&endpoint, endpoint + "/" + servers.Bucket + "/incoming/7/a?"},
	} {
		up, err := s3.New(servers.Config(t), tt.endpoint, servers.Bucket).PresignPut(t.Context(), "incoming/7/a", 5, 15*time.Minute)
		if err != nil || up.Method != http.MethodPut || !strings.HasPrefix(up.URL, tt.url) || !strings.Contains(up.URL, "X-Amz-Expires=900") {
			t.Errorf("%s: %s %s, %v", name, up.Method, up.URL, err)
		}
		if got := slices.Collect(maps.Keys(up.Headers)); !slices.Equal(got, []string{"If-None-Match"}) || up.Headers["If-None-Match"] != "*" || strings.Contains(strings.ToLower(up.URL), "checksum") {
			t.Errorf("%s: headers %v, %s", name, up.Headers, up.URL)
		}
	}
	config := servers.Config(t)
	config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("none")
	})
	if up, err := s3.New(config, &endpoint, servers.Bucket).PresignPut(t.Context(), "k", 5, time.Minute); err == nil || up.URL != "" {
		t.Errorf("without credentials: %+v, %v", up, err)
	}
}
