package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"systole/infra/keyfile"
	"systole/infra/operator"
	"systole/infra/service"
	"systole/shared/biometric/protect"
	"systole/shared/embedded"
	"systole/shared/store"
	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
	"systole/tests/support/servers"
)

const password = "tachy-cardia!"

// running is a running service, and the flags with which operate finds it.
type running struct {
	operator.Deployment
	handler http.Handler
	flags   []string
}

// everywhere runs the test on a local service, and on one in AWS.
func everywhere(t *testing.T, test func(*testing.T, *running)) {
	t.Run("folder", func(t *testing.T) {
		r, _ := inRunningFolder(t)
		test(t, r)
	})
	t.Run("aws", func(t *testing.T) {
		for _, variable := range servers.Start(t).Environment() {
			name, value, _ := strings.Cut(variable, "=")
			t.Setenv(name, value)
		}
		d, err := inAWS()
		if err != nil {
			t.Fatal(err)
		}
		test(t, serving(t, d, "-aws"))
	})
}

// inRunningFolder starts a local service. stop ends it.
func inRunningFolder(t *testing.T) (r *running, stop func()) {
	t.Helper()
	folder, err := os.MkdirTemp("", "operate") // short enough for a socket's path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	kept, objects, err := embedded.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := keyfile.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	settings, err := fixture.Settings()
	if err != nil {
		t.Fatal(err)
	}
	d := operator.Local(settings, kept, objects, keys)
	server, err := operator.Serve(folder, d)
	if err != nil {
		t.Fatal(err)
	}
	stop = func() { server.Close(); kept.Close() }
	t.Cleanup(stop)
	return serving(t, d, "-data", folder), stop
}

// operateLater runs the command with a clock that is ahead by after, and returns
// its output.
func (r *running) operateLater(t *testing.T, after time.Duration, args ...string) string {
	t.Helper()
	later := r.Deployment
	later.Now = func() time.Time { return time.Now().Add(after) }
	var out bytes.Buffer
	if err := operator.Run(t.Context(), later, args, nil, &out); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, &out)
	}
	return out.String()
}

// again returns the same service in a process that reads its keys afresh.
func (r *running) again(t *testing.T) *running {
	t.Helper()
	if r.flags[0] != "-aws" {
		return r // it replaced its keys itself
	}
	d, err := inAWS()
	if err != nil {
		t.Fatal(err)
	}
	return serving(t, d, r.flags...)
}

func serving(t *testing.T, d operator.Deployment, flags ...string) *running {
	t.Helper()
	stores := service.Stores{Members: d.Members, Sessions: d.Sessions, Grants: d.Grants, Objects: d.Objects, Keys: d.Keys}
	return &running{d, fixture.Start(t, stores), flags}
}

// operate runs the command and returns its output.
func (r *running) operate(t *testing.T, args ...string) (string, error) {
	t.Helper()
	return r.operateOn(t, "", args...)
}

func (r *running) operateOn(t *testing.T, input string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), append(r.flags, args...), strings.NewReader(input), &out, io.Discard)
	return out.String(), err
}

// want runs the command, which must succeed and print all of the texts.
func (r *running) want(t *testing.T, args []string, texts ...string) string {
	t.Helper()
	out, err := r.operate(t, args...)
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	for _, text := range texts {
		if !strings.Contains(out, text) {
			t.Errorf("%v prints no %q:\n%s", args, text, out)
		}
	}
	return out
}

// refused runs the command, which must fail with the text.
func (r *running) refused(t *testing.T, args []string, text string) {
	t.Helper()
	if out, err := r.operate(t, args...); err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("%v: %v, want %q\n%s", args, err, text, out)
	}
}

func (r *running) form(t *testing.T, method, path, token, body string) fixture.Answer {
	t.Helper()
	return fixture.Send(t.Context(), r.handler, fixture.Request{Method: method, Path: path, Token: token, Form: body})
}

func (r *running) upload(t *testing.T, path, token string, file []byte) fixture.Answer {
	t.Helper()
	return fixture.Send(t.Context(), r.handler, fixture.Request{Method: http.MethodPost, Path: path, Token: token, File: file})
}

func (r *running) signUp(t *testing.T, username string) (token string) {
	t.Helper()
	a := r.form(t, "POST", "/members/create/", "", "username="+username+"&password="+password+"&name=N&age=26&gender=female")
	return a.Want(t, 200, "").Body["token"].(string)
}

