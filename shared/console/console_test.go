package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"systole/shared/api"
	"systole/tests/support/recordings"
)

func served(t *testing.T) http.Handler {
	t.Helper()
	routes, err := Routes(Settings{DefaultRateHz: recordings.RateHz, Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	return api.New(api.Settings{}, routes...)
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// address returns the address of a file of the page, with its version.
func address(t *testing.T, name string) string {
	t.Helper()
	names, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	version, err := versionOf(names)
	if err != nil {
		t.Fatal(err)
	}
	return AssetPath + withVersion(name, version)
}

func TestThePageAndAllThatItNamesIsThere(t *testing.T) {
	h := served(t)
	index := get(h, "/")
	if index.Code != http.StatusOK || !strings.HasPrefix(index.Header().Get("Content-Type"), "text/html") {
		t.Fatalf("status %d, %s", index.Code, index.Header().Get("Content-Type"))
	}
	named := regexp.MustCompile(`(?:href|src)="(console/[^"]+)"`).FindAllStringSubmatch(index.Body.String(), -1)
	scripts, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		if path.Ext(script) != ".js" || script == worker {
			continue
		}
		text := get(h, address(t, script)).Body.String()
		for _, m := range regexp.MustCompile(`(?:from |import\()"\./([^"]+)"|file: "([^"]+)"`).FindAllStringSubmatch(text, -1) {
			named = append(named, []string{"", "console/" + m[1] + m[2]})
		}
	}
	if len(named) < 60 {
		t.Errorf("only %d files are named", len(named))
	}
	for _, m := range named {
		w := get(h, "/"+m[1])
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, %d bytes", m[1], w.Code, w.Body.Len())
		}
		if got := w.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control %q", m[1], got)
		}
	}
	for _, same := range []string{"/", AssetPath + worker} {
		if got := get(h, same).Header().Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control %q", same, got)
		}
	}
	if got := get(h, AssetPath+worker).Header().Get("Service-Worker-Allowed"); got != "../" {
		t.Errorf("the worker may serve %q", got)
	}
}

// firstView is the amount that a person waits for on the first visit: it comes in
// two round trips. After the first, which carries as much as a server sends
// before an acknowledgement (RFC 6928: ten segments), the page shows and takes
// input.
const (
	firstView   = 60_000 // bytes over the wire
	firstFlight = 14_600
)

func TestTheFirstViewIsLight(t *testing.T) {
	names, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	var sent bytes.Buffer
	z, err := gzip.NewWriterLevel(&sent, gzip.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	html, _, err := pageOf(index, strings.NewReplacer())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var load func(name string)
	load = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		b, err := written(name, strings.NewReplacer())
		if err != nil {
			t.Fatal(err)
		}
		if name == index {
			b = []byte(html)
		}
		z.Reset(&sent)
		z.Write(b)
		z.Close()
		if name == index && sent.Len() > firstFlight {
			t.Errorf("the page itself takes %d bytes, at most %d", sent.Len(), firstFlight)
		}
		for _, m := range regexp.MustCompile(`from "\./([^"]+)"|rel="(?:icon|manifest|modulepreload)" href="console/([^"]+)"|src="console/([^"]+)"`).FindAllStringSubmatch(string(b), -1) {
			load(m[1] + m[2] + m[3])
		}
	}
	load(index)
	// The page itself names all of these files: one that only a script names takes
	// another round trip.
	for name := range seen {
		if name != index && !strings.Contains(html, `"console/`+name+`"`) {
			t.Errorf("the page doesn't name %s", name)
		}
	}
	t.Logf("%d bytes in %d files of %d", sent.Len(), len(seen), len(names))
	if sent.Len() > firstView {
		t.Errorf("%d bytes, at most %d", sent.Len(), firstView)
	}
}

