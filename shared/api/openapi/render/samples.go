package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// language is one in which calls are shown.
type language struct {
	ID, Name string
	client   string // the tested client, below tests/clients
	call     *template.Template
}

// call is the part of an operation that a sample needs.
type call struct {
	Method, Path string
	Token, File  bool
	JSON         string // of the body; empty for none
}

func sample(text string) *template.Template {
	return template.Must(template.New("").Parse(strings.TrimPrefix(text, "\n")))
}

// languages in the order in which they are offered.
var languages = []language{
	{"curl", "curl", "", sample(`
curl{{if and (ne .Method "GET") (not .JSON) (not .File)}} -X {{.Method}}{{else if eq .Method "DELETE"}} -X DELETE{{end}} "$API{{.Path}}"{{if .Token}} \
  -H "Authorization: Token $TOKEN"{{end}}{{if .JSON}} \
  -H 'Content-Type: application/json' -d '{{.JSON}}'{{end}}{{if .File}} \
  -F sampling_rate=500 -F data=@recording.csv{{end}}
`)},
	{"javascript", "JavaScript", "javascript/client.mjs", sample(`
{{if .File}}const form = new FormData();
form.set("sampling_rate", "500");
form.set("data", file); // a File or Blob
{{end}}const answer = await fetch(API + "{{.Path}}", {
  method: "{{.Method}}",{{if or .Token .JSON}}
  headers: { {{if .Token}}Authorization: "Token " + token{{end}}{{if and .Token .JSON}}, {{end}}{{if .JSON}}"Content-Type": "application/json"{{end}} },{{end}}{{if .JSON}}
  body: JSON.stringify({{.JSON}}),{{end}}{{if .File}}
  body: form,{{end}}
});
console.log(answer.status, await answer.json());
`)},
	{"python", "Python", "python/client.py", sample(`
import requests

answer = requests.{{.Lower}}(
    API + "{{.Path}}",{{if .Token}}
    headers={"Authorization": f"Token {token}"},{{end}}{{if .JSON}}
    json={{.JSON}},{{end}}{{if .File}}
    data={"sampling_rate": 500},
    files={"data": open("recording.csv", "rb")},{{end}}
    timeout=30,
)
print(answer.status_code, answer.json())
`)},
	{"go", "Go", "golang/main.go", sample(`
{{if .File}}var body bytes.Buffer
form := multipart.NewWriter(&body)
form.WriteField("sampling_rate", "500")
part, _ := form.CreateFormFile("data", "recording.csv")
part.Write(recording)
form.Close()
{{end}}request, err := http.NewRequest("{{.Method}}", api+"{{.Path}}", {{if .JSON}}strings.NewReader(` + "`{{.JSON}}`" + `){{else if .File}}&body{{else}}nil{{end}})
if err != nil {
	return err
}
{{if .Token}}request.Header.Set("Authorization", "Token "+token)
{{end}}{{if .JSON}}request.Header.Set("Content-Type", "application/json")
{{end}}{{if .File}}request.Header.Set("Content-Type", form.FormDataContentType())
{{end}}answer, err := http.DefaultClient.Do(request)
`)},
	{"kotlin", "Kotlin", "kotlin/src/Client.kt", sample(`
{{if .File}}val body = MultipartBody.Builder().setType(MultipartBody.FORM)
    .addFormDataPart("sampling_rate", "500")
    .addFormDataPart("data", "recording.csv", recording.toRequestBody())
    .build()
{{end}}val request = Request.Builder()
    .url(api + "{{.Path}}"){{if .Token}}
    .header("Authorization", "Token $token"){{end}}
    .{{if .JSON}}method("{{.Method}}", """{{.JSON}}""".toRequestBody("application/json".toMediaType())){{else if .File}}post(body){{else if eq .Method "GET"}}get(){{else if eq .Method "DELETE"}}delete(){{else}}post("".toRequestBody()){{end}}
    .build()
OkHttpClient().newCall(request).execute().use { println("${it.code} ${it.body!!.string()}") }
`)},
}

// Lower is the method as a name of Python's requests.
func (c call) Lower() string { return strings.ToLower(c.Method) }

// code is a sample in a language.
type code struct {
	Language, Name, Text string
}

