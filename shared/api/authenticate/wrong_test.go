package authenticate_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"systole/tests/support/recordings"

	"github.com/aws/aws-lambda-go/events"
)

// lines returns n values as the app writes them.
func lines(n int, value func(i int) float64) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "\"%.4f\"\n", value(i))
	}
	return b.Bytes()
}

// head returns the first n lines.
func head(b []byte, n int) []byte {
	for i, c := range b {
		if c != '\n' {
			continue
		}
		if n--; n == 0 {
			return b[:i+1]
		}
	}
	return b
}

func TestWrongRequestsGetTheirOwn4xx(t *testing.T) {
	h := newFixture(t).enrolled(t)
	good := recordings.Excerpt(t, same)
	flat := lines(10000, func(int) float64 { return 0.1 })
	type request struct {
		name   string
		event  events.APIGatewayProxyRequest
		status int
		code   string
	}
	tests := []request{
		{"delete", raw("DELETE", makeModel, "", nil), 405, "method_not_allowed"},
		{"put", raw("PUT", makeModel, "", nil), 405, "method_not_allowed"},
		{"get of make_model", raw("GET", makeModel, "", nil), 405, "method_not_allowed"},
		{"head of another path", raw("HEAD", checkUser+"x", "", nil), 404, ""},
		{"patch of check_user", raw("PATCH", checkUser, "", nil), 405, "method_not_allowed"},
		{"a method of no sort", raw("B@D M", checkUser, "", nil), 405, "method_not_allowed"},
		{"another path", raw("GET", "/authenticate/", "", nil), 404, "not_found"},
		{"two slashes", raw("GET", checkUser+"/", "", nil), 404, "not_found"},
		{"has without a token", with("", raw("GET", checkUser, "", nil)), 401, "token_missing"},
		{"has with an expired token", with("Token "+expiredToken, raw("GET", checkUser, "", nil)), 401, "token_invalid"},
		{"has with a voided token", with("Token "+voidedToken, raw("GET", checkUser, "", nil)), 401, "token_invalid"},
		{"has with a token in the query only", withQuery(with("", raw("GET", checkUser, "", nil)), "token", token), 401, "token_missing"},
	}
	for _, path := range []string{makeModel, checkUser} {
		add := func(name string, e events.APIGatewayProxyRequest, status int, code string) {
			tests = append(tests, request{strings.Trim(path, "/") + ": " + name, e, status, code})
		}
		whole := post(path, file("data", good))

		add("no token", with("", post(path, file("data", good))), 401, "token_missing")
		add("empty token", with("Token ", post(path, file("data", good))), 401, "token_invalid")
		add("short token", with("Token 0123", post(path, file("data", good))), 401, "token_invalid")
		add("token of other characters", with("Token "+strings.Repeat("g", 40), post(path, file("data", good))), 401, "token_invalid")
		add("token in upper case", with("Token "+strings.ToUpper(token), post(path, file("data", good))), 401, "token_invalid")
		add("long token", with("Token "+strings.Repeat(token, 1000), post(path, file("data", good))), 401, "token_invalid")
		add("unknown token", with("Token "+unknownToken, post(path, file("data", good))), 401, "token_invalid")
		add("expired token", with("Token "+expiredToken, post(path, file("data", good))), 401, "token_invalid")
		add("idle token", with("Token "+idleToken, post(path, file("data", good))), 401, "token_invalid")
		add("voided token", with("Token "+voidedToken, post(path, file("data", good))), 401, "token_invalid")
		add("another scheme", with("Bearer "+token, post(path, file("data", good))), 401, "token_missing")
		add("wrong token in the field", with("", post(path, field("token", unknownToken), file("data", good))), 401, "token_invalid")
		add("token field that is no text", with("", post(path, field("token", "a\x00b"), file("data", good))), 401, "token_invalid")

		add("no body", raw("POST", path, "", nil), 400, "file_missing")
		add("no parts", raw("POST", path, "multipart/form-data; boundary=x", []byte("--x--\r\n")), 400, "file_missing")
		add("no file", post(path, field("name", "kim")), 400, "file_missing")
		add("NUL in the file's name", post(path, part{"data", "a\x00b.csv", good}), 400, "malformed_body")

		add("JSON", raw("POST", path, "application/json", []byte(`{"data":"0.1\n0.2"}`)), 422, "")
		add("deep JSON", raw("POST", path, "application/json", bytes.Repeat([]byte("["), 100000)), 422, "")
		add("urlencoded", raw("POST", path, "application/x-www-form-urlencoded", []byte("data=1")), 422, "")
		add("multipart of another kind", raw("POST", path, "multipart/mixed; boundary=x", good), 415, "unsupported_media_type")

		add("no boundary", raw("POST", path, "multipart/form-data", good), 400, "malformed_body")
		add("another boundary", withType(post(path, file("data", good)), "multipart/form-data; boundary=other"), 400, "malformed_body")
		add("cut off in the file", cut(t, whole, 20000), 400, "malformed_body")
		add("cut off in the part's head", cut(t, whole, 90), 400, "malformed_body")
		add("cut off before the end mark", cut(t, whole, -10), 400, "malformed_body")
		add("65 parts", post(path, slicesOf(65, field("x", "y"))...), 400, "malformed_body")
		add("bad base64", badBase64(post(path, file("data", good))), 400, "malformed_body")
		add("base64 cut off", base64CutOff(post(path, file("data", good))), 400, "malformed_body")
		add("a body that is not encoded", unencoded(t, post(path, file("data", []byte("no recording")))), 422, "")
		add("a field that is no UTF-8", post(path, field("name", "\xff"), file("data", good)), 400, "malformed_body")

		add("file of no bytes", post(path, file("data", nil)), 422, "recording_empty")
		add("file of blank lines", post(path, file("data", []byte("\n\n\n  \n"))), 422, "recording_empty")
		add("text", post(path, file("data", []byte("I am no recording.\nNot at all.\n"))), 422, "")
		add("HTML", post(path, file("data", []byte("<!DOCTYPE html><html><body>404</body></html>"))), 422, "")
		add("PDF", post(path, file("data", []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"))), 422, "")
		add("PNG", post(path, file("data", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"))), 422, "")
		add("zip", post(path, file("data", []byte("PK\x03\x04\x14\x00\x00\x00"))), 422, "")
		add("NULs", post(path, file("data", make([]byte, 100000))), 422, "")
		add("NaN", post(path, file("data", bytes.ReplaceAll(good, []byte("0.0"), []byte("NaN")))), 422, "")
		add("all NaN", post(path, file("data", bytes.Repeat([]byte("\"NaN\"\n"), 6000))), 422, "")
		add("infinite", post(path, file("data", bytes.Repeat([]byte("\"Inf\"\n"), 6000))), 422, "")
		add("one value", post(path, file("data", []byte("\"0.1\"\n"))), 422, "")
		add("too short", post(path, file("data", head(good, 1500))), 422, "too_short")
		add("flat", post(path, file("data", flat)), 422, "")
		add("zeros", post(path, file("data", lines(10000, func(int) float64 { return 0 }))), 422, "")
		add("no heart beat", post(path, file("data", lines(10000, noise))), 422, "")
		add("mains hum", post(path, file("data", lines(10000, func(i int) float64 { return math.Sin(2 * math.Pi * 50 * float64(i) / 500) }))), 422, "mains")
		add("clipped", post(path, file("data", lines(10000, square))), 422, "")
		add("huge numbers", post(path, file("data", bytes.Repeat([]byte("\"1e308\"\n\"-1e308\"\n"), 3000))), 422, "")

		for _, rate := range []string{"0", "-500", "49.9", "5001", "1e9", "1e999", "NaN", "Inf", "abc", "0x1F4", "500 Hz", "5 00", "1,000", "५००"} {
			add("sampling_rate "+rate, post(path, field("sampling_rate", rate), file("data", good)), 400, "field_invalid")
		}
		add("a rate at which the heart would race", post(path, field("sampling_rate", "1700"), file("data", bytes.Repeat(good, 4))), 422, "rate_implausible")
		add("a rate at which the heart would stand still", post(path, field("sampling_rate", "180"), file("data", good)), 422, "rate_implausible")
		add("a rate far below the recording's", post(path, field("sampling_rate", "90"), file("data", good)), 422, "rate_implausible")
		add("a rate too low for a QRS complex", post(path, field("sampling_rate", "60"), file("data", good)), 400, "field_invalid")
		add("a rate of no recorder", post(path, field("sampling_rate", "4500"), file("data", good)), 400, "field_invalid")
		add("a rate far above the recording's", post(path, field("sampling_rate", "2500"), file("data", good)), 422, "rate_implausible")

		add("7 MB", post(path, file("data", make([]byte, 7_000_000))), 413, "body_too_large")
		add("10 MB", post(path, file("data", make([]byte, 10_000_000))), 413, "body_too_large")
		add("10 MB of fields", post(path, field("x", strings.Repeat("x", 10_000_000))), 413, "body_too_large")
		add("100 kB of fields", post(path, field("x", strings.Repeat("x", 100_000)), file("data", good)), 413, "body_too_large")
		add("6 MB that is no recording", post(path, file("data", make([]byte, 6_000_000))), 422, "")
		add("4.5 MB that is no recording", post(path, file("data", bytes.Repeat([]byte("abcdefgh\n"), 500_000))), 422, "")
	}
	tests = append(tests,
		request{"two files at a check", post(checkUser, file("data", good), file("ECG", good)), 400, "too_many_files"},
		request{"fmr as large as can be", post(checkUser, field("fmr", "1"), file("data", good)), 400, "field_invalid"},
		request{"fmr laxer than the setting", post(checkUser, field("fmr", "0.5"), file("data", good)), 400, "field_invalid"},
		request{"fmr of nothing", post(checkUser, field("fmr", "0"), file("data", good)), 400, "field_invalid"},
		request{"fmr below nothing", post(checkUser, field("fmr", "-1"), file("data", good)), 400, "field_invalid"},
		request{"fmr that is no number", post(checkUser, field("fmr", "NaN"), file("data", good)), 400, "field_invalid"},
	)
	if len(tests) < 70 {
		t.Errorf("only %d wrong requests", len(tests))
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := h.serve(t, tt.event)
			if tt.event.HTTPMethod == "HEAD" {
				if a.status != tt.status || a.body != "" {
					t.Errorf("%d %q", a.status, a.body)
				}
				return
			}
			if tt.code == "" { // any reason of a recording
				tt.code = reasonOf(t, a)
			}
			checkRefusal(t, a, tt.status, tt.code)
		})
	}
	expect(t, "a check after all that", h.serve(t, post(checkUser, file("data", good))), isThem)
}

func TestACheckWithoutAModelIsAConflict(t *testing.T) {
	checkRefusal(t, newFixture(t).serve(t, post(checkUser, file("data", recordings.Excerpt(t, same)))), 409, "no_model")
}

func TestARefusedRecordingSaysWhatIsMissing(t *testing.T) {
	h := newFixture(t)
	e := post(makeModel, file("data", head(recordings.Excerpt(t, same), 2000))) // 4 s
	e.MultiValueHeaders["Accept-Language"] = []string{"en"}
	a := h.serve(t, e)
	checkRefusal(t, a, 422, "too_short")
	if !strings.Contains(a.body, `"seconds_missing":`) || !strings.Contains(a.body, "record again for longer") {
		t.Errorf("%s", a.body)
	}
}

// noise returns the same noise in every run.
func noise(i int) float64 {
	x := uint32(i)*2654435761 + 12345
	x ^= x >> 15
	x *= 2246822519
	x ^= x >> 13
	return float64(x%2000)/1000 - 1
}

// square is always at one of its two ends.
func square(i int) float64 {
	if i/200%2 == 0 {
		return 1
	}
	return -1
}

func slicesOf(n int, p part) []part {
	parts := make([]part, n)
	for i := range parts {
		parts[i] = p
	}
	return parts
}

func withQuery(e events.APIGatewayProxyRequest, name, value string) events.APIGatewayProxyRequest {
	e.MultiValueQueryStringParameters = map[string][]string{name: {value}}
	return e
}

func withType(e events.APIGatewayProxyRequest, contentType string) events.APIGatewayProxyRequest {
	e.MultiValueHeaders["Content-Type"] = []string{contentType}
	return e
}

// cut keeps the first n bytes of the body, or drops the last -n.
func cut(t *testing.T, e events.APIGatewayProxyRequest, n int) events.APIGatewayProxyRequest {
	t.Helper()
	body := decoded(t, e)
	if n < 0 {
		n += len(body)
	}
	return raw(e.HTTPMethod, e.Path, e.MultiValueHeaders["Content-Type"][0], body[:n])
}

func badBase64(e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
	e.Body = "!" + e.Body
	return e
}

func base64CutOff(e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
	e.Body = e.Body[:len(e.Body)/4*4-5]
	return e
}

// unencoded sends the body as the gateway does for a media type that is not
// binary.
func unencoded(t *testing.T, e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
	t.Helper()
	e.Body, e.IsBase64Encoded = string(decoded(t, e)), false
	return e
}
