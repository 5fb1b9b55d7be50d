package members_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"systole/shared/api"
	"systole/shared/api/members"
	"systole/shared/member"
	"systole/shared/member/argon2id"
	"systole/shared/memory"
	"systole/shared/store"
)

// accountService serves a member's requests about sessions and recovery codes on
// a store of its own. The store has the member kim with a session from before
// sessions had clients.
func accountService(t *testing.T) (h http.Handler, token string, s *memory.Store) {
	t.Helper()
	s, token = new(memory.Store), hex.EncodeToString(make([]byte, store.TokenBytes))
	tokens := member.NewTokens(s, member.DefaultTokenLimits, time.Now, rand.Reader)
	hasher := argon2id.New(argon2id.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}, 4, rand.Reader)
	service := member.NewService(s, tokens, hasher, time.Now, rand.Reader)
	h = api.New(api.Settings{}, members.Create(service), members.LogIn(service, time.Now), members.SessionList(service), members.EndSession(service),
		members.RecoveryCodes(service), members.Recover(service))
	hash, err := hasher.Hash(t.Context(), "tachy-cardia!")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	old := store.Session{ID: sha256.Sum256([]byte(token)), Username: "kim", PK: 7, Issued: now, Used: now, Expires: now.Add(time.Hour)}
	if err := s.CreateMember(t.Context(), store.Member{Username: "kim", PK: 7, Name: "Kim", PasswordHash: hash, Created: now}); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateSession(t.Context(), old, store.Event{Kind: "logged_in", At: now}, nil); err != nil {
		t.Fatal(err)
	}
	return h, token, s
}

// sent sends a form as API Gateway passes it on, and reads the answer.
func sent(t *testing.T, h http.Handler, method, path, token, form string, headers ...string) (int, map[string]any) {
	t.Helper()
	q := request{method: method, path: path, body: []byte(form), header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en"}}
	if token != "" {
		q = q.with("Authorization", "Token "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		q.header[headers[i]] = headers[i+1]
	}
	a := q.asEvent(t, h)
	var body map[string]any
	if err := json.Unmarshal([]byte(a.body), &body); err != nil {
		t.Fatalf("%s %s: %v: %s", method, path, err, a.body)
	}
	return a.status, body
}

func TestASessionIsListedWithItsClientInTheCallersLanguage(t *testing.T) {
	const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	tests := []struct {
		agent  string
		ko, en any
	}{
		{chrome, "Windows의 Chrome", "Chrome on Windows"},
		{"okhttp/4.9.1", "Android 앱 (okhttp)", "Android app (okhttp)"},
		{"curl/8.14.1", "curl", "curl"},
		{"<img src=x onerror=alert(1)>", nil, nil},
		{strings.Repeat("curl?", 2000), nil, nil},
	}
	for _, tt := range tests {
		h, token, _ := accountService(t)
		if status, body := sent(t, h, "POST", "/members/login/", "", "username=kim&password=tachy-cardia!", "User-Agent", tt.agent); status != 200 {
			t.Fatalf("log-in: %d %v", status, body)
		}
		for language, want := range map[string]any{"ko": tt.ko, "en": tt.en} {
			_, body := sent(t, h, "GET", "/members/sessions/", token, "", "Accept-Language", language)
			all := body["sessions"].([]any)
			if len(all) != 2 {
				t.Fatalf("sessions %v", all)
			}
			for _, each := range all {
				s := each.(map[string]any)
				if s["current"] == true && (s["client"] != nil || s["network"] != nil) {
					t.Errorf("a session from before clients were kept is %v", s)
				}
				if s["current"] == false && s["client"] != want {
					t.Errorf("%.20q in %s is %v, want %v", tt.agent, language, s["client"], want)
				}
			}
		}
	}
}

func TestAMemberFromBeforeRecoveryCodesMakesAndUsesThem(t *testing.T) {
	h, token, s := accountService(t)
	if status, body := sent(t, h, "GET", "/members/recovery_codes/", token, ""); status != 200 || body["left"] != 0.0 || body["made"] != nil {
		t.Fatalf("%d %v", status, body)
	}
	status, body := sent(t, h, "POST", "/members/recovery_codes/", token, "password=tachy-cardia!")
	if status != 200 {
		t.Fatalf("%d %v", status, body)
	}
	code := body["recovery_codes"].([]any)[9].(string)
	for form, want := range map[string]string{
		"username=kim&recovery_code=&new_password=brady-cardia!":                      "field_missing",
		"username=kim&new_password=brady-cardia!":                                     "field_missing",
		"username=kim&recovery_code=x&new_password=brady-cardia!":                     "recovery_invalid",
		"username=lee&recovery_code=" + code + "&new_password=brady-cardia!":          "recovery_invalid",
		"username=%23attempts&recovery_code=" + code + "&new_password=b-cardia!":      "recovery_invalid",
		"username=kim&recovery_code=" + code + "&new_password=short":                  "password_too_short",
		"username=kim&recovery_code=" + strings.Repeat("0", 9000) + "&new_password=b": "recovery_invalid",
	} {
		if _, body := sent(t, h, "POST", "/members/recover/", "", form); body["error"] != want {
			t.Errorf("%.60s: %v, want %s", form, body, want)
		}
	}
	if status, body := sent(t, h, "POST", "/members/recover/", "", "username=kim&new_password=brady-cardia!&recovery_code="+code); status != 200 || body["token"] != nil {
		t.Fatalf("%d %v", status, body)
	}
	if status, _ := sent(t, h, "GET", "/members/sessions/", token, ""); status != 401 {
		t.Errorf("the session is answered %d", status)
	}
	m, err := s.Member(t.Context(), "kim")
	if err != nil || len(m.RecoveryCodes.Left) != 9 {
		t.Errorf("left %+v, %v", m.RecoveryCodes, err)
	}
	if status, _ := sent(t, h, "POST", "/members/login/", "", "username=kim&password=brady-cardia!"); status != 200 {
		t.Errorf("a log-in with the new password is answered %d", status)
	}
}