func (r *running) logIn(t *testing.T, username string) (token string) {
	t.Helper()
	return r.form(t, "POST", "/members/login/", "", "username="+username+"&password="+password).Want(t, 200, "").Body["token"].(string)
}

// logInFrom returns the code of the answer to a log-in from an address.
func (r *running) logInFrom(t *testing.T, address, username, password string) string {
	t.Helper()
	in := fixture.Request{Method: "POST", Path: "/members/login/", Form: "username=" + username + "&password=" + password}.HTTP(t.Context())
	in.RemoteAddr = address + ":1234"
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, in)
	var body struct{ Error string }
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	return body.Error
}

// happened lists the kinds of a member's events, newest first.
func (r *running) happened(t *testing.T, username string) (kinds []string) {
	t.Helper()
	events, _, err := r.Members.ActivityOf(t.Context(), username, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		kinds = append(kinds, string(e.Kind))
	}
	return kinds
}

func (r *running) pk(t *testing.T, username string) string {
	t.Helper()
	return regexp.MustCompile(`(?m)^pk +(\d+)$`).FindStringSubmatch(r.want(t, []string{"member", username}))[1]
}

// private matches what no command may print.
var private = regexp.MustCompile(`argon2|[0-9a-f]{40}|(?i)score|quality|digest`)

func TestALookUpTellsWhatHappenedAndIsTold(t *testing.T) {
	everywhere(t, func(t *testing.T, r *running) {
		token := r.signUp(t, "gildong")
		r.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
		r.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 2)).Want(t, 200, "")
		out := r.want(t, []string{"member", "gildong"},
			"gildong", "never given", "by heart-", "sessions", "not_recognised", "model_made", "signed_up")
		if found := private.FindString(out); found != "" {
			t.Errorf("it prints %q:\n%s", found, out)
		}
		if again := r.want(t, []string{"member", "-pk", r.pk(t, "gildong")}, "operator_looked_up"); !strings.Contains(again, "gildong") {
			t.Error("a member isn't found by pk")
		}
		activity := r.form(t, "GET", "/members/activity/", token, "").Want(t, 200, "").Body["activity"].([]any)
		if first := activity[0].(map[string]any)["event"]; first != "operator_looked_up" {
			t.Errorf("the member sees %v", first)
		}
		r.refused(t, []string{"member", "nobody"}, `no member "nobody"`)
	})
}

func TestUnlockingForgetsFailedLogInsAndChecks(t *testing.T) {
	everywhere(t, func(t *testing.T, r *running) {
		token := r.signUp(t, "gildong")
		const elsewhere = "203.0.113.7"
		for word := ""; word != "too_many_log_ins"; {
			if word = r.logInFrom(t, elsewhere, "gildong", "wrong-one"); word != "credentials_invalid" && word != "too_many_log_ins" {
				t.Fatal(word)
			}
		}
		r.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
		for _, stranger := range []int{2, 3, 4, 5, 6} {
			r.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, stranger)).Want(t, 200, "")
		}
		r.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 1)).Want(t, 429, "too_many_checks")
		r.want(t, []string{"member", "-address", elsewhere, "gildong"}, "5 failed checks, the next waits", "log-ins from "+elsewhere)

		r.want(t, []string{"unlock", "-address", elsewhere, "gildong"}, "may log in and be checked")
		if out := r.want(t, []string{"member", "-address", elsewhere, "gildong"}); strings.Contains(out, "failed:") || strings.Contains(out, "waits") {
			t.Errorf("still locked:\n%s", out)
		}
		if word := r.logInFrom(t, elsewhere, "gildong", password); word != "" {
			t.Errorf("log-in afterwards: %s", word)
		}
		check := r.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 1)).Want(t, 200, "")
		if check.Body["result"] != "true" {
			t.Errorf("check afterwards: %v", check)
		}
		if happened := r.happened(t, "gildong"); !strings.Contains(strings.Join(happened, " "), "operator_unlocked") {
			t.Errorf("happened: %v", happened)
		}
		r.refused(t, []string{"unlock", "-address", "home", "gildong"}, "no IP address")
	})
}

