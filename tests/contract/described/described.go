// Package described compares the service's answers with its OpenAPI document.
package described

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"systole/shared/api/openapi"
)

// location is the address of the document; nothing is fetched from there.
const location = "https://api.example.com/openapi.json"

// object is a JSON object.
type object = map[string]any

// Document is the OpenAPI document, prepared for comparisons with answers.
type Document struct {
	whole    object
	compiler *jsonschema.Compiler
}

// Load reads the document.
func Load() (*Document, error) {
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(openapi.Document()))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(location, whole); err != nil {
		return nil, err
	}
	return &Document{whole.(object), compiler}, nil
}

// Answer is a response that was read to its end.
type Answer struct {
	Method, Path string
	Status       int
	Header       http.Header
	Body         []byte
}

// Check returns nil for an answer as described. A request that no operation
// describes must be refused: with 404, 405, or by a gateway that read no further.
func (d *Document) Check(a Answer) error {
	pointer, response := d.response(a)
	if response == nil {
		return d.checkUndescribed(a)
	}
	if ref, ok := response["$ref"].(string); ok {
		pointer, response = strings.TrimPrefix(ref, "#"), d.at(strings.TrimPrefix(ref, "#"))
	}
	if err := d.checkHeaders(pointer, response, a.Header); err != nil {
		return fmt.Errorf("%s %s: status %d: %w", a.Method, a.Path, a.Status, err)
	}
	if err := d.checkBody(pointer, response, a); err != nil {
		return fmt.Errorf("%s %s: status %d: %w", a.Method, a.Path, a.Status, err)
	}
	return nil
}

// response finds the description of an answer's status, and where it lies.
func (d *Document) response(a Answer) (pointer string, response object) {
	method := strings.ToLower(a.Method)
	if a.Method == http.MethodHead {
		method = "get"
	}
	for _, path := range []string{a.Path, a.Path + "/", strings.TrimSuffix(a.Path, "/")} {
		pointer = "/paths/" + escaped(path) + "/" + method
		if d.at(pointer) == nil {
			continue
		}
		pointer += "/responses/" + strconv.Itoa(a.Status)
		return pointer, d.at(pointer)
	}
	return "", nil
}

func (d *Document) checkUndescribed(a Answer) error {
	if a.Method == http.MethodOptions && a.Status == http.StatusNoContent && a.Header.Get("Allow") != "" {
		return nil
	}
	if !slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed}, a.Status) {
		return fmt.Errorf("%s %s: status %d isn't described", a.Method, a.Path, a.Status)
	}
	if a.Method == http.MethodHead {
		return nil
	}
	return d.valid("/components/schemas/Refusal", a.Body)
}

// checkHeaders compares headers with their descriptions.
func (d *Document) checkHeaders(pointer string, response object, header http.Header) error {
	headers, _ := response["headers"].(object)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		where := pointer + "/headers/" + escaped(name)
		if ref, ok := headers[name].(object)["$ref"].(string); ok {
			where = strings.TrimPrefix(ref, "#")
		}
		value := header.Get(name)
		if value == "" && d.at(where)["required"] == true {
			return fmt.Errorf("no %s", name)
		}
		if value == "" {
			continue
		}
		var typed any = value
		if number, err := strconv.Atoi(value); err == nil && d.at(where + "/schema")["type"] == "integer" {
			typed = number
		}
		if err := d.holds(where+"/schema", typed); err != nil {
			return fmt.Errorf("%s %q: %w", name, value, err)
		}
	}
	return nil
}

// checkBody compares a body with its description, and its type with those
// described.
func (d *Document) checkBody(pointer string, response object, a Answer) error {
	content, _ := response["content"].(object)
	if content == nil || a.Method == http.MethodHead {
		if len(a.Body) > 0 {
			return fmt.Errorf("a body of %d bytes", len(a.Body))
		}
		return nil
	}
	kind, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil || content[kind] == nil {
		return fmt.Errorf("type %q isn't described", a.Header.Get("Content-Type"))
	}
	if kind != "application/json" {
		return nil
	}
	return d.valid(pointer+"/content/"+escaped(kind)+"/schema", a.Body)
}

// valid validates JSON against the schema at a pointer.
func (d *Document) valid(pointer string, body []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil && err != io.EOF {
		return fmt.Errorf("body %q: %w", body, err)
	}
	if err := d.holds(pointer, value); err != nil {
		return fmt.Errorf("body %s: %w", bytes.TrimSpace(body), err)
	}
	return nil
}

func (d *Document) holds(pointer string, value any) error {
	schema, err := d.compiler.Compile(location + "#" + pointer)
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// at returns the object at a JSON pointer, nil if there is none.
func (d *Document) at(pointer string) object {
	at := d.whole
	for _, name := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		at, _ = at[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)].(object)
	}
	return at
}

func escaped(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
