package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// echo answers with the fields that it read from a request.
func echo(w http.ResponseWriter, r *Request) error {
	return JSON(w, http.StatusOK, []string{r.Token, r.Value("a")})
}

func TestBodyTokenAndFieldsAreReadBeforeTheAnswer(t *testing.T) {
	token := strings.Repeat("0a", 20)
	header := "Token " + token
	handlers := map[string]Handler{
		"anonymous":  Anonymous(echo, "a"),
		"authorized": Authorized(echo),
		"form":       AuthorizedForm(echo, "a"),
		"files":      AuthorizedFiles(echo),
	}
	tests := []struct {
		name, handler, authorization, body string
		want                               string // the expected answer
	}{
		{"anonymous with its field", "anonymous", "", `{"a":"1"}`, `["","1"]`},
		{"anonymous ignores a token", "anonymous", "Token x", `{"a":"1"}`, `["","1"]`},
		{"anonymous without its field", "anonymous", "", `{}`, "field_missing"},
		{"authorized", "authorized", header, "", `["` + token + `",""]`},
		{"authorized doesn't look at the body", "authorized", header, `{"a`, `["` + token + `",""]`},
		{"authorized takes no token from the body", "authorized", "", `{"token":"` + token + `"}`, "token_missing"},
		{"form", "form", header, `{"a":"1"}`, `["` + token + `","1"]`},
		{"form with the token in a field", "form", "", `{"a":"1","token":"` + token + `"}`, `["` + token + `","1"]`},
		{"form: a broken body comes first", "form", "", `{"a`, "malformed_body"},
		{"form: then the token", "form", "", `{}`, "token_missing"},
		{"form: then the fields", "form", header, `{"a":1}`, "field_invalid"},
		{"files take a body that is no form as the recording", "files", header, `{"samples":[1]}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := New(Settings{}, Route{Path: "/x", Methods: map[string]Handler{"POST": handlers[tt.handler]}})
			r := httptest.NewRequest("POST", "/x", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", jsonType)
			if tt.authorization != "" {
				r.Header.Set("Authorization", tt.authorization)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("answered %s, not %s", w.Body, tt.want)
			}
		})
	}
}

func TestAFieldThatIsRefusedIsExplainedByItsRoute(t *testing.T) {
	h := New(Settings{}, Route{
		Path:    "/x",
		Fields:  []Field{{"a", Sentence{"숫자로 보내 주세요.", "Send a number."}}},
		Methods: map[string]Handler{"POST": failing(fieldInvalid("a")), "PUT": failing(fieldInvalid("b"))},
	})
	for method, want := range map[string]string{"POST": "Send a number.", "PUT": anyText.EN} {
		if w := serve(h, method, "/x", "Accept-Language", "en"); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %s", method, w.Body)
		}
	}
}