func samplesOf(c call) ([]code, error) {
	var all []code
	for _, l := range languages {
		var text bytes.Buffer
		if err := l.call.Execute(&text, c); err != nil {
			return nil, err
		}
		all = append(all, code{l.ID, l.Name, strings.TrimSpace(text.String())})
	}
	return all, nil
}

// clients are the tested clients, read from the repository.
func clients() ([]code, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for ; filepath.Dir(root) != root; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
	}
	var all []code
	for _, l := range languages {
		if l.client == "" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, "tests/clients", l.client))
		if err != nil {
			return nil, fmt.Errorf("read client: %w", err)
		}
		all = append(all, code{l.ID, l.Name, strings.TrimSpace(string(text))})
	}
	return all, nil
}

// exampleBody is the JSON of an operation's body: the document's own example, or
// its required fields.
func (d *description) exampleBody(op describedOperation) string {
	c, ok := op.RequestBody.Content.values["application/json"]
	if !ok {
		return ""
	}
	if len(c.Example) > 0 {
		return oneLine(c.Example)
	}
	body := d.resolved(c.Schema)
	var fields []string
	for _, name := range body.Required {
		fields = append(fields, literal(name)+": "+d.example(name, body.Properties.values[name], ""))
	}
	if len(fields) == 0 {
		return ""
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// oneLine is JSON on one line, with spaces as people write it.
func oneLine(raw json.RawMessage) string {
	lines := strings.Split(string(raw), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, " ")
}

// examples are values of fields whose kind doesn't tell enough.
var examples = map[string]string{
	"username": `"hong"`, "name": `"홍길동"`, "password": `"tachy-cardia!"`, "new_password": `"brady-cardia!"`, "age": "42",
	"token": `"9c9d0cb77f952e9b577094ee2d5aea82f18b1985"`, "pk": "4012345678901", "detail": `"저장완료."`, "msg": `"로그아웃 되었습니다."`,
	"nonce": `"fJ3vCq0kXk2mB7n5sQ1yVw"`, "upload": `"b1946ac92492d2347c6235b4d2611184"`, "url": `"https://bucket.s3.eu-central-1.amazonaws.com/…"`, "method": `"PUT"`,
	"expires_in": "300", "current_version": `"2026-11"`, "version": `"2026-11"`, "event": `"recognised"`, "content": `"MS4wCjEuMQo="`,
	"format": `"apple"`, "device": `"Apple Watch4,4"`, "lead": `"Lead I"`, "leads": `["Lead I"]`, "heart_rate": "73", "seconds": "30", "seconds_in_all": "30",
	"file_rate_hz": "512", "rate_hz": "250", "beats_found": "36", "clean_beats": "34", "trust": "0.97", "id": `"4f1d2c9a"`, "bytes": "122880", "quality": "0.97", "algorithm": `"7"`,
	"reason": "null", "seconds_missing": "0", "beats_missing": "0", "from": "0", "to": "30", "wanted": "30", "r_peak_at": "60", "size": "12000000",
}

// example writes a schema as JSON with plausible values.
func (d *description) example(name string, s schema, indent string) string {
	s = d.resolved(s)
	inner := indent + "  "
	switch {
	case s.Const != nil:
		return literal(s.Const)
	case len(s.OneOf) > 0:
		return d.example(name, s.OneOf[0], indent)
	case len(s.Properties.names) > 0:
		var all []string
		for _, field := range s.Properties.names {
			all = append(all, inner+literal(field)+": "+d.example(field, s.Properties.values[field], inner))
		}
		return "{\n" + strings.Join(all, ",\n") + "\n" + indent + "}"
	case examples[name] != "":
		return examples[name]
	case s.Items != nil:
		return "[" + d.example("", *s.Items, indent) + "]"
	case len(s.Enum) > 0:
		return literal(s.Enum[0])
	}
	kind, _, _ := strings.Cut(s.kind(), " ")
	switch {
	case s.Format == "date-time":
		return `"2026-11-25T09:30:00Z"`
	case kind == "integer" || kind == "number":
		return "0"
	case kind == "boolean":
		return "true"
	case kind == "null":
		return "null"
	case kind == "object":
		return "{}"
	}
	return `"…"`
}
