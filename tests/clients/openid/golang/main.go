// Command golang is a web application (github.com/coreos/go-oidc) that people log in
// to with Systole.
//
//	ISSUER=http://127.0.0.1:8080 SECRET=… go run ./tests/clients/openid/golang 4184
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"net/http"
	"os"
	"slices"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const heart = "urn:systole:acr:heart"

// person is the content of an ID token.
type person struct {
	Username string   `json:"preferred_username"`
	Class    string   `json:"acr"`
	Methods  []string `json:"amr"`
}

// visit is the application's knowledge of a browser.
type visit struct {
	person                       person
	back, state, nonce, verifier string
}

type app struct {
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier

	mu     sync.Mutex
	visits map[string]visit // by cookie
}

func main() {
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, os.Getenv("ISSUER"))
	if err != nil {
		log.Fatal(err)
	}
	address := "127.0.0.1:" + os.Args[1]
	a := &app{visits: make(map[string]visit), verifier: provider.Verifier(&oidc.Config{ClientID: "golang"}), oauth: oauth2.Config{
		ClientID: "golang", ClientSecret: os.Getenv("SECRET"), Endpoint: provider.Endpoint(),
		RedirectURL: "http://" + address + "/callback", Scopes: []string{oidc.ScopeOpenID, "profile"},
	}}
	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		if v := a.of(w, r); v.person.Username != "" {
			fmt.Fprintf(w, "hello %s", v.person.Username)
			return
		}
		a.logIn(w, r, "/")
	})
	// This page requires the heart, checked within the last five minutes.
	http.HandleFunc("GET /safe", func(w http.ResponseWriter, r *http.Request) {
		if v := a.of(w, r); v.person.Class == heart {
			fmt.Fprintf(w, "open to %s: %v", v.person.Username, slices.Contains(v.person.Methods, "ecg"))
			return
		}
		a.logIn(w, r, "/safe", oauth2.SetAuthURLParam("acr_values", heart), oauth2.SetAuthURLParam("max_age", "300"))
	})
	http.HandleFunc("GET /callback", a.callback)
	log.Fatal(http.ListenAndServe(address, nil))
}

// of returns the visit of a browser, and gives a new browser a cookie.
func (a *app) of(w http.ResponseWriter, r *http.Request) visit {
	cookie, err := r.Cookie("app")
	if err != nil {
		cookie = &http.Cookie{Name: "app", Value: rand.Text(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
		http.SetCookie(w, cookie)
		r.AddCookie(cookie)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.visits[cookie.Value]
}

func (a *app) keep(r *http.Request, v visit) {
	cookie, _ := r.Cookie("app") // of has set it
	a.mu.Lock()
	defer a.mu.Unlock()
	a.visits[cookie.Value] = v
}

func (a *app) logIn(w http.ResponseWriter, r *http.Request, back string, asked ...oauth2.AuthCodeOption) {
	v := a.of(w, r)
	v.back, v.state, v.nonce, v.verifier = back, rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	a.keep(r, v)
	asked = append(asked, oidc.Nonce(v.nonce), oauth2.S256ChallengeOption(v.verifier))
	http.Redirect(w, r, a.oauth.AuthCodeURL(v.state, asked...), http.StatusSeeOther)
}

func (a *app) callback(w http.ResponseWriter, r *http.Request) {
	v := a.of(w, r)
	if v.state == "" || r.FormValue("state") != v.state || r.FormValue("error") != "" {
		http.Error(w, "not logged in: "+r.FormValue("error"), http.StatusForbidden)
		return
	}
	tokens, err := a.oauth.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(v.verifier))
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	text, _ := tokens.Extra("id_token").(string)
	token, err := a.verifier.Verify(r.Context(), text)
	if err != nil || token.Nonce != v.nonce {
		http.Error(w, fmt.Sprint("not logged in: ", err), http.StatusForbidden)
		return
	}
	back := v.back
	v = visit{}
	if err := token.Claims(&v.person); err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	a.keep(r, v)
	http.Redirect(w, r, back, http.StatusSeeOther)
}
