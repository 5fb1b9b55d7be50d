// Package handoff answers the routes by which a session goes on on another
// device: the first returns a code, drawn for a camera to read, the second opens
// a session for it.
package handoff

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"rsc.io/qr"

	"systole/shared/api"
	"systole/shared/api/useragent"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// Makes makes codes.
type Makes interface {
	Make(ctx context.Context, token string) (code string, err error)
}

// Takes opens sessions for codes.
type Takes interface {
	Take(ctx context.Context, code string, from member.Caller) (m store.Member, token string, err error)
}

// HandOff is the route that makes a code.
func HandOff(s Makes) api.Route {
	return api.Route{
		Path:    api.PathHandOff,
		Methods: map[string]api.Handler{http.MethodPost: api.AuthorizedForm(handOff(s), "page")},
		Fields: []api.Field{{Name: "page", Hint: api.Sentence{
			KO: "콘솔의 주소를 http 또는 https로 300자 이내로 보내 주세요.",
			EN: "Send the console's address, http or https, of at most 300 characters.",
		}}},
	}
}

// Take is the route that opens a session for a code.
func Take(s Takes) api.Route {
	return api.Route{
		Path:    api.PathTakeHandOff,
		Methods: map[string]api.Handler{http.MethodPost: api.Anonymous(take(s), "hand_off")},
	}
}

// longestPage bounds the page's address, so that the picture stays small enough
// for the camera of an old telephone.
const longestPage = 300

// Fragment precedes the code in an address. A browser sends nothing after # to
// any server: no log on the way has the code.
const Fragment = "#hand-off="

// pageOf returns the page that a code opens.
func pageOf(r *api.Request) (string, error) {
	page := r.Value("page")
	u, err := url.Parse(page)
	if err != nil || len(page) > longestPage || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return "", fault.New(fault.FieldInvalid, "field", "page")
	}
	return page, nil
}

func handOff(s Makes) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		page, err := pageOf(r)
		if err != nil {
			return err
		}
		code, err := s.Make(r.Context(), r.Token)
		if err != nil {
			return err
		}
		return Show(w, page, code)
	}
}

// Show answers with a code: the address that opens the page with it, and that
// address's QR code.
func Show(w http.ResponseWriter, page, code string) error {
	address := page + Fragment + code
	rows, err := drawn(address)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, struct {
		Address   string   `json:"address"`
		Rows      []string `json:"rows"`
		ExpiresIn int      `json:"expires_in"`
		Code      int      `json:"code"`
	}{address, rows, int(member.HandOffLifetime.Seconds()), http.StatusOK})
}

// drawn returns the modules of an address's QR code (ISO/IEC 18004, error correction
// M), row by row: 1 is dark. The quiet zone of four modules isn't in it.
func drawn(address string) ([]string, error) {
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return nil, fault.New(fault.FieldInvalid, "field", "page")
	}
	rows := make([]string, code.Size)
	for y := range rows {
		var row strings.Builder
		for x := range code.Size {
			if code.Black(x, y) {
				row.WriteByte('1')
			} else {
				row.WriteByte('0')
			}
		}
		rows[y] = row.String()
	}
	return rows, nil
}

func take(s Takes) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		from := member.Caller{Address: api.Address(r.Request), Client: useragent.Parse(r.UserAgent())}
		m, token, err := s.Take(r.Context(), r.Value("hand_off"), from)
		if err != nil {
			return err
		}
		return api.JSON(w, http.StatusOK, struct {
			Token     string `json:"token"`
			User      user   `json:"user"`
			ExpiresIn int    `json:"expires_in"`
			Code      int    `json:"code"`
		}{token, user{m.Username, m.Name}, int(member.HandedLifetime.Seconds()), http.StatusOK})
	}
}

// user is the part of a member that the page shows.
type user struct {
	Username string `json:"username"`
	Name     string `json:"name"`
}