func TestEndedSessionsAreOfNoUse(t *testing.T) {
	everywhere(t, func(t *testing.T, r *running) {
		token := r.signUp(t, "gildong")
		other := r.logIn(t, "gildong")
		listed := r.want(t, []string{"sessions", "gildong"}, "sessions")
		last := regexp.MustCompile(`(?m)^ +([0-9a-f]{16}) `).FindAllStringSubmatch(listed, -1)[1][1]
		r.want(t, []string{"sessions", "end", "-session", last, "gildong"}, "logged out of "+last)
		r.form(t, "GET", "/members/activity/", other, "").Want(t, 401, "token_invalid")
		r.form(t, "GET", "/members/activity/", token, "").Want(t, 200, "")
		r.refused(t, []string{"sessions", "end", "-session", last, "gildong"}, "has no session")
		r.want(t, []string{"sessions", "end", "gildong"}, "logged out everywhere")
		r.form(t, "GET", "/members/activity/", token, "").Want(t, 401, "token_invalid")
		r.logIn(t, "gildong")
		if happened := r.happened(t, "gildong"); strings.Join(happened, " ") != "logged_in operator_ended_sessions operator_ended_sessions operator_looked_up logged_in signed_up" {
			t.Errorf("happened: %v", happened)
		}
	})
}

func TestAPersonsRequestIsServed(t *testing.T) {
	everywhere(t, func(t *testing.T, r *running) {
		token, other := r.signUp(t, "gildong"), r.signUp(t, "other")
		enrolment := recordings.Enrolment(t, 1)
		r.upload(t, "/authenticate/make_model/", token, enrolment).Want(t, 200, "")
		var all struct {
			User       struct{ Username, Name string }
			Activity   []struct{ Event string }
			Recordings []struct {
				Bytes   int
				Content []byte
			}
		}
		if err := json.Unmarshal([]byte(r.want(t, []string{"export", "gildong"})), &all); err != nil {
			t.Fatal(err)
		}
		if all.User.Username != "gildong" || len(all.Activity) != 2 || len(all.Recordings) != 1 || all.Recordings[0].Bytes != len(enrolment) {
			t.Errorf("exported: %+v", all)
		}
		if all.Recordings[0].Content != nil {
			t.Error("an operator sees a recording")
		}
		if happened := r.happened(t, "gildong"); happened[0] != "operator_exported" {
			t.Errorf("happened: %v", happened)
		}

		r.refused(t, []string{"delete", "gildong"}, "nothing was deleted")
		r.refused(t, []string{"delete", "-pk", r.pk(t, "other"), "gildong"}, "nothing was deleted")
		r.want(t, []string{"delete", "-pk", r.pk(t, "gildong"), "gildong"}, "gildong is deleted")
		r.form(t, "GET", "/members/activity/", token, "").Want(t, 401, "token_invalid")
		if happened := r.happened(t, "gildong"); len(happened) != 0 {
			t.Errorf("left of the activity: %v", happened)
		}
		r.refused(t, []string{"member", "gildong"}, "no member")
		r.form(t, "GET", "/members/activity/", other, "").Want(t, 200, "")
		if left, _, err := r.Objects.List(t.Context(), "", "", 10); err != nil || len(left) > 0 {
			t.Errorf("objects left: %v, %v", left, err)
		}
	})
}

func TestWhatDoesntAgreeIsFound(t *testing.T) {
	everywhere(t, func(t *testing.T, r *running) {
		for n, name := range []string{"whole", "lost", "damaged", "forgetful"} {
			r.upload(t, "/authenticate/make_model/", r.signUp(t, name), recordings.Enrolment(t, n+1)).Want(t, 200, "")
		}
		r.form(t, "DELETE", "/authenticate/model/", r.logIn(t, "forgetful"), "").Want(t, 200, "")
		r.want(t, []string{"check"}, "4 members", "all of them agree")

		key := func(name string) string {
			m, err := r.Members.Member(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			return m.ObjectKey()
		}
		done := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		done(r.Objects.Delete(t.Context(), key("lost")))
		sealed, err := r.Objects.Get(t.Context(), key("damaged"))
		done(err)
		sealed[len(sealed)-1] ^= 1
		done(r.Objects.Replace(t.Context(), key("damaged"), sealed))
		done(r.Objects.Put(t.Context(), store.TemplateKey(1<<40, "stray"), []byte("x")))
		whole, err := r.Members.Member(t.Context(), "whole")
		done(err)
		done(r.Objects.Put(t.Context(), store.TemplateKey(whole.PK, "orphan"), []byte("x")))
		done(r.Sessions.CreateSession(t.Context(), store.Session{ID: store.TokenID{7}, Username: "gone", Expires: time.Now().Add(100 * 24 * time.Hour)}, store.Event{At: time.Now()}, nil))

		later := r.Deployment
		later.Now = func() time.Time { return time.Now().Add(3 * 24 * time.Hour) }
		var out bytes.Buffer
		err = operator.Run(t.Context(), later, []string{"check"}, nil, &out)
		if err == nil || !strings.Contains(err.Error(), "5 of them") {
			t.Errorf("%v", err)
		}
		for _, want := range []string{
			"member lost: " + key("lost") + ": object_missing", "member damaged: " + key("damaged") + ": model_damaged",
			"models/1099511627776/stray: its member is gone", "/orphan: the row of whole doesn't point to it", "session 0700000000000000: its member is gone",
		} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("not found: %s in\n%s", want, &out)
			}
		}
	})
}