func TestThePageMayUseNothingButItsOwn(t *testing.T) {
	if got := get(served(t), address(t, "app.js")).Header().Get("Content-Security-Policy"); got != policy("", inlined{}) {
		t.Errorf("policy %q", got)
	}
	if p := policy("", inlined{}); strings.Contains(p, "unsafe") || strings.Contains(p, "http") {
		t.Errorf("policy %q", p)
	}
	if p := policy("https://bucket.example", inlined{}); !strings.Contains(p, "connect-src 'self' https://bucket.example;") {
		t.Errorf("policy %q", p)
	}
	foreign := regexp.MustCompile(`(src|<link[^>]+href)="https?:|style="|\son\w+="`)
	within := regexp.MustCompile(`(?s)<(style|script)>(.*?)</`)
	for path, want := range map[string][]string{"/": {"style", "script"}, api.PathFlowPage: {"style"}} {
		w := get(served(t), path)
		if found := foreign.FindString(w.Body.String()); found != "" {
			t.Errorf("%s has %q", path, found)
		}
		// Inline scripts and styles are allowed by their hashes, and nothing else
		// is.
		var found []string
		allowed := policy("", inlined{})
		for _, m := range within.FindAllStringSubmatch(w.Body.String(), -1) {
			found = append(found, m[1])
			sum := sha256.Sum256([]byte(m[2]))
			allowed = strings.Replace(allowed, m[1]+"-src 'self'", m[1]+"-src 'self' 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'", 1)
		}
		if !slices.Equal(found, want) {
			t.Errorf("%s has %v within", path, found)
		}
		if got := w.Header().Get("Content-Security-Policy"); got != allowed {
			t.Errorf("%s: policy %q, want %q", path, got, allowed)
		}
	}
}

// The page's words come in pairs: both languages have the same words with the
// same parameters.
func TestThePageSaysTheSameInBothLanguages(t *testing.T) {
	file := get(served(t), address(t, "words.js")).Body.String()
	parameter := regexp.MustCompile(`\{\w+\}`)
	pairs := regexp.MustCompile(`(?m)^  (\w+): \["((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\],$`).FindAllStringSubmatch(file, -1)
	if len(pairs) < 80 {
		t.Fatalf("only %d sentences found", len(pairs))
	}
	english := make(map[string]string)
	for _, p := range pairs {
		english[p[1]] = p[2]
		en, ko := parameter.FindAllString(p[2], -1), parameter.FindAllString(p[3], -1)
		if len(en) != len(ko) {
			t.Errorf("%s: parameters %v and %v", p[1], en, ko)
		}
		for _, name := range en {
			if !strings.Contains(p[3], name) {
				t.Errorf("%s: no %s in Korean", p[1], name)
			}
		}
	}
	// Before its scripts run the page is in English.
	html := get(served(t), "/").Body.String()
	marked := regexp.MustCompile(`data-w="(\w+)"[^>]*>([^<]*)<`).FindAllStringSubmatch(html, -1)
	marked = append(marked, regexp.MustCompile(`data-label="(\w+)" aria-label="([^"]*)"`).FindAllStringSubmatch(html, -1)...)
	if len(marked) < 80 {
		t.Errorf("only %d words of the page found", len(marked))
	}
	for _, m := range marked {
		if english[m[1]] == "" || english[m[1]] != m[2] {
			t.Errorf("the page says %q for %s, its words %q", m[2], m[1], english[m[1]])
		}
	}
}

// A word that the page never uses is to be deleted. The service's words, from
// too_short on, are used by their names.
func TestThePageSaysAllOfItsWords(t *testing.T) {
	names, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	var words string
	for _, name := range names {
		b, err := assets.ReadFile("assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		if name == "words.js" {
			words, _, _ = strings.Cut(text, "\n  too_short: [")
			_, text, _ = strings.Cut(text, "const keptLanguage")
		}
		said.WriteString(text)
	}
	named := make(map[string]bool)
	for _, m := range regexp.MustCompile(`["'`+"`"+`](\w+)["'`+"`"+`]|\b(\w+): `).FindAllStringSubmatch(said.String(), -1) {
		named[m[1]+m[2]] = true
	}
	answer := regexp.MustCompile(`^sure\w+(More|Do)$`) // of a question
	for _, m := range regexp.MustCompile(`(?m)^  (\w+): \["`).FindAllStringSubmatch(words, -1) {
		if !answer.MatchString(m[1]) && !named[m[1]] {
			t.Errorf("nothing says %s", m[1])
		}
	}
}

