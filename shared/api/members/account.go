package members

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"systole/shared/account"
	"systole/shared/api"
	"systole/shared/fault"
)

// Deletions deletes accounts.
type Deletions interface {
	Delete(ctx context.Context, token, password string) error
}

// Exports returns all stored data about a person.
type Exports interface {
	Export(ctx context.Context, token string) (account.Export, error)
}

// Delete is the route by which an account is deleted.
func Delete(d Deletions) api.Route {
	return api.Route{Path: api.PathMe, Methods: map[string]api.Handler{http.MethodDelete: api.AuthorizedForm(deleteAccount(d), "password")}}
}

// Export is the route of a person's data.
func Export(e Exports) api.Route {
	return api.Route{Path: api.PathExport, Methods: map[string]api.Handler{http.MethodGet: api.Authorized(export(e))}}
}

func deleteAccount(d Deletions) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		if err := d.Delete(r.Context(), r.Token, r.Value("password")); err != nil {
			return err
		}
		return api.Done(w, r.Request, api.AccountDeleted)
	}
}

// exported is the answer to an export. Times are RFC 3339.
type exported struct {
	User       exportedUser   `json:"user"`
	Consent    *consentAnswer `json:"consent"`
	Recovery   recoverySet    `json:"recovery_codes"`
	Model      *exportedModel `json:"model"`
	Sessions   []session      `json:"sessions"`
	Activity   []event        `json:"activity"`
	Recordings []recording    `json:"recordings"`
	Withheld   *withheld      `json:"recordings_withheld,omitempty"`
	Code       int            `json:"code"`
}

// withheld is the reason why the recordings come without their content, as a
// refusal's body.
type withheld struct {
	Detail string     `json:"detail"`
	Error  fault.Code `json:"error"`
}

type exportedUser struct {
	loggedInUser
	Created time.Time `json:"created"`
}

type exportedModel struct {
	Version   string    `json:"version"`
	Made      time.Time `json:"made"`
	Used      time.Time `json:"used"`
	Algorithm string    `json:"algorithm"`
	Quality   float64   `json:"quality"`
}

type recording struct {
	Made    time.Time `json:"made"`
	Bytes   int64     `json:"bytes"`
	Content []byte    `json:"content"` // base64; null beyond the room in the answer
}

func export(e Exports) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		all, err := e.Export(r.Context(), r.Token)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Disposition", `attachment; filename="export.json"`)
		out := exportedFrom(all, inLanguageOf(r))
		var f *fault.Error
		if errors.As(all.Withheld, &f) {
			out.Withheld = &withheld{api.Refused(r.Request, f.Code), f.Code}
		}
		return api.JSON(w, http.StatusOK, out)
	}
}

// WriteExport writes an export as the route answers it, indented for a person to
// read.
func WriteExport(w io.Writer, all account.Export) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(exportedFrom(all, func(s api.Sentence) string { return s.EN }))
}

func exportedFrom(all account.Export, say func(api.Sentence) string) exported {
	m := all.Member
	out := exported{
		User:       exportedUser{userOf(m), m.Created},
		Consent:    consentOf(m.Consent),
		Recovery:   recoverySetOf(m.RecoveryCodes),
		Sessions:   sessionsOf(all.Own, all.Sessions, say),
		Activity:   eventsOf(all.Activity),
		Recordings: make([]recording, len(all.Recordings)),
		Code:       http.StatusOK,
	}
	if m.Template != nil {
		out.Model = &exportedModel{m.Template.Version, m.Template.Made, m.Template.Used, m.Template.Algorithm, m.Template.Quality}
	}
	for i, rec := range all.Recordings {
		out.Recordings[i] = recording{rec.Made, rec.Size, rec.Content}
	}
	return out
}