func TestRotatedKeysSealAnewAndOldOnesGoWhenNothingNeedsThem(t *testing.T) {
	everywhere(t, func(t *testing.T, r *running) {
		token, former := r.signUp(t, "gildong"), r.signUp(t, "former")
		r.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
		r.upload(t, "/authenticate/make_model/", former, recordings.Enrolment(t, 3)).Want(t, 200, "")
		r.form(t, "DELETE", "/authenticate/model/", former, "").Want(t, 200, "")
		check := func(file []byte, status int, word string) {
			t.Helper()
			a := r.upload(t, "/authenticate/check_user/", token, file).Want(t, status, word)
			if word == "" && a.Body["result"] != "true" {
				t.Errorf("%v", a.Body)
			}
		}
		probe := recordings.Probe(t, 1)
		check(probe, 200, "")
		before, err := r.Members.Member(t.Context(), "gildong")
		if err != nil {
			t.Fatal(err)
		}

		r.want(t, []string{"keys", "rotate"}, "the next key is drawn")
		r.refused(t, []string{"keys", "rotate"}, "not everybody may know")
		r.want(t, []string{"keys"}, "current", "next")
		r.operateLater(t, protect.Settle, "keys", "rotate")
		r = r.again(t)
		r.refused(t, []string{"keys", "retire"}, "may be in use until")
		check(append(bytes.Clone(probe), "\n\n"...), 422, "replay") // sealed with the previous key
		r.want(t, []string{"keys", "reseal"}, "2 sealed with the current key")
		again, err := r.Members.Member(t.Context(), "gildong")
		if err != nil || again.ObjectKey() == before.ObjectKey() || !again.Template.Made.Equal(before.Template.Made) || !again.Template.Used.Equal(before.Template.Used) {
			t.Errorf("template %+v, was %+v, %v", again.Template, before.Template, err)
		}
		r.want(t, []string{"check"}, "all of them agree")
		// One of the two objects has a template of each algorithm.
		listed := r.want(t, []string{"keys"}, "current", "previous")
		if rows := regexp.MustCompile(`(?m)^ *[0-9a-f]{16} +current +3 +0$`).FindString(listed); rows == "" {
			t.Errorf("keys:\n%s", listed)
		}
		// Recordings of earlier checks and enrolments are still recognised: their
		// digests need the previous key.
		check(append(bytes.Clone(probe), '\n'), 422, "replay")
		check(recordings.Enrolment(t, 1), 422, "replay")

		if out := r.operateLater(t, time.Hour, "keys", "retire"); !strings.Contains(out, "0 keys removed, 2 left") {
			t.Error(out)
		}
		r.want(t, []string{"delete", "-pk", r.pk(t, "gildong"), "gildong"})
		r.want(t, []string{"delete", "-pk", r.pk(t, "former"), "former"})
		if out := r.operateLater(t, time.Hour, "keys", "retire"); !strings.Contains(out, "1 keys removed, 1 left") {
			t.Error(out)
		}
		fresh := r.signUp(t, "fresh")
		r.upload(t, "/authenticate/make_model/", fresh, recordings.Enrolment(t, 2)).Want(t, 200, "")
		r.upload(t, "/authenticate/check_user/", fresh, recordings.Probe(t, 2)).Want(t, 200, "")
	})
}

