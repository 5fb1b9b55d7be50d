package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// retryDefault is the Retry-After of an answer whose fault states no wait.
const retryDefault = 2 * time.Second

// JSON answers with body as JSON.
func JSON(w http.ResponseWriter, status int, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// A failed write has no remedy: the connection is closed.
	_, _ = w.Write(append(b, '\n'))
	return nil
}

// Detail answers 200 with a sentence in the caller's language.
func Detail(w http.ResponseWriter, r *http.Request, s Sentence) error {
	return JSON(w, http.StatusOK, struct {
		Detail string `json:"detail"`
	}{Say(w, r, s)})
}

// Done answers 200 with a sentence in the caller's language and the code that the
// contract's other answers have.
func Done(w http.ResponseWriter, r *http.Request, s Sentence) error {
	return JSON(w, http.StatusOK, struct {
		Detail string `json:"detail"`
		Code   int    `json:"code"`
	}{Say(w, r, s), http.StatusOK})
}

// Say returns a sentence in the caller's language and sets the answer's
// Content-Language.
func Say(w http.ResponseWriter, r *http.Request, s Sentence) string {
	lang := languageOf(r)
	w.Header().Set("Content-Language", string(lang))
	return s.in(lang)
}

// Text returns a sentence in the caller's language, for an answer with sentences
// in other languages, too.
func Text(r *http.Request, s Sentence) string { return s.in(languageOf(r)) }

// Refused returns the sentence of a refusal in the caller's language, for an
// answer that is not itself a refusal.
func Refused(r *http.Request, code fault.Code) string {
	return words[code].sentence(languageOf(r), nil, Sentence{})
}

// answerError answers with the words for err.
func answerError(w http.ResponseWriter, r *http.Request, err error) {
	f := faultOf(err)
	word, ok := words[f.Code]
	if !ok {
		f = fault.New(fault.Internal)
		word = words[fault.Internal]
	}
	lang := languageOf(r)
	h := w.Header()
	h.Set("Content-Language", string(lang))
	if word.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Token")
	}
	wait := f.RetryAfter
	if wait == 0 && word.status == http.StatusServiceUnavailable {
		wait = retryDefault
	}
	if wait != 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	body := make(map[string]any, len(f.Params)+3)
	for name, value := range f.Params {
		body[name] = value
	}
	body["detail"] = word.sentence(lang, f.Params, hintFor(r, f.Params["field"]))
	kind, _ := f.Params["file"].(string)
	if instead, ok := fileWords[kind]; ok {
		body["detail"] = instead.in(lang)
	}
	body["code"] = word.status
	body["error"] = f.Code
	if err := JSON(w, word.status, body); err != nil {
		// JSON can't express a parameter (NaN): the sentence is enough.
		clear(body)
		body["detail"], body["code"], body["error"] = word.sentence(lang, nil, Sentence{}), word.status, f.Code
		_ = JSON(w, word.status, body)
	}
}

// anyText is the hint for a field without a hint of its own.
var anyText = Sentence{"UTF-8 문자열로 보내 주세요.", "Send it as text in UTF-8."}

// hintFor returns the hint for a field of the request's route.
func hintFor(r *http.Request, name any) Sentence {
	x, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return anyText
	}
	for _, f := range x.fields {
		if f.Name == name {
			return f.Hint
		}
	}
	return anyText
}

// faultOf returns the refusal that err is; fault.Internal for any other error.
func faultOf(err error) *fault.Error {
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, store.ErrUnavailable),
		errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, context.Canceled):
		return fault.New(fault.Unavailable)
	}
	return fault.New(fault.Internal)
}

// Refuse answers with the words for err, for a gateway in front of the service. Handlers return their errors instead.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	secure(w.Header())
	answerError(w, r, err)
}
