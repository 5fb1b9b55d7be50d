package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// language is a language of the samples.
type language struct {
	ID, Name string
	samples  string // the program with all of them, which tests run; below tests/clients
}

// languages are in the order in which they are offered.
var languages = []language{
	{"curl", "curl", "curl/samples.sh"},
	{"javascript", "JavaScript", "javascript/samples.mjs"},
	{"python", "Python", "python/samples.py"},
	{"go", "Go", "golang/main.go"},
	{"kotlin", "Kotlin", "kotlin/src/samples/Samples.kt"},
}

// goClient is the file that the samples in Go use. The other languages' clients
// are served by the service.
const goClient = "golang/systole/systole.go"

// code is a sample in a language.
type code struct {
	Language, Name, Text string
}

// samples are all samples of the programs, by operation or guide.
type samples map[string][]code

// readSamples reads them from the repository.
func readSamples() (samples, error) {
	all := make(samples)
	for _, l := range languages {
		program, err := readClient(l.samples)
		if err != nil {
			return nil, err
		}
		for name, text := range marked(program) {
			all[name] = append(all[name], code{l.ID, l.Name, text})
		}
	}
	return all, nil
}

// readClient reads a file below tests/clients.
func readClient(name string) (string, error) { return readFile("tests/clients/" + name) }

// readFile reads a file of the repository.
func readFile(name string) (string, error) {
	root, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; filepath.Dir(root) != root; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
	}
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		return "", fmt.Errorf("read sample: %w", err)
	}
	return string(text), nil
}

// marked returns the parts of a program from "// sample: NAME" to "// end", by
// name, without the indent that all of their lines share.
func marked(program string) map[string]string {
	all := make(map[string]string)
	name, lines := "", []string(nil)
	for line := range strings.Lines(program) {
		line = strings.TrimRight(line, "\n")
		mark := strings.TrimLeft(line, " \t/#")
		begun, begins := strings.CutPrefix(mark, "sample: ")
		switch {
		case begins:
			name, lines = begun, nil
		case name != "" && mark == "end":
			all[name], name = strings.Join(outdented(lines), "\n"), ""
		case name != "":
			lines = append(lines, line)
		}
	}
	return all
}

// outdented removes the indent of the first line from every line.
func outdented(lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	indent := lines[0][:len(lines[0])-len(strings.TrimLeft(lines[0], " \t"))]
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], indent)
	}
	return lines
}

// exampleBody returns the JSON of an operation's body: the document's own
// example, or its required fields.
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

// oneLine returns JSON on one line, with spaces as people write it.
func oneLine(raw json.RawMessage) string {
	lines := strings.Split(string(raw), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, " ")
}

// examples are values of fields whose kind tells too little.
var examples = map[string]string{
	"username": `"hong"`, "name": `"홍길동"`, "password": `"tachy-cardia!"`, "new_password": `"brady-cardia!"`, "age": "42",
	"token": `"9c9d0cb77f952e9b577094ee2d5aea82f18b1985"`, "pk": "4012345678901", "detail": `"저장완료."`, "msg": `"로그아웃 되었습니다."`,
	"nonce": `"fJ3vCq0kXk2mB7n5sQ1yVw"`, "upload": `"b1946ac92492d2347c6235b4d2611184"`, "url": `"https://bucket.s3.eu-central-1.amazonaws.com/…"`, "method": `"PUT"`,
	"expires_in": "300", "current_version": `"2026-11-26"`, "version": `"2026-11-26"`, "event": `"recognised"`, "content": `"MS4wCjEuMQo="`,
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