func TestFiguresSayWhereTheyComeFrom(t *testing.T) {
	everywhere(t, func(t *testing.T, r *running) {
		token := r.signUp(t, "gildong")
		r.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
		for _, stranger := range []int{2, 3, 4, 5, 6} {
			r.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, stranger)).Want(t, 200, "")
		}
		out := r.want(t, []string{"figures"}, "from the members' rows and activity")
		for _, row := range []string{`members +1`, `with a model +1`, `heart-\d+-[0-9a-f]+ +1`, `after failed checks +1`, `not_recognised +5`, `signed_up +1`} {
			if !regexp.MustCompile(row).MatchString(out) {
				t.Errorf("no %q in\n%s", row, out)
			}
		}
	})
}

func TestFiguresOfALog(t *testing.T) {
	r, _ := inRunningFolder(t)
	now := time.Now().UTC().Format(time.RFC3339)
	check := `{"time":"` + now + `","level":"INFO","msg":"request","method":"POST","route":"/authenticate/check_user"`
	log := check + `,"status":200,"ms":40,"accepted":1}
2026-01-01T00:00:00 ` + check + `,"status":200,"ms":42,"rejected":1}
` + check + `,"status":409,"ms":10,"error":"replay"}
` + check + `,"status":422,"ms":12,"error":"too_short"}
` + check + `,"status":422,"ms":12,"error":"too_short"}
{"time":"2020-01-01T00:00:00Z","msg":"request","method":"POST","route":"/authenticate/check_user","ms":1,"accepted":1}
{"time":"` + now + `","msg":"cleanup","report":{}}
not a line of the log {
`
	out, err := r.operateOn(t, log, "figures", "-log")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{`from the log`, `checks +5`, `accepted +1`, `rejected +1`, `refused: too_short +2`, `refused: replay +1`, `POST /authenticate/check_user +5 +12 +42`} {
		if !regexp.MustCompile(row).MatchString(out) {
			t.Errorf("no %q in\n%s", row, out)
		}
	}
}

func TestAFolderIsOperatedOnWhetherOrNotItsServiceRuns(t *testing.T) {
	r, stop := inRunningFolder(t)
	r.signUp(t, "gildong")
	r.want(t, []string{"sessions", "end", "gildong"}, "logged out everywhere")
	stop()
	if operator.Served(r.flags[1]) {
		t.Error("the socket is served by nobody, and takes commands")
	}
	r.want(t, []string{"member", "gildong"}, "operator_ended_sessions")
	// A service of an earlier version holds the folder and has no socket.
	kept, _, err := embedded.Open(r.flags[1])
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	r.refused(t, []string{"member", "gildong"}, "in use by another process")
}

func TestMistakesAreNamed(t *testing.T) {
	r, _ := inRunningFolder(t)
	for text, args := range map[string][]string{
		"no command":              {},
		`no command "members"`:    {"members"},
		"takes one argument":      {"member"},
		"takes no further":        {"check", "all"},
		"-x":                      {"member", "-x", "gildong"},
		`no member with pk 12345`: {"member", "-pk", "12345"},
	} {
		r.refused(t, args, text)
	}
	nowhere := filepath.Join(t.TempDir(), "none")
	if err := run(t.Context(), []string{"-data", nowhere, "check"}, nil, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "-data") {
		t.Errorf("a folder that isn't there: %v", err)
	}
	if _, err := os.Stat(nowhere); !os.IsNotExist(err) {
		t.Errorf("it was made: %v", err)
	}
	if err := run(t.Context(), []string{"-aws", "check"}, nil, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "MEMBERS_TABLE") {
		t.Errorf("no settings of AWS: %v", err)
	}
}

func TestHelpExplainsEveryCommand(t *testing.T) {
	var help bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, nil, io.Discard, &help); !errors.Is(err, flag.ErrHelp) {
		t.Error(err)
	}
	r := &running{flags: []string{"-data", "a folder that isn't there"}}
	for _, command := range []string{"member", "unlock", "sessions", "sessions end", "export", "delete", "check", "keys", "keys rotate",
		"keys reseal", "keys retire", "migrate", "import", "figures"} {
		if !strings.Contains(help.String(), "  "+command) {
			t.Errorf("-h has no %s", command)
		}
		r.want(t, append(strings.Fields(command), "-h"), "operate "+command)
	}
}
