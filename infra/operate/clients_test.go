package main

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"systole/tests/support/fixture"
)

const siteCallback = "https://site.example/in"

// push returns the status of a pushed authorization request by the client.
func (r *running) push(t *testing.T, id, secret, redirect string) int {
	t.Helper()
	form := url.Values{
		"client_id": {id}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {"openid"}, "state": {"s"},
		"code_challenge": {strings.Repeat("x", 43)}, "code_challenge_method": {"S256"},
	}
	if secret != "" {
		form.Set("client_secret", secret)
	}
	return fixture.Send(t.Context(), r.handler, fixture.Request{Method: http.MethodPost, Path: "/openid/par", Form: form.Encode()}).Status
}

var secretLine = regexp.MustCompile(`client_secret +([A-Za-z0-9_-]{43})\n`)

// secretIn returns the secret that a command has printed.
func secretIn(t *testing.T, out string) string {
	t.Helper()
	found := secretLine.FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("no secret in\n%s", out)
	}
	return found[1]
}

func TestAClientIsRegisteredWhileTheServiceRuns(t *testing.T) {
	everywhere(t, func(t *testing.T, r *running) {
		if got := r.push(t, "site", "secret", siteCallback); got != 401 {
			t.Errorf("before it is registered: %d", got)
		}
		add := []string{"clients", "add", "-name", "My site", "-redirect", siteCallback, "-redirect", "https://site.example/old", "-heart", "site"}
		secret := secretIn(t, r.want(t, add, "client_id      site"))
		r.refused(t, add, "is registered already")
		// A running process learns of a new client within a second.
		r = serving(t, r.Deployment, r.flags...)
		for name, try := range map[string]struct {
			id, secret, redirect string
			want                 int
		}{
			"the client":      {"site", secret, siteCallback, 201},
			"another address": {"site", secret, siteCallback + "/", 400},
			"another secret":  {"site", secret[1:], siteCallback, 401},
			"no secret":       {"site", "", siteCallback, 401},
			"another client":  {"sites", secret, siteCallback, 401},
		} {
			if got := r.push(t, try.id, try.secret, try.redirect); got != try.want {
				t.Errorf("%s: %d, want %d", name, got, try.want)
			}
		}
		r.want(t, []string{"clients", "add", "-native", "-name", "App", "-redirect", "com.example.app:/in", "app"}, "client_id      app")

		another := secretIn(t, r.want(t, []string{"clients", "rotate", "site"}))
		r.refused(t, []string{"clients", "rotate", "app"}, "has no secret")
		r = serving(t, r.Deployment, r.flags...)
		if old, now := r.push(t, "site", secret, siteCallback), r.push(t, "site", another, siteCallback); old != 201 || now != 201 {
			t.Errorf("within a day after a rotation: %d with the former secret, %d with the new one", old, now)
		}
		third := secretIn(t, r.want(t, []string{"clients", "rotate", "-now", "site"}))
		r = serving(t, r.Deployment, r.flags...)
		if old, now := r.push(t, "site", another, siteCallback), r.push(t, "site", third, siteCallback); old != 401 || now != 201 {
			t.Errorf("after a rotation at once: %d with the former secret, %d with the new one", old, now)
		}
		list := r.want(t, []string{"clients", "list"}, "My site", "registered", "heart", siteCallback, "com.example.app:/in")
		r.want(t, []string{"clients", "remove", "site"}, "site is removed")
		r.refused(t, []string{"clients", "remove", "site"}, "no registered client")
		record := r.want(t, []string{"clients", "record"}, "site  removed", "site  added", "app   added", "the former ended")
		text, err := r.Grants.Registrations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{secret, another, third} {
			if strings.Contains(list+record+string(text), secret) {
				t.Error("a secret is kept")
			}
		}
		r = serving(t, r.Deployment, r.flags...)
		if got := r.push(t, "site", third, siteCallback); got != 401 {
			t.Errorf("after it is removed: %d", got)
		}
		if got := r.push(t, "app", "", "com.example.app:/in"); got != 201 {
			t.Errorf("the other client: %d", got)
		}
	})
}

func TestAClientThatIsUnsafeIsNotRegistered(t *testing.T) {
	r, _ := inRunningFolder(t)
	for want, args := range map[string][]string{
		"redirect_uris is empty":   {"-name", "N", "id"},
		"client_name":              {"-redirect", siteCallback, "id"},
		"visible characters":       {"-name", "N", "-redirect", siteCallback, "a b"},
		"an address is https":      {"-name", "N", "-redirect", "http://site.example/in", "id"},
		"or a wildcard":            {"-name", "N", "-redirect", "https://*.site.example/in", "id"},
		"domain name of its own":   {"-name", "N", "-native", "-redirect", "app:/in", "id"},
		"takes one argument":       {"-name", "N", "-redirect", siteCallback},
		"flag provided but not de": {"-secret", "x", "id"},
	} {
		r.refused(t, append([]string{"clients", "add"}, args...), want)
	}
	if text, err := r.Grants.Registrations(t.Context()); text != nil || err != nil {
		t.Errorf("left is %q, %v", text, err)
	}
}

func TestRegisteredClientsMoveWithABackup(t *testing.T) {
	local, _ := inRunningFolder(t)
	secret := secretIn(t, local.want(t, []string{"clients", "add", "-name", "N", "-redirect", siteCallback, "site"}))
	file, keys := local.backedUp(t)
	if whole, err := os.ReadFile(file); err != nil || strings.Contains(string(whole), secret) {
		t.Errorf("the backup has the secret: %v", err)
	}
	if got := restored(t, "-keys", keys, file).push(t, "site", secret, siteCallback); got != 201 {
		t.Errorf("in the restored folder: %d", got)
	}
}
