package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// description is the part of the document that the page shows.
type description struct {
	Info struct {
		Title, Summary, Description string
	}
	Tags       []struct{ Name, Description string }
	Paths      ordered[ordered[describedOperation]]
	Components struct {
		Responses map[string]describedResponse
		Schemas   map[string]schema
	}
}

type describedOperation struct {
	Tags                              []string
	OperationID, Summary, Description string
	Security                          *[]json.RawMessage
	Parameters                        []describedParameter
	RequestBody                       struct{ Content ordered[content] }
	Responses                         ordered[describedResponse]
}

type describedParameter struct {
	Name, In, Description string
	Required              bool
	Schema                schema
}

type describedResponse struct {
	Ref         string `json:"$ref"`
	Description string
	Content     ordered[content]
}

type content struct {
	Schema  schema
	Example json.RawMessage
}

type schema struct {
	Ref         string `json:"$ref"`
	Description string
	Type        json.RawMessage // a word or a list of words
	Format      string
	Const       any
	Enum        []any
	Properties  ordered[schema]
	Required    []string
	Items       *schema
	AllOf       []schema
	OneOf       []schema
}

// ordered is a JSON object that keeps the order of its members.
type ordered[V any] struct {
	names  []string
	values map[string]V
}

// UnmarshalJSON reads an object.
func (o *ordered[V]) UnmarshalJSON(b []byte) error {
	o.values = make(map[string]V)
	if err := json.Unmarshal(b, &o.values); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		o.names = append(o.names, fmt.Sprint(name))
		if err := dec.Decode(new(json.RawMessage)); err != nil {
			return err
		}
	}
	return nil
}

// resolved returns the target of a reference.
func (d *description) resolved(s schema) schema {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return d.Components.Schemas[name]
	}
	return s
}

// kind returns the short name of a value's type.
func (s schema) kind() string {
	if len(s.Enum) > 0 {
		var all []string
		for _, v := range s.Enum {
			all = append(all, literal(v))
		}
		return strings.Join(all, " | ")
	}
	if s.Const != nil {
		return literal(s.Const)
	}
	var several []string
	if err := json.Unmarshal(s.Type, &several); err == nil {
		return strings.Join(several, " | ")
	}
	return strings.Trim(string(s.Type), `"`)
}

func literal(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}
