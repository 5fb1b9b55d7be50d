package template

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"systole/functions"
	"systole/infra/restapi"
	"systole/shared/api"
	"systole/shared/config"
	"systole/shared/console"
	"systole/shared/fault"
	"systole/shared/sdk"
)

// route is a path and method of the gateway, and the function behind it.
type route struct{ path, method, function string }

func routes(t *testing.T, template object) []route {
	t.Helper()
	var all []route
	for id, f := range resources(t, template, "AWS::Serverless::Function") {
		events, _ := at(f, "Properties", "Events").(object)
		for name, e := range events {
			if at(e, "Type") != "Api" || !reflect.DeepEqual(at(e, "Properties", "RestApiId"), ref("Api")) {
				t.Errorf("%s %s is no route of the API", id, name)
			}
			path := at(e, "Properties", "Path").(string)
			if path == "/" {
				path = api.PathConsole
			}
			all = append(all, route{path, at(e, "Properties", "Method").(string), id})
		}
	}
	return all
}

// A resource /x of a REST API serves /x and /x/ and passes the path on as
// received. A resource cannot end in a slash.
func TestEveryRouteOfTheContractReachesItsFunctionInBothSlashForms(t *testing.T) {
	all := routes(t, load(t))
	for _, f := range functions.All() {
		for _, r := range f.Routes {
			methods := slices.Clone(r.Methods)
			if slices.Contains(methods, http.MethodGet) {
				methods = append(methods, http.MethodHead)
			}
			for _, method := range methods {
				if got := behind(all, r.Path, method); got != f.ID() {
					t.Errorf("%s %s reaches %q, not %q", method, r.Path, got, f.ID())
				}
			}
			// OPTIONS is answered 204. PATCH represents the methods that are
			// answered 405.
			for _, method := range []string{http.MethodOptions, http.MethodPatch} {
				if behind(all, r.Path, method) == "" {
					t.Errorf("%s %s reaches no function", method, r.Path)
				}
			}
		}
	}
	for _, r := range all {
		if r.path == console.AssetPath+"{file}" || r.path == sdk.Folder+"{file}" {
			continue // files of the page and of the clients, outside the API
		}
		if strings.HasSuffix(r.path, "/") || strings.Contains(r.path, "{") {
			t.Errorf("%s: a REST API has no such resource, or it takes more than the contract has", r.path)
		}
		if !slices.ContainsFunc(functions.Endpoints(), func(e api.Endpoint) bool { return e.Path == r.path }) {
			t.Errorf("%s is not in the contract", r.path)
		}
	}
}

// behind returns the function that the gateway chooses: the method's own,
// otherwise that of ANY.
func behind(all []route, path, method string) string {
	function := ""
	for _, r := range all {
		if r.path == path && r.method == method {
			return r.function
		}
		if r.path == path && r.method == "ANY" {
			function = r.function
		}
	}
	return function
}

func TestTheGatewayIsARESTAPIThatKeepsFilesWhole(t *testing.T) {
	p := at(load(t), "Resources", "Api")
	if at(p, "Type") != "AWS::Serverless::Api" {
		t.Errorf("it is %v", at(p, "Type"))
	}
	if got := at(p, "Properties", "BinaryMediaTypes"); !reflect.DeepEqual(got, escaped(restapi.BinaryMediaTypes)) {
		t.Errorf("binary are %v", got)
	}
	setting := list(at(p, "Properties", "MethodSettings"))[0]
	for _, limit := range []string{"ThrottlingRateLimit", "ThrottlingBurstLimit"} {
		if at(setting, limit) == nil {
			t.Errorf("no %s", limit)
		}
	}
	if at(setting, "DataTraceEnabled") != false {
		t.Error("bodies would be logged: passwords, tokens, recordings")
	}
}

// The stage's settings have no method ANY: each method of such a route is set
// separately, and one without a setting has the limits of all.
func TestCostlyAndSeldomRoutesHaveLimitsOfTheirOwn(t *testing.T) {
	template := load(t)
	settings := list(at(template, "Resources", "Api", "Properties", "MethodSettings"))
	if first := settings[0]; at(first, "ResourcePath") != "/*" || at(first, "HttpMethod") != "*" || !reflect.DeepEqual(at(first, "ThrottlingRateLimit"), ref("ThrottleRate")) {
		t.Errorf("the limits of all are %v", first)
	}
	got := make(map[string]any)
	for _, s := range settings[1:] {
		path := "/" + strings.ReplaceAll(strings.TrimPrefix(at(s, "ResourcePath").(string), "/~1"), "~1", "/")
		rate, burst := at(s, "ThrottlingRateLimit", "Ref").(string), at(s, "ThrottlingBurstLimit", "Ref").(string)
		if name := strings.TrimSuffix(rate, "Rate"); burst != name+"Burst" || at(template, "Parameters", rate) == nil || at(template, "Parameters", burst) == nil {
			t.Errorf("%s: rate %s, burst %s", path, rate, burst)
		}
		got[at(s, "HttpMethod").(string)+" "+path] = strings.TrimSuffix(rate, "Rate")
	}
	for _, f := range functions.All() {
		hashes := slices.Contains(f.Links, functions.PasswordHashing)
		for _, r := range f.Routes {
			for _, method := range r.Methods {
				limit := got[method+" "+r.Path]
				if (limit == nil) != (f.Throttle() == functions.Usual) || limit != nil && limit != string(f.Throttle()) {
					t.Errorf("%s %s is limited by %v, not %s", method, r.Path, limit, f.Throttle())
				}
				if hashes && limit == nil {
					t.Errorf("%s %s hashes, as often as anybody wishes", method, r.Path)
				}
				delete(got, method+" "+r.Path)
			}
			if slices.Contains(r.Methods, http.MethodGet) {
				delete(got, "HEAD "+r.Path)
			}
		}
	}
	if len(got) > 0 {
		t.Errorf("limits for what no route has: %v", got)
	}
	// An update of a stage takes 80 changes, and an entry takes two.
	if len(settings) > 40 {
		t.Errorf("%d entries", len(settings))
	}
}