// The page has plain words of its own for every refusal: the service's words
// address developers and speak of fields and headers.
func TestThePageHasWordsForEveryRefusal(t *testing.T) {
	file := get(served(t), address(t, "words.js")).Body.String()
	_, refusals, _ := strings.Cut(file, "const refusals = {")
	known := make(map[string]bool)
	for _, m := range regexp.MustCompile(`(?m)^  (\w+): \[\["[^"]+", "[^"]+"\], \["[^"]+", "[^"]+"\]`).FindAllStringSubmatch(refusals, -1) {
		known[m[1]] = true
	}
	for _, w := range api.Words() {
		if !known[string(w.Error)] {
			t.Errorf("the page has no words for %s", w.Error)
		}
	}
}

func TestTheSamplesAreTheTestsRecordings(t *testing.T) {
	for name, want := range map[string][]byte{
		"person_01_enrolment.csv": recordings.Enrolment(t, 1),
		"person_01_probe.csv":     recordings.Probe(t, 1),
		"person_04_probe.csv":     recordings.Probe(t, 4),
		"person_01_third.csv":     recordings.Excerpt(t, "person01_rec3_12s.csv"),
	} {
		if got := get(served(t), address(t, name)).Body.Bytes(); !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, want %d", name, len(got), len(want))
		}
	}
}

// inspected posts a file and returns the answer.
func inspected(t *testing.T, file []byte, fields ...string) (int, map[string]any) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		form.WriteField(fields[i], fields[i+1])
	}
	part, _ := form.CreateFormFile("data", "x")
	part.Write(file)
	form.Close()
	r := httptest.NewRequest(http.MethodPost, "/console/inspect/", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	w := httptest.NewRecorder()
	served(t).ServeHTTP(w, r)
	var read map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &read); err != nil {
		t.Fatalf("%s: %v", w.Body, err)
	}
	return w.Code, read
}

func TestARecordingIsInspected(t *testing.T) {
	status, seen := inspected(t, recordings.Enrolment(t, 1), "sampling_rate", "500")
	if status != http.StatusOK || seen["format"] != "text" || seen["seconds"] != 20.0 || seen["file_rate_hz"] != 500.0 {
		t.Fatalf("status %d, %v", status, seen)
	}
	samples, peaks, beats := seen["samples"].([]any), seen["r_peaks"].([]any), seen["beats"].([]any)
	if compared := seen["compared"].([]any); len(compared) != len(samples) || seen["seconds_in_all"] != 20.0 {
		t.Errorf("%d samples compared, %v s in all", len(compared), seen["seconds_in_all"])
	}
	if len(samples) != 5000 || len(peaks) < 15 || len(beats) < 15 {
		t.Errorf("%d samples, %d R peaks, %d beats", len(samples), len(peaks), len(beats))
	}
	coach := seen["coach"].(map[string]any)
	if clean := coach["clean_beats"].(float64); clean != float64(len(beats)) || coach["wanted"] != 30.0 || coach["seconds_missing"].(float64) <= 0 {
		t.Errorf("coach %v with %d beats", coach, len(beats))
	}
}

func TestWhatCannotBeInspectedIsRefused(t *testing.T) {
	tests := []struct {
		name, word string
		status     int
		file       []byte
		fields     []string
	}{
		{"a document", "recording_unsupported", 422, []byte("%PDF"), nil},
		{"nothing", "recording_empty", 422, nil, nil},
		{"more than is looked at without an account", "body_too_large", 413, bytes.Repeat([]byte("1\n"), maxInspected/2+1), nil},
		{"a rate that is none", "field_invalid", 400, []byte("1\n"), []string{"sampling_rate", "5"}},
		{"a rate in words", "field_invalid", 400, []byte("1\n"), []string{"sampling_rate", "fast"}},
	}
	for _, tt := range tests {
		if status, seen := inspected(t, tt.file, tt.fields...); status != tt.status || seen["error"] != tt.word {
			t.Errorf("%s: status %d, %v", tt.name, status, seen)
		}
	}
}
