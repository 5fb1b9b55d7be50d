package functions

import (
	"slices"
	"strings"
)

// Function is a row: the identity, the work and the rights of one function.
type Function struct {
	// Folder is the folder of its main, below functions/. Its other names follow
	// from it: see [Function.ID].
	Folder string
	Routes []Route // empty for a function that isn't started by requests
	// Starter starts a function without routes.
	Starter Starter
	// Links names the parts that it links besides its stores. The stores' SDKs
	// follow from Grants.
	Links  []Part
	Grants []Grant
	// Settings are the environment variables that it reads, besides those of all
	// functions and those that locate its stores.
	Settings []string

	MemoryMB int
	TimeoutS int // 0 for the default
	// Concurrency bounds its concurrent runs in a stack with LimitConcurrency.
	Concurrency int
	Alarms      AlarmGroup
}

// Route is a path of the API, as in package api, with its methods. HEAD and
// OPTIONS are implied.
type Route struct {
	Path    string
	Methods []string
}

// Starter is the source of events of a function without routes.
type Starter string

// The starters.
const (
	Schedule   Starter = "schedule"
	Deployment Starter = "deployment" // CodeDeploy, which may only start functions whose names begin with hookPrefix
)

// hookPrefix begins the names of the functions that CodeDeploy's role may start.
const hookPrefix = "CodeDeployHook_"

// Part is a large or slow dependency, which only some functions link.
type Part string

// The parts.
const (
	PasswordHashing  Part = "golang.org/x/crypto/argon2"
	SignalProcessing Part = "systole/shared/ecg"
	// MovedPasswords verifies hashes of members who moved here from another
	// server.
	MovedPasswords Part = "systole/shared/member/django"
	// Signing is linked by functions that sign tokens, or publish their keys.
	Signing Part = "github.com/go-jose/go-jose"
	// Protocol is linked by functions that answer the OpenID provider's clients.
	Protocol Part = "github.com/zitadel/oidc"
)

// Grant allows actions on a resource of the template.
type Grant struct {
	Resource string // "Members", "Members/index/by_pk", "Bucket/models/*"
	Actions  []string
	// Why explains actions without a call in the code.
	Why string
}

// AlarmGroup is the group of alarms that watch a function. An alarm of
// CloudWatch's takes ten metrics: the template splits larger groups.
type AlarmGroup string

// The groups.
const (
	Contract    AlarmGroup = "Contract"    // what the app can't do without
	SelfService AlarmGroup = "SelfService" // members' own requests
	Support     AlarmGroup = "Support"     // everything else for members
	Provider    AlarmGroup = "Provider"    // the OpenID provider
)

// Throttle is the class of a route's limits at the gateway, by the cost of one of
// its requests.
type Throttle string

// The classes. Their rates and bursts are parameters of the template.
const (
	Usual   Throttle = "Throttle"
	Hashing Throttle = "Hashing" // each keeps a core busy for 40 ms, even without an account
	Seldom  Throttle = "Seldom"  // a member requests it a few times ever
)

// ID returns the function's name in the template, and that of its event files'
// folder: its folder's words joined with capitals. members/create becomes
// MembersCreate, and authenticate/check_user becomes AuthenticateCheckUser.
func (f Function) ID() string { return Joined(f.Folder) }

// Name returns the function's name in Lambda, in a stack of this name.
func (f Function) Name(stack string) string {
	if f.Starter == Deployment {
		return hookPrefix + stack
	}
	return stack + "-" + f.ID()
}

// Joined joins the words of a path with capitals and leaves out the characters
// between them.
func Joined(path string) string {
	var id strings.Builder
	for _, word := range strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("/_.{}", r) }) {
		id.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return id.String()
}

// Throttle returns the class of the function's routes.
func (f Function) Throttle() Throttle {
	switch {
	case f.Alarms == SelfService:
		return Seldom
	case slices.Contains(f.Links, PasswordHashing):
		return Hashing
	}
	return Usual
}

// Uses reports whether the function has a grant on the resource or on a resource
// below it.
func (f Function) Uses(resource string) bool {
	return slices.ContainsFunc(f.Grants, func(g Grant) bool {
		return g.Resource == resource || strings.HasPrefix(g.Resource, resource+"/")
	})
}
