// Package markup splits XML into tokens within the file's bytes. It replaces
// encoding/xml's Decoder for files whose elements have megabytes of text: texts
// aren't copied, so that memory is taken for the values read, not for the file.
//
// Only XML's own entities and numbers are resolved, and nothing is fetched.
package markup

import (
	"bytes"
	"encoding/base64"
	"errors"
	"html"
	"io"
	"iter"
	"regexp"
	"sync"

	"systole/shared/ecg/recording/internal/raw"
)

// Bounds on the cost of a file.
const (
	// deepest bounds the nesting of elements.
	deepest = 128
	// mostPieces bounds the tags, attributes, texts and comments of a file: a
	// sample's element has four, including its text and the line's end, so an hour
	// at 500 Hz has as many.
	mostPieces = 8 << 20
	// mostReferences bounds the entities of a file. Numbers have none.
	mostReferences = 1 << 16
)

// Kind is a kind of token.
type Kind int

// The kinds.
const (
	Start Kind = iota
	End
	Text
)

// Token is a tag or a text.
type Token struct {
	Kind       Kind
	Name       string // of a tag, without a name space
	attributes []byte
	text       []byte
}

// Packed decodes a text in base 64 while it is read. The text may be indented.
func (t Token) Packed() io.Reader {
	return base64.NewDecoder(base64.StdEncoding, &unindented{t.Text()})
}

// unindented reads a text without its white space.
type unindented struct{ text []byte }

func (u *unindented) Read(b []byte) (n int, err error) {
	for n < len(b) && len(u.text) > 0 {
		if c := u.text[0]; c > ' ' {
			b[n] = c
			n++
		}
		u.text = u.text[1:]
	}
	if n == 0 && len(b) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Text returns a text, with its entities replaced. Without entities it shares the
// file's bytes.
func (t Token) Text() []byte {
	if bytes.IndexByte(t.text, '&') < 0 {
		return t.text
	}
	return []byte(html.UnescapeString(string(t.text)))
}

// Attribute returns the value of a start tag's attribute, "" if there is none.
func (t Token) Attribute(name string) string {
	value := ""
	t.Attributes(func(n, v string) {
		if n == name {
			value = v
		}
	})
	return value
}

// Attributes calls take with the attributes of a start tag, without name spaces.
func (t Token) Attributes(take func(name, value string)) {
	for rest := t.attributes; ; {
		i := bytes.IndexByte(rest, '=')
		if i < 0 {
			return
		}
		name := bytes.TrimSpace(rest[:i])
		rest = bytes.TrimLeft(rest[i+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return
		}
		if !bytes.HasPrefix(name, []byte("xmlns")) {
			take(local(name), html.UnescapeString(string(rest[1:end+1])))
		}
		rest = rest[end+2:]
	}
}

// Reader reads the tokens of a file, which must be UTF-8.
type Reader struct {
	data   []byte
	at     int
	open   [][]byte // names of the open elements
	closes bool     // the last start tag was also an end tag
	budget *raw.Budget
	// Numbers read so far.
	pieces, references int
}

// NewReader returns a Reader that ends soon after the budget's context does.
func NewReader(data []byte, budget *raw.Budget) *Reader {
	return &Reader{data: data, budget: budget}
}

// At returns the number of bytes read so far.
func (r *Reader) At() int { return r.at }

// All returns the tokens up to the end. An error of Next comes last.
func (r *Reader) All() iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		for {
			token, err := r.Next()
			if errors.Is(err, io.EOF) || !yield(token, err) || err != nil {
				return
			}
		}
	}
}

var (
	errSyntax = errors.New("syntax error")
	errDeep   = errors.New("too deep")
	errMany   = errors.New("too many")
)

// piecesBetweenAsks is the number of pieces read between two looks at the
// request's context.
const piecesBetweenAsks = 1 << 14

// Next returns the next token. The error is io.EOF at the end; any other is a
// refusal or the budget's.
func (r *Reader) Next() (Token, error) {
	t, err := r.next()
	switch {
	case errors.Is(err, errDeep):
		return t, raw.Refuse(raw.Unsupported, 0, "its XML has more than %d levels", deepest)
	case errors.Is(err, errMany):
		return t, raw.Refuse(raw.Unsupported, 0, "its XML has more than %d tags and texts, or %d entities: send one recording alone", mostPieces, mostReferences)
	case errors.Is(err, errSyntax):
		return t, raw.Refuse(raw.Unreadable, 0, "its XML breaks near byte %d", r.at)
	}
	return t, err
}

