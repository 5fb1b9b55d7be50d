package e2e

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"systole/tests/support/recordings"
)

// samples is the folder with two recordings of one person in each format: one for
// enrolment and one for a check.
const samples = root + "/shared/ecg/recording/testdata/samples"

// sample returns the files of a recording in a format: one, or several parts.
func sample(t *testing.T, format, kind string) [][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(samples, format, kind+"*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s has no %s: %v", format, kind, err)
	}
	var files [][]byte
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, b)
	}
	return files
}

// rateless are the formats whose samples do not state their rate.
var rateless = map[string]bool{"matlab4": true, "numpy": true}

// post sends files unchanged under a meaningless name, with a rate only if they
// do not state one.
func (c *caller) post(path, format string, files [][]byte) answer {
	c.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, file := range files {
		part, _ := w.CreateFormFile("data", "x") // writes to memory cannot fail
		part.Write(file)
	}
	if rateless[format] {
		w.WriteField("sampling_rate", fmt.Sprint(recordings.RateHz))
	}
	w.Close()
	return c.do(http.MethodPost, path, w.FormDataContentType(), &body)
}

func TestEveryFormatEnrolsAndChecksOverHTTP(t *testing.T) {
	folders, err := os.ReadDir(samples)
	if err != nil || len(folders) < 17 {
		t.Fatalf("%d formats, %v", len(folders), err)
	}
	base := startLocal(t, "-memory")
	for i, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		t.Run(folder.Name(), func(t *testing.T) {
			c := &caller{t: t, http: http.DefaultClient, base: base, person: i}
			name := fmt.Sprintf("format%d", i)
			c.signUp(name, "tachy-cardia!")
			c.logIn(name, "tachy-cardia!")
			c.want(c.post("/authenticate/make_model/", folder.Name(), sample(t, folder.Name(), "enrol")), 200, "detail", "저장완료.")
			c.want(c.post("/authenticate/check_user/", folder.Name(), sample(t, folder.Name(), "check")), 200, "result", "true")
		})
	}
}

func TestAFileLargerThanARequestIsUploadedFirst(t *testing.T) {
	uploadFirst(t, http.DefaultClient, startLocal(t, "-memory"), http.DefaultClient)
}

// uploadFirst enrols and checks a person by uploads to the store, and tries
// uploads that do not exist.
func uploadFirst(t *testing.T, client *http.Client, base string, store *http.Client) {
	t.Helper()
	c := &caller{t: t, http: client, base: base, person: 1}
	c.signUp("large", "tachy-cardia!")
	c.logIn("large", "tachy-cardia!")
	upload := func(file []byte) string {
		t.Helper()
		a := c.send("/authenticate/uploads/", map[string]string{"size": fmt.Sprint(len(file))})
		c.want(a, 200, "method", "PUT")
		r, err := http.NewRequestWithContext(t.Context(), "PUT", a.body["url"].(string), bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		headers, _ := a.body["headers"].(map[string]any)
		for name, value := range headers {
			r.Header.Set(name, value.(string))
		}
		answer, err := store.Do(r)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("put: %v, %v", answer, err)
		}
		answer.Body.Close()
		return a.body["upload"].(string)
	}
	use := func(path, ids string) answer {
		contentType, body := form(map[string]string{"upload": ids}, "", nil)
		return c.do(http.MethodPost, path, contentType, body)
	}
	enrolment, check := sample(t, "edf", "enrol")[0], sample(t, "edf", "check")[0]
	// The recording, repeated to half an hour of text, exceeds API Gateway's
	// limit.
	long := bytes.Repeat(recordings.Enrolment(t, 1), 150)
	first, second := upload(long), upload(enrolment)
	if len(long) < 6<<20 {
		t.Fatalf("only %d bytes", len(long))
	}
	c.want(use("/authenticate/make_model/", first+", "+second), 200, "detail", "저장완료.")
	c.want(use("/authenticate/make_model/", first), 404, "error", "upload_missing") // an upload that was used already
	// S3 answers 403 for a missing object to a role that may not list the bucket.
	for _, path := range []string{"/authenticate/make_model", "/authenticate/make_model/", "/authenticate/check_user", "/authenticate/check_user/"} {
		a := c.send("/authenticate/uploads", map[string]string{"size": "1000"})
		c.want(use(path, a.body["upload"].(string)), 404, "error", "upload_missing") // nothing was uploaded
	}
	c.want(use("/authenticate/check_user/", upload(check)), 200, "result", "true")
	c.want(use("/authenticate/check_user/", strings.Repeat("0", 32)), 404, "error", "upload_missing")
	c.want(use("/authenticate/check_user/", "../../../secret"), 404, "error", "upload_missing")
	c.want(c.send("/authenticate/uploads/", map[string]string{"size": "999999999"}), 413, "error", "body_too_large")
	c.want(c.send("/authenticate/uploads/", map[string]string{"size": "0"}), 400, "error", "field_invalid")
}
