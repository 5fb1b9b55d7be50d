// Package functions is the table of the service's functions. From it follow the
// functions, roles, logs, alarms and dashboard rows of template.yaml (go run
// ./infra/stack), the methods that a path allows, and the rules that tests check
// the code against.
//
// A path has one function for all of its methods. It has two if one of its
// methods needs the signal processing and another one, requested far more often,
// mustn't pay for linking it: check_user's POST and GET. The path's first row
// then answers every method that no other row names.
package functions

import (
	"net/http"
	"slices"
	"strings"

	"systole/shared/api"
	"systole/shared/store"
)

// Memory in MB. Lambda gives processor time in proportion.
const (
	oneCore = 1769 // where Lambda gives a whole core, which hashing or reading keeps busy
	// readsFiles has room for the largest upload and its samples (100 MB); a
	// person waits for the result. infra/README.md has the saving of less memory.
	readsFiles = 1024
	waits      = 512 // waits for its stores: less would only make its start slower
)

// Resources of the template.
const (
	members          = "Members"
	membersByPK      = "Members/index/by_pk"
	membersByDue     = "Members/index/by_due"
	tokens           = "Tokens"
	tokensByUsername = "Tokens/index/by_username"
	tokensByDue      = "Tokens/index/by_due"
	activity         = "Activity"
	grants           = "Grants"
	activityByDue    = "Activity/index/by_due"
	bucket           = "Bucket"
	templates        = "Bucket/" + store.TemplatePrefix + "*"
	memories         = "Bucket/" + store.MemoryPrefix + "*"
	recordings       = "Bucket/" + store.RecordingPrefix + "*"
	incoming         = "Bucket/" + store.IncomingPrefix + "*"
	cursor           = "Bucket/" + store.CursorKey
	keys             = "Keys"
	failures         = "CleanupFailures"
	stackFunctions   = "Functions"
	deployments      = "Deployments"
)

