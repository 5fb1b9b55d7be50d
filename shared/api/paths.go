package api

import "net/http"

// The paths of the contract, without their trailing slash.
const (
	PathCreate    = "/members/create"
	PathLogIn     = "/members/login"
	PathLogOut    = "/members/logout"
	PathMakeModel = "/authenticate/make_model"
	PathCheckUser = "/authenticate/check_user"
)

// The paths beyond it, in its style.
const (
	PathMe        = "/members/me"
	PathExport    = "/members/me/export"
	PathPassword  = "/members/password"
	PathSessions  = "/members/sessions"
	PathConsent   = "/members/consent"
	PathActivity  = "/members/activity"
	PathModel     = "/authenticate/model"
	PathChallenge = "/authenticate/challenge"
	PathUploads   = "/authenticate/uploads"
)

// The paths of pages and what they are made of.
const (
	PathConsole = "" // the root
	PathOpenAPI = "/openapi.json"
	PathDocs    = "/docs"
	PathInspect = "/console/inspect"
)

// Endpoint is a path of the service with every method that it answers, HEAD
// and OPTIONS included.
type Endpoint struct {
	Path    string
	Methods []string
}

// Contract lists every path that the whole service answers. A function serves
// one of them, or one method of one; what it says in Allow, and to a
// preflight, is the service's, not its own.
func Contract() []Endpoint {
	return []Endpoint{
		{PathCreate, []string{http.MethodPost, http.MethodOptions}},
		{PathLogIn, []string{http.MethodPost, http.MethodOptions}},
		{PathLogOut, []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions}},
		{PathMakeModel, []string{http.MethodPost, http.MethodOptions}},
		{PathCheckUser, []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions}},
		{PathMe, []string{http.MethodDelete, http.MethodOptions}},
		{PathExport, []string{http.MethodGet, http.MethodHead, http.MethodOptions}},
		{PathPassword, []string{http.MethodPost, http.MethodOptions}},
		{PathSessions, []string{http.MethodGet, http.MethodHead, http.MethodDelete, http.MethodOptions}},
		{PathConsent, []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, http.MethodOptions}},
		{PathActivity, []string{http.MethodGet, http.MethodHead, http.MethodOptions}},
		{PathModel, []string{http.MethodDelete, http.MethodOptions}},
		{PathChallenge, []string{http.MethodPost, http.MethodOptions}},
		{PathConsole, []string{http.MethodGet, http.MethodHead, http.MethodOptions}},
		{PathInspect, []string{http.MethodPost, http.MethodOptions}},
		{PathOpenAPI, []string{http.MethodGet, http.MethodHead, http.MethodOptions}},
		{PathDocs, []string{http.MethodGet, http.MethodHead, http.MethodOptions}},
		{PathUploads, []string{http.MethodPost, http.MethodOptions}},
	}
}
