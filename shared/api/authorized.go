package api

import "net/http"

// Request is a request whose body and token were read.
type Request struct {
	*http.Request
	Token string // as sent; empty without authorization
	Form  *Form  // empty where no body is taken
}

// Value returns a field that the handler requires.
func (r *Request) Value(name string) string { return r.Form.fields[name].text }

// Answer answers a request whose body and token were read.
type Answer func(w http.ResponseWriter, r *Request) error

// Anonymous returns a handler that reads the body and needs no token. The errors
// before answer are those of [Decode] and [Form.String] of the required fields.
func Anonymous(answer Answer, required ...string) Handler {
	return prepared(Decode, false, answer, required)
}

// Authorized returns a handler that takes the token from the header, and reads no
// body. The errors before answer are those of tokenOf.
func Authorized(answer Answer) Handler { return prepared(noBody, true, answer, nil) }

// AuthorizedForm returns a handler that reads the body, and takes the token from
// the header or the body's field. The errors before answer are those of [Decode],
// tokenOf and [Form.String] of the required fields, in this order.
func AuthorizedForm(answer Answer, required ...string) Handler {
	return prepared(Decode, true, answer, required)
}

// AuthorizedFiles is AuthorizedForm for bodies with files: see [DecodeFiles].
func AuthorizedFiles(answer Answer) Handler { return prepared(DecodeFiles, true, answer, nil) }

// AnonymousFiles is Anonymous for bodies with files: see [DecodeFiles].
func AnonymousFiles(answer Answer, required ...string) Handler {
	return prepared(DecodeFiles, false, answer, required)
}

func noBody(http.ResponseWriter, *http.Request) (*Form, error) { return &Form{}, nil }

func prepared(decode func(http.ResponseWriter, *http.Request) (*Form, error), authorized bool, answer Answer, required []string) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, err := decode(w, r)
		if err != nil {
			return err
		}
		token := ""
		if authorized {
			if token, err = tokenOf(r, form); err != nil {
				return err
			}
		}
		for _, name := range required {
			if _, err := form.String(name); err != nil {
				return err
			}
		}
		return answer(w, &Request{r, token, form})
	}
}
