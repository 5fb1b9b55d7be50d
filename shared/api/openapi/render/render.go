package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"slices"
	"strings"

	"systole/shared/api"
)

var (
	//go:embed page.html
	pageTemplate string
	//go:embed page.css
	style string
	//go:embed page.js
	script string
)

// view is the content of the page.
type view struct {
	Title, Summary string
	Paragraphs     []string
	Style          template.CSS
	Script         template.JS
	Languages      []language
	Samples        samples // of the guides
	GoClient       string
	Groups         []group
	Words          []api.Word
}

// group is a tag with its operations, in the document's order of tags.
type group struct {
	Name, Description string
	Operations        []operation
}

// operation is a method of a path.
type operation struct {
	ID, Method, Path     string
	Summary, Description string
	Open                 bool // needs no token
	Types                []string
	Query                []field // in the address
	Fields               []field // in the body
	Answers              []answer
	Samples              []code
	JSON                 string // an example of the body
	File                 bool
}

// field is a field of a body, or a parameter of an address.
type field struct {
	Name, Type, Meaning string
	Required            bool
}

// answer is one status.
type answer struct {
	Status, Meaning string
	Body            string // of a success: an example
	Everywhere      bool   // the same for every operation
	Words           []string
}

// render returns the page of a document.
func render(document []byte) ([]byte, error) {
	var doc description
	if err := json.Unmarshal(document, &doc); err != nil {
		return nil, err
	}
	t, err := template.New("page").Funcs(template.FuncMap{"prose": prose, "sentence": sentence}).Parse(pageTemplate)
	if err != nil {
		return nil, err
	}
	all, err := readSamples()
	if err != nil {
		return nil, err
	}
	client, err := readClient(goClient)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, view{
		Title: doc.Info.Title, Summary: doc.Info.Summary,
		Paragraphs: strings.Split(doc.Info.Description, "\n\n"),
		Style:      template.CSS(style),
		Script:     template.JS(script),
		Languages:  languages,
		Samples:    all,
		GoClient:   strings.TrimSpace(client),
		Groups:     doc.groups(all),
		Words:      api.Words(),
	})
	return out.Bytes(), err
}

// sentence ends a summary with a full stop, unless it is a question.
func sentence(summary string) string {
	if strings.HasSuffix(summary, "?") {
		return summary
	}
	return summary + "."
}

// prose turns `words` of Markdown into HTML. All else stays text.
func prose(s string) template.HTML {
	parts := strings.Split(s, "`")
	for i, part := range parts {
		parts[i] = template.HTMLEscapeString(part)
		if i%2 == 1 {
			parts[i] = "<code>" + parts[i] + "</code>"
		}
	}
	return template.HTML(strings.Join(parts, ""))
}

func (d *description) groups(s samples) []group {
	var all []group
	for _, tag := range d.Tags {
		g := group{Name: tag.Name, Description: tag.Description}
		for _, path := range d.Paths.names {
			item := d.Paths.values[path]
			for _, method := range item.names {
				if op := item.values[method]; slices.Contains(op.Tags, tag.Name) {
					shown := d.operation(path, method, op)
					shown.Samples = s[shown.ID]
					g.Operations = append(g.Operations, shown)
				}
			}
		}
		all = append(all, g)
	}
	return all
}

// usual are the statuses with which every operation refuses for the same reasons:
// the page explains them once.
var usual = []string{"413", "415", "429", "500", "503"}

func (d *description) operation(path, method string, op describedOperation) operation {
	shown := operation{
		ID: op.OperationID, Method: strings.ToUpper(method), Path: path,
		Summary: op.Summary, Description: op.Description, Open: op.Security != nil && len(*op.Security) == 0,
	}
	for _, p := range op.Parameters {
		if p.In == "query" {
			shown.Query = append(shown.Query, field{p.Name, d.resolved(p.Schema).kind(), p.Description, p.Required})
		}
	}
	shown.Types = op.RequestBody.Content.names
	if len(shown.Types) > 0 {
		body := d.resolved(op.RequestBody.Content.values[shown.Types[0]].Schema)
		for _, name := range body.Properties.names {
			s := d.resolved(body.Properties.values[name])
			shown.Fields = append(shown.Fields, field{name, s.kind(), s.Description, slices.Contains(body.Required, name)})
		}
	}
	for _, status := range op.Responses.names {
		a := d.answer(status, op.Responses.values[status])
		a.Everywhere = slices.Contains(usual, status)
		shown.Answers = append(shown.Answers, a)
	}
	shown.JSON, shown.File = d.exampleBody(op), slices.Equal(shown.Types, []string{"multipart/form-data"})
	return shown
}

func (d *description) answer(status string, r describedResponse) answer {
	if name, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
		r = d.Components.Responses[name]
	}
	a := answer{Status: status, Meaning: r.Description}
	for _, kind := range r.Content.names {
		s := r.Content.values[kind].Schema
		if len(s.AllOf) == 0 {
			a.Body = d.example("", s, "")
			continue
		}
		for _, part := range s.AllOf {
			for _, word := range part.Properties.values["error"].Enum {
				text, _ := word.(string)
				a.Words = append(a.Words, text)
			}
		}
	}
	return a
}