func (r *Reader) next() (Token, error) {
	if r.closes {
		r.closes = false
		return r.end(r.open[len(r.open)-1])
	}
	for r.at < len(r.data) {
		if err := r.count(); err != nil {
			return Token{}, err
		}
		rest := r.data[r.at:]
		if rest[0] != '<' {
			n := bytes.IndexByte(rest, '<')
			if n < 0 {
				n = len(rest)
			}
			r.at += n
			if text := rest[:n]; len(r.open) > 0 && len(bytes.TrimSpace(text)) > 0 {
				return Token{Kind: Text, text: text}, r.entities(text)
			}
			continue
		}
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			if !r.past(rest, "-->") {
				return Token{}, errSyntax
			}
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			begin := r.at + len("<![CDATA[")
			if !r.past(rest, "]]>") || len(r.open) == 0 {
				return Token{}, errSyntax
			}
			return Token{Kind: Text, text: r.data[begin : r.at-len("]]>")]}, nil
		case bytes.HasPrefix(rest, []byte("<?")):
			if !r.past(rest, "?>") {
				return Token{}, errSyntax
			}
		case bytes.HasPrefix(rest, []byte("<!")):
			if !r.declaration(rest) {
				return Token{}, errSyntax
			}
		default:
			return r.tag(rest)
		}
	}
	if len(r.open) > 0 {
		return Token{}, errSyntax
	}
	return Token{}, io.EOF
}

// count counts a piece, and asks from time to time whether the request has ended.
func (r *Reader) count() error {
	if r.pieces++; r.pieces > mostPieces {
		return errMany
	}
	if r.pieces%piecesBetweenAsks == 0 {
		return r.budget.Err()
	}
	return nil
}

// past moves to after a mark.
func (r *Reader) past(rest []byte, mark string) bool {
	i := bytes.Index(rest, []byte(mark))
	if i >= 0 {
		r.at += i + len(mark)
	}
	return i >= 0
}

// declaration moves to after a document type, including the declarations in
// brackets.
func (r *Reader) declaration(rest []byte) bool {
	inside := 0
	for i, c := range rest {
		switch {
		case c == '[':
			inside++
		case c == ']':
			inside--
		case c == '>' && inside <= 0:
			r.at += i + 1
			return true
		}
	}
	return false
}

// tag reads a start or an end tag.
func (r *Reader) tag(rest []byte) (Token, error) {
	end := tagEnd(rest)
	if end < 0 {
		return Token{}, errSyntax
	}
	inner := rest[1:end]
	r.at += end + 1
	if len(inner) > 0 && inner[0] == '/' {
		return r.end(bytes.TrimSpace(inner[1:]))
	}
	if n := len(inner); n > 0 && inner[n-1] == '/' {
		inner = inner[:n-1]
		r.closes = true
	}
	name, attributes := inner, []byte(nil)
	if i := bytes.IndexAny(inner, " \t\r\n"); i >= 0 {
		name, attributes = inner[:i], inner[i:]
		r.pieces += bytes.Count(attributes, []byte{'='})
	}
	if len(name) == 0 {
		return Token{}, errSyntax
	}
	if len(r.open) >= deepest {
		return Token{}, errDeep
	}
	r.open = append(r.open, name)
	return Token{Kind: Start, Name: local(name), attributes: attributes}, nil
}

// tagEnd returns the end of a tag: the first bracket outside quotes.
func tagEnd(rest []byte) int {
	quote := byte(0)
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i
		case c == '<':
			return -1
		}
	}
	return -1
}

func (r *Reader) end(name []byte) (Token, error) {
	n := len(r.open) - 1
	if n < 0 || !bytes.Equal(r.open[n], name) {
		return Token{}, errSyntax
	}
	r.open = r.open[:n]
	return Token{Kind: End, Name: local(name)}, nil
}

// local returns a name without its name space.
func local(name []byte) string {
	return string(name[bytes.LastIndexByte(name, ':')+1:])
}

// reference matches an entity that is resolved.
var reference = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});`)
})

// entities refuses a text with an entity that isn't resolved, or with too many.
func (r *Reader) entities(text []byte) error {
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return nil
		}
		if !reference().Match(text[i:]) {
			return errSyntax
		}
		if r.references++; r.references > mostReferences {
			return errMany
		}
		text = text[i+1:]
	}
}

// Root returns the name of a text's first element, "" if the text isn't XML.
func Root(data []byte) string {
	const head = 8192
	data = bytes.TrimSpace(data[:min(len(data), head)])
	if len(data) == 0 || data[0] != '<' {
		return ""
	}
	r := &Reader{data: data}
	t, err := r.next()
	for err == nil && t.Kind != Start {
		t, err = r.next()
	}
	if err != nil {
		return ""
	}
	return t.Name
}