// escaped returns media types as SAM writes them.
func escaped(types []string) []any {
	var all []any
	for _, t := range types {
		all = append(all, strings.ReplaceAll(t, "/", "~1"))
	}
	return all
}

// The stand-in of the gateway answers as the template has the gateway answer.
func TestTheGatewaysOwnAnswersAreTheContracts(t *testing.T) {
	answers := at(load(t), "Resources", "Api", "Properties", "GatewayResponses").(object)
	known := restapi.Responses()
	for _, r := range known {
		w := httptest.NewRecorder()
		r.Write(w)
		checkAnswer(t, r, answers[r.Type], w)
	}
	if len(answers) != len(known) {
		t.Errorf("%d answers, %d are known here", len(answers), len(known))
	}
}

func TestNamesOfEventsCanBePartOfAnID(t *testing.T) {
	for id, f := range resources(t, load(t), "AWS::Serverless::Function") {
		named, _ := at(f, "Properties", "Events").(object)
		for name := range named {
			if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				t.Errorf("%s: SAM refuses the event %s, of whose name it makes an id", id, name)
			}
		}
	}
}

func TestTheStageIsMadeAfterTheAccountsRoleForLogs(t *testing.T) {
	tag := at(load(t), "Resources", "Api", "Properties", "Tags", "log-role", "Fn::If")
	if len(list(tag)) != 3 || !reflect.DeepEqual(list(tag)[1], ref("GatewayAccount")) {
		t.Errorf("the API's tag doesn't wait for the role: %v", tag)
	}
}

func TestWhatAnAddressMayAskForIsBounded(t *testing.T) {
	rules := at(load(t), "Resources", "Clients", "Properties", "Rules")
	limits := make(map[any]bool)
	for _, r := range list(rules) {
		if at(r, "Action", "Block") == nil || at(r, "Statement", "RateBasedStatement", "AggregateKeyType") != "IP" {
			t.Errorf("not a rate by address: %v", r)
		}
		if at(r, "VisibilityConfig", "SampledRequestsEnabled") != false {
			t.Errorf("%v: samples keep addresses and tokens", at(r, "Name"))
		}
		limits[at(r, "Statement", "RateBasedStatement", "Limit", "Ref")] = true
	}
	if !limits["ClientLimit"] || !limits["SignUpLimit"] {
		t.Errorf("limits %v", limits)
	}
}

// checkAnswer compares a response in the template with the contract and with the
// stand-in's answer.
func checkAnswer(t *testing.T, r restapi.Response, answer any, standIn *httptest.ResponseRecorder) {
	t.Helper()
	var body struct {
		Detail string
		Code   int
		Error  fault.Code
	}
	text, _ := at(answer, "ResponseTemplates", "application/json").(string)
	if err := json.Unmarshal([]byte(text), &body); err != nil || text != standIn.Body.String() {
		t.Errorf("%s: %v: the template answers %s, the stand-in %s", r.Type, err, text, standIn.Body)
	}
	word := api.Plain(r.Code)
	if body.Code != word.Status || body.Code != standIn.Code || body.Error != r.Code || !strings.Contains(body.Detail, word.KO) || !strings.Contains(body.Detail, word.EN) {
		t.Errorf("%s: %+v", r.Type, body)
	}
	if got := at(answer, "StatusCode"); r.OwnStatus && got != nil || !r.OwnStatus && got != strconv.Itoa(word.Status) {
		t.Errorf("%s: status %v", r.Type, got)
	}
	headers := at(answer, "ResponseParameters", "Headers").(object)
	for name := range headers {
		if value := standIn.Header().Get(name); headers[name] != "'"+value+"'" && !strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s: %s is %v, the stand-in's %q", r.Type, name, headers[name], value)
		}
	}
	if !reflect.DeepEqual(at(headers["Access-Control-Allow-Origin"], "Fn::If"), []any{"SharesAnswers", "'*'", ref("AWS::NoValue")}) {
		t.Errorf("%s: pages can't read it: %v", r.Type, headers)
	}
	again := word.Status == http.StatusTooManyRequests || word.Status == http.StatusServiceUnavailable
	if again != (headers["Retry-After"] != nil) || headers["Cache-Control"] != "'no-store'" {
		t.Errorf("%s: %v", r.Type, headers)
	}
}

func TestEveryVariableIsOneThatTheCodeReads(t *testing.T) {
	template := load(t)
	known := make(map[string]bool)
	for _, v := range config.Variables() {
		known[v.Name] = true
	}
	shared := at(template, "Globals", "Function", "Environment", "Variables").(object)
	for id, f := range resources(t, template, "AWS::Serverless::Function") {
		own, _ := at(f, "Properties", "Environment", "Variables").(object)
		for _, variables := range []object{shared, own} {
			for name := range variables {
				if !known[name] {
					t.Errorf("%s is given %s, which nothing reads", id, name)
				}
			}
		}
	}
	for _, name := range []string{config.MembersTable, config.TokensTable, config.ActivityTable, config.GrantsTable} {
		if shared[name] == nil {
			t.Errorf("%s is given to nobody", name)
		}
	}
}
