package api

// The paths of the contract, without their trailing slash.
const (
	PathCreate    = "/members/create"
	PathLogIn     = "/members/login"
	PathLogOut    = "/members/logout"
	PathMakeModel = "/authenticate/make_model"
	PathCheckUser = "/authenticate/check_user"
	PathGetModel  = "/authenticate/get_model"
)

// The paths beyond it, in its style.
const (
	PathMe            = "/members/me"
	PathExport        = "/members/me/export"
	PathPassword      = "/members/password"
	PathSessions      = "/members/sessions"
	PathEndSession    = "/members/sessions/end"
	PathRecoveryCodes = "/members/recovery_codes"
	PathRecover       = "/members/recover"
	PathConsent       = "/members/consent"
	PathActivity      = "/members/activity"
	PathModel         = "/authenticate/model"
	PathChallenge     = "/authenticate/challenge"
	PathUploads       = "/authenticate/uploads"
)

// The paths of the OpenID provider; standards set the first two.
const (
	PathKeys          = "/.well-known/jwks.json"
	PathConfiguration = "/.well-known/openid-configuration"
	PathAuthorize     = "/openid/authorize"
	PathPushed        = "/openid/par"
	PathToken         = "/openid/token"
	PathUserInfo      = "/openid/userinfo"
	PathRPLogOut      = "/openid/logout"
	PathFlow          = "/openid/flow"
	PathFlowPassword  = "/openid/password"
	PathFlowHeart     = "/openid/heart"
	PathFlowPage      = "/log-in" // at the root, as the addresses of its files are relative
)

// The paths of pages and of their parts.
const (
	PathConsole     = "" // the root
	PathOpenAPI     = "/openapi.json"
	PathDocs        = "/docs"
	PathSDK         = "/sdk.js"
	PathInspect     = "/console/inspect"
	PathHandOff     = "/console/hand_off"
	PathTakeHandOff = "/console/hand_off/take"
)

// Endpoint is a path of the service with its methods.
type Endpoint struct {
	Path    string
	Methods []string
}