// All lists the functions.
func All() []Function {
	return []Function{
		{
			Folder: "members/create", Routes: at(api.PathCreate, http.MethodPost),
			Links: []Part{PasswordHashing}, MemoryMB: oneCore, Concurrency: 60, Alarms: Contract,
			Grants: []Grant{
				allow(members, "PutItem", "GetItem", "BatchGetItem", "UpdateItem"),
				allow(tokens, "BatchWriteItem"),
				allow(activity, "BatchWriteItem"),
			},
		},
		{
			Folder: "members/login", Routes: at(api.PathLogIn, http.MethodPost),
			Links: []Part{PasswordHashing, MovedPasswords}, MemoryMB: oneCore, Concurrency: 60, Alarms: Contract,
			Grants: []Grant{
				allow(members, "BatchGetItem", "GetItem", "UpdateItem", "PutItem", "DeleteItem"),
				allow(tokensByUsername, "Query"),
				allow(tokens, "BatchWriteItem"),
				allow(activity, "BatchWriteItem", "PutItem", "UpdateItem"),
			},
		},
		{
			Folder: "members/logout", Routes: at(api.PathLogOut, http.MethodGet, http.MethodPost),
			MemoryMB: waits, Concurrency: 50, Alarms: Contract,
			Grants: []Grant{allow(tokens, "GetItem", "DeleteItem")},
		},
		{
			Folder: "authenticate/make_model", Routes: at(api.PathMakeModel, http.MethodPost),
			Links: []Part{SignalProcessing}, MemoryMB: readsFiles, Concurrency: 50, Alarms: Contract,
			Settings: []string{"MATCH_FMR", "CONSENT", "SAMPLING_RATE_HZ", "UPLOADS_KEEP"},
			Grants: append([]Grant{
				allow(tokens, "GetItem", "UpdateItem"),
				allow(members, "GetItem", "UpdateItem", "PutItem"),
				allow(activity, "PutItem", "UpdateItem"),
				allow(keys, "GetSecretValue"),
				allow(templates, "PutObject", "GetObject"),
				allow(memories, "GetObject"),
				allow(recordings, "PutObject"),
				allow(incoming, "GetObject"),
				{bucket, []string{"ListBucket"}, "Without it S3 answers 403 for an upload that isn't there, and for a template that was replaced since the member was read."},
			}, erase(templates, memories, recordings, incoming)...),
		},
		{
			Folder: "authenticate/has_model", Routes: at(api.PathCheckUser, http.MethodGet),
			MemoryMB: waits, Concurrency: 50, Alarms: Contract,
			Grants: []Grant{allow(tokens, "GetItem"), allow(members, "GetItem")},
		},
		{
			Folder: "authenticate/get_model", Routes: at(api.PathGetModel, http.MethodGet),
			MemoryMB: waits, Concurrency: 50, Alarms: Contract,
			Grants: []Grant{allow(tokens, "GetItem"), allow(members, "GetItem")},
		},
		{
			Folder: "authenticate/check_user", Routes: at(api.PathCheckUser, http.MethodPost),
			Links: []Part{SignalProcessing, Signing}, MemoryMB: readsFiles, Concurrency: 200, Alarms: Contract,
			Settings: []string{"MATCH_FMR", "CONSENT", "CHALLENGE", "SAMPLING_RATE_HZ", "ISSUER"},
			Grants: append([]Grant{
				allow(tokens, "GetItem", "UpdateItem"),
				allow(members, "GetItem", "UpdateItem", "PutItem"),
				allow(activity, "PutItem", "UpdateItem"),
				allow(keys, "GetSecretValue"),
				allow(templates, "GetObject", "PutObject"),
				allow(incoming, "GetObject"),
				{bucket, []string{"ListBucket"}, "Without it S3 answers 403 for an object that isn't there, and a session may remember a model that was replaced."},
			}, erase(templates, incoming)...),
		},
		{
			Folder: "members/password", Routes: at(api.PathPassword, http.MethodPost),
			Links: []Part{PasswordHashing, MovedPasswords}, MemoryMB: oneCore, Concurrency: 10, Alarms: SelfService,
			Grants: []Grant{
				allow(members, "BatchGetItem", "GetItem", "UpdateItem", "PutItem", "DeleteItem"),
				allow(tokens, "GetItem", "UpdateItem", "BatchWriteItem"),
				allow(tokensByUsername, "Query"),
				allow(activity, "PutItem", "UpdateItem"),
			},
		},
		{
			Folder: "members/recovery_codes", Routes: at(api.PathRecoveryCodes, http.MethodGet, http.MethodPost),
			Links: []Part{PasswordHashing, MovedPasswords}, MemoryMB: oneCore, Concurrency: 10, Alarms: SelfService,
			Grants: []Grant{
				allow(members, "BatchGetItem", "GetItem", "UpdateItem", "PutItem", "DeleteItem"),
				allow(tokens, "GetItem"),
				allow(activity, "PutItem", "UpdateItem"),
			},
		},
		{
			Folder: "members/recover", Routes: at(api.PathRecover, http.MethodPost),
			Links: []Part{PasswordHashing}, MemoryMB: oneCore, Concurrency: 10, Alarms: SelfService,
			Grants: []Grant{
				allow(members, "BatchGetItem", "GetItem", "UpdateItem", "PutItem", "DeleteItem"),
				allow(tokens, "BatchWriteItem"),
				allow(tokensByUsername, "Query"),
				allow(activity, "PutItem", "UpdateItem"),
			},
		},
		{
			Folder: "members/sessions", Routes: at(api.PathSessions, http.MethodGet, http.MethodDelete),
			MemoryMB: waits, Concurrency: 10, Alarms: SelfService,
			Grants: []Grant{
				allow(members, "GetItem", "UpdateItem"),
				allow(tokens, "GetItem", "BatchWriteItem"),
				allow(tokensByUsername, "Query"),
				allow(activity, "PutItem", "UpdateItem"),
			},
		},
		{
			Folder: "members/end_session", Routes: at(api.PathEndSession, http.MethodPost),
			MemoryMB: waits, Concurrency: 10, Alarms: SelfService,
			Grants: []Grant{
				allow(members, "GetItem", "UpdateItem"),
				allow(tokens, "GetItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
				allow(tokensByUsername, "Query"),
				allow(activity, "PutItem", "UpdateItem"),
			},
		},
		{
			Folder: "members/activity", Routes: at(api.PathActivity, http.MethodGet),
			MemoryMB: waits, Concurrency: 10, Alarms: SelfService,
			Grants: []Grant{allow(members, "GetItem"), allow(tokens, "GetItem"), allow(activity, "Query")},
		},
		{
			Folder: "members/consent", Routes: at(api.PathConsent, http.MethodGet, http.MethodPost, http.MethodDelete),
			MemoryMB: waits, Concurrency: 10, Alarms: SelfService,
			Settings: []string{"CONSENT"},
			Grants: append([]Grant{
				allow(members, "GetItem", "UpdateItem", "PutItem"),
				allow(tokens, "GetItem"),
				allow(activity, "PutItem", "UpdateItem"),
				allow(keys, "GetSecretValue"),
				allow(templates, "GetObject"),
				allow(memories, "PutObject", "GetObject"),
				allow(incoming, "PutObject", "GetObject"), // to close the addresses of uploads
				{bucket, []string{"ListBucket"}, "Without it S3 answers 403 for a template that was replaced since the member was read."},
			}, erase(templates, memories, recordings, incoming)...),
		},
		{
			Folder: "members/export", Routes: at(api.PathExport, http.MethodGet),
			MemoryMB: readsFiles, Concurrency: 10, Alarms: SelfService,
			Grants: []Grant{
				allow(members, "GetItem"),
				allow(tokens, "GetItem"),
				allow(tokensByUsername, "Query"),
				allow(activity, "Query", "PutItem", "UpdateItem"),
				allow(recordings, "GetObject"),
				allow(bucket, "ListBucket"),
			},
		},
		{
			Folder: "members/delete", Routes: at(api.PathMe, http.MethodDelete),
			Links: []Part{PasswordHashing, MovedPasswords}, MemoryMB: oneCore, Concurrency: 10, Alarms: SelfService,
			Grants: append([]Grant{
				allow(members, "BatchGetItem", "GetItem", "UpdateItem", "PutItem", "DeleteItem"),
				allow(tokens, "GetItem", "BatchWriteItem"),
				allow(tokensByUsername, "Query"),
				allow(activity, "PutItem", "UpdateItem", "Query", "BatchWriteItem"),
				allow(incoming, "PutObject", "GetObject"), // to close the addresses of uploads
				{bucket, []string{"ListBucket"}, "Without it S3 answers 403 for an upload that is being put at this moment."},
			}, erase(templates, memories, recordings, incoming)...),
		},
		{
			Folder: "authenticate/delete_model", Routes: at(api.PathModel, http.MethodDelete),
			Links:    []Part{SignalProcessing}, // to take days out of a template
			MemoryMB: waits, Concurrency: 10, Alarms: SelfService,
			Grants: append([]Grant{
				allow(members, "GetItem", "UpdateItem", "PutItem"),
				allow(tokens, "GetItem"),
				allow(activity, "PutItem", "UpdateItem"),
				allow(keys, "GetSecretValue"),
				allow(templates, "GetObject", "PutObject"),
				allow(memories, "PutObject", "GetObject"),
				allow(incoming, "PutObject", "GetObject"), // to close the addresses of uploads
				{bucket, []string{"ListBucket"}, "Without it S3 answers 403 for a template that was replaced since the member was read."},
			}, erase(templates, memories, recordings, incoming)...),
		},
		{
			Folder: "authenticate/challenge", Routes: at(api.PathChallenge, http.MethodPost),
			MemoryMB: waits, Concurrency: 100, Alarms: Support,
			Grants: []Grant{allow(tokens, "GetItem", "UpdateItem"), allow(members, "GetItem")},
		},
		{
			Folder: "authenticate/uploads", Routes: at(api.PathUploads, http.MethodPost),
			MemoryMB: waits, Concurrency: 100, Alarms: Support,
			// S3 checks an upload to an address that the function signed against the
			// function's role.
			Grants: []Grant{allow(tokens, "GetItem"), allow(members, "GetItem", "UpdateItem", "PutItem"), allow(incoming, "PutObject")},
		},
		{
			Folder: "openid/keys", Routes: at(api.PathKeys, http.MethodGet),
			Links: []Part{Signing}, MemoryMB: oneCore, Concurrency: 10, Alarms: Provider,
			Grants: []Grant{allow(keys, "GetSecretValue")},
		},
		{
			Folder: "openid/configuration", Routes: at(api.PathConfiguration, http.MethodGet),
			MemoryMB: waits, Concurrency: 10, Alarms: Provider,
			Settings: []string{"ISSUER"},
		},
		{
			Folder: "openid/authorize", Routes: at(api.PathAuthorize, http.MethodGet, http.MethodPost),
			Links: []Part{Signing, Protocol}, MemoryMB: waits, Concurrency: 50, Alarms: Provider,
			Settings: []string{"ISSUER", "OPENID_CLIENTS"},
			Grants: []Grant{
				allow(members, "GetItem", "UpdateItem"),
				allow(tokens, "GetItem"),
				allow(grants, "GetItem", "PutItem", "UpdateItem", "DeleteItem"),
				allow(keys, "GetSecretValue"),
			},
		},
		{
			Folder: "openid/par", Routes: at(api.PathPushed, http.MethodPost),
			Links: []Part{Signing, Protocol}, MemoryMB: waits, Concurrency: 50, Alarms: Provider,
			Settings: []string{"ISSUER", "OPENID_CLIENTS"},
			Grants: []Grant{
				allow(grants, "GetItem", "PutItem"),
				allow(keys, "GetSecretValue"),
			},
		},
		{
			Folder: "openid/token", Routes: at(api.PathToken, http.MethodPost),
			// A process makes its signing key once, which takes a core 0.1 s.
			Links: []Part{Signing, Protocol}, MemoryMB: oneCore, Concurrency: 50, Alarms: Provider,
			Settings: []string{"ISSUER", "OPENID_CLIENTS"},
			Grants: []Grant{
				{members, []string{"GetItem"}, "The library of the protocol calls the code that reads it."},
				{tokens, []string{"GetItem"}, "As above."},
				allow(grants, "GetItem"),
				{grants, []string{"PutItem", "UpdateItem", "DeleteItem"}, "As above."},
				allow(keys, "GetSecretValue"),
			},
		},
		{
			Folder: "openid/userinfo", Routes: at(api.PathUserInfo, http.MethodGet, http.MethodPost),
			MemoryMB: waits, Concurrency: 50, Alarms: Provider,
			Grants: []Grant{allow(members, "GetItem"), allow(tokens, "GetItem"), allow(grants, "GetItem")},
		},
		{
			Folder: "openid/logout", Routes: at(api.PathRPLogOut, http.MethodGet, http.MethodPost),
			Links: []Part{Signing, Protocol}, MemoryMB: waits, Concurrency: 10, Alarms: Provider,
			Settings: []string{"ISSUER", "OPENID_CLIENTS"},
			Grants: []Grant{
				allow(members, "GetItem", "UpdateItem"),
				allow(tokens, "GetItem", "DeleteItem"),
				{grants, []string{"GetItem"}, "The library of the protocol calls the code that looks for a registered client."},
				allow(keys, "GetSecretValue"),
			},
		},
		{
			Folder: "openid/flow", Routes: at(api.PathFlow, http.MethodGet, http.MethodPost),
			MemoryMB: waits, Concurrency: 50, Alarms: Provider,
			Settings: []string{"ISSUER", "OPENID_CLIENTS", "CHALLENGE"},
			Grants: []Grant{
				allow(members, "GetItem", "UpdateItem"),
				allow(tokens, "GetItem", "UpdateItem"),
				allow(grants, "GetItem", "PutItem", "UpdateItem"),
			},
		},
		{
			Folder: "openid/password", Routes: at(api.PathFlowPassword, http.MethodPost),
			Links: []Part{PasswordHashing, MovedPasswords}, MemoryMB: oneCore, Concurrency: 50, Alarms: Provider,
			Settings: []string{"ISSUER", "OPENID_CLIENTS"},
			Grants: []Grant{
				allow(members, "BatchGetItem", "GetItem", "UpdateItem", "PutItem", "DeleteItem"),
				allow(tokensByUsername, "Query"),
				allow(tokens, "GetItem", "DeleteItem", "BatchWriteItem"),
				allow(activity, "BatchWriteItem", "PutItem", "UpdateItem"),
				allow(grants, "GetItem"),
			},
		},
		{
			Folder: "openid/heart", Routes: at(api.PathFlowHeart, http.MethodPost),
			Links: []Part{SignalProcessing}, MemoryMB: readsFiles, Concurrency: 100, Alarms: Provider,
			Settings: []string{"ISSUER", "MATCH_FMR", "CONSENT", "CHALLENGE", "SAMPLING_RATE_HZ"},
			Grants: append([]Grant{
				allow(tokens, "GetItem", "UpdateItem"),
				allow(members, "GetItem", "UpdateItem", "PutItem"),
				allow(activity, "PutItem", "UpdateItem"),
				allow(grants, "GetItem"),
				allow(keys, "GetSecretValue"),
				allow(templates, "GetObject", "PutObject"),
				allow(incoming, "GetObject"),
				{bucket, []string{"ListBucket"}, "Without it S3 answers 403 for an object that isn't there, and a session may remember a model that was replaced."},
			}, erase(templates, incoming)...),
		},
		{
			Folder: "members/hand_off", Routes: at(api.PathHandOff, http.MethodPost),
			MemoryMB: waits, Concurrency: 10, Alarms: Support,
			Grants: []Grant{allow(members, "GetItem"), allow(tokens, "GetItem"), allow(grants, "GetItem", "PutItem")},
		},
		{
			Folder: "members/take_hand_off", Routes: at(api.PathTakeHandOff, http.MethodPost),
			MemoryMB: waits, Concurrency: 10, Alarms: Support,
			Grants: []Grant{
				allow(members, "GetItem"),
				allow(tokensByUsername, "Query"),
				allow(tokens, "GetItem", "BatchWriteItem"),
				allow(activity, "BatchWriteItem"),
				allow(grants, "GetItem", "UpdateItem"),
			},
		},
		{
			Folder: "console",
			Routes: []Route{
				{api.PathConsole, []string{http.MethodGet}},
				{api.PathFlowPage, []string{http.MethodGet}},
				{"/console/{file}", []string{http.MethodGet}},
				{api.PathInspect, []string{http.MethodPost}},
				{api.PathOpenAPI, []string{http.MethodGet}},
				{api.PathDocs, []string{http.MethodGet}},
				{api.PathSDK, []string{http.MethodGet}},
				{"/sdk/{file}", []string{http.MethodGet}},
			},
			Links: []Part{SignalProcessing}, MemoryMB: oneCore, Concurrency: 10, Alarms: Support,
			Settings: []string{"SAMPLING_RATE_HZ", "UPLOADS_ORIGIN"},
		},
		{
			Folder: "cleanup", Starter: Schedule,
			// The code reserves 5 s of it to end the work under way. If one run
			// isn't enough, each list has runs of its own.
			MemoryMB: waits, TimeoutS: 300, Concurrency: 1 + store.DueShards, Alarms: Support,
			Settings: []string{"UPLOADS_KEEP", "MODELS_UNUSED_AFTER"},
			Grants: append([]Grant{
				allow(tokens, "Scan", "GetItem", "UpdateItem", "DeleteItem"),
				allow(tokensByDue, "Query"),
				allow(members, "Scan", "GetItem", "PutItem", "UpdateItem", "DeleteItem"),
				allow(membersByPK, "Query"),
				allow(membersByDue, "Query"),
				allow(activity, "BatchWriteItem"),
				allow(activityByDue, "Query"),
				allow(bucket, "ListBucket"),
				allow(cursor, "GetObject", "PutObject"),
				{failures, []string{"SendMessage"}, "Lambda puts there what failed, in the function's name."},
			}, erase(templates, memories, recordings, incoming)...),
		},
		{
			Folder: "release", Starter: Deployment,
			// It waits for functions with a limit of 20 s each, one after another.
			MemoryMB: waits, TimeoutS: 120, Concurrency: 10, Alarms: Support,
			Grants: []Grant{
				{stackFunctions, []string{"InvokeFunction"}, "It tries new versions, beside those that are live."},
				{deployments, []string{"GetDeployment", "PutLifecycleEventHookExecutionStatus"}, "It asks which version is new, and tells how it did."},
			},
		},
	}
}

func at(path string, methods ...string) []Route { return []Route{{path, methods}} }

func allow(resource string, actions ...string) Grant {
	return Grant{Resource: resource, Actions: actions}
}

// erase allows deleting objects with their older versions.
func erase(objects ...string) []Grant {
	all := []Grant{allow(bucket, "ListBucketVersions")}
	for _, o := range objects {
		all = append(all, allow(o, "DeleteObject"),
			Grant{o, []string{"DeleteObjectVersion"}, "A deletion that names a version needs it beside DeleteObject."})
	}
	return all
}

// Endpoints returns every path of the API with its methods, those of all its
// functions together, without the files of the console and of the clients.
func Endpoints() []api.Endpoint {
	var all []api.Endpoint
	for _, f := range All() {
		for _, r := range f.Routes {
			if strings.Contains(r.Path, "{") {
				continue
			}
			i := slices.IndexFunc(all, func(e api.Endpoint) bool { return e.Path == r.Path })
			if i < 0 {
				all = append(all, api.Endpoint(r))
				continue
			}
			all[i].Methods = slices.Concat(all[i].Methods, r.Methods)
		}
	}
	return all
}
