package main

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"systole/functions"
	"systole/infra/restapi"
	"systole/shared/config"
	"systole/shared/ecg/rate"
	"systole/shared/store"
)

//go:embed template.yaml.tmpl
var source string

// stack is the data that the template's source is filled with.
type stack struct {
	Functions   []function
	Groups      []group
	Throttles   []throttle
	Objectives  []objective
	Tables      []string
	Concurrency int // the sum of all limits
	Shards      int // number of clean-up's lists
	Lists       []string
	MinRateHz   int
	MaxRateHz   int
	Responses   []restapi.Response
}

// function is a row of the table with the template's further values.
type function struct {
	functions.Function
	Variables  []variable
	Events     []event
	Statements []statement
}

type variable struct{ Name, Value string }

// event is a path and method of the gateway that starts a function.
type event struct{ Name, Path, Method string }

// throttle is a method of a route that has limits of its own.
type throttle struct {
	Path, Method string
	Name         functions.Throttle
}

// statement is a statement of a role's policy.
type statement struct {
	Actions  []string
	Resource string
	Wildcard string // the reason for a wildcard in the resource
	Why      string
}

// group is a set of functions that the same alarms watch, by their ids. A group
// of the table that exceeds an alarm's limit is divided: SelfService,
// SelfService2.
type group struct {
	Of             functions.AlarmGroup
	Name           string
	All, Answering []string
}

// metricsOfAnAlarm is CloudWatch's limit for an alarm's expression.
const metricsOfAnAlarm = 10

// write writes the template of a service with these functions.
func write(w io.Writer, all []functions.Function) error {
	s, err := stackOf(all)
	if err != nil {
		return err
	}
	t, err := template.New("template.yaml").Funcs(template.FuncMap{"join": strings.Join, "lower": lowerFirst, "quoted": quoted}).Parse(source)
	if err != nil {
		return err
	}
	return t.Execute(w, s)
}

func stackOf(all []functions.Function) (stack, error) {
	s := stack{
		Responses: restapi.Responses(), Objectives: objectives(), Tables: []string{"Members", "Tokens", "Activity", "Grants"},
		MinRateHz: rate.MinHz, MaxRateHz: rate.MaxHz, Shards: store.DueShards,
	}
	for n := range store.DueShards {
		s.Lists = append(s.Lists, strconv.Itoa(n))
	}
	owned := make(map[string][][]string) // the methods of each path, a list for each of its functions
	for _, f := range all {
		for _, r := range f.Routes {
			owned[r.Path] = append(owned[r.Path], r.Methods)
		}
	}
	taken := make(map[string]bool) // paths whose first function was handled
	for _, f := range all {
		row := function{Function: f, Variables: variables(f)}
		for _, r := range f.Routes {
			row.Events = append(row.Events, events(r, owned[r.Path], !taken[r.Path])...)
			taken[r.Path] = true
			s.Throttles = append(s.Throttles, throttles(r, f.Throttle())...)
		}
		for _, g := range f.Grants {
			st, err := statementOf(g)
			if err != nil {
				return s, fmt.Errorf("%s: %w", f.Folder, err)
			}
			row.Statements = append(row.Statements, st)
		}
		s.Functions = append(s.Functions, row)
		s.Concurrency += f.Concurrency
		s.watch(f)
	}
	return s, nil
}

// standard are the methods that SAM routes, except TRACE and CONNECT.
var standard = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// events returns the gateway's events for a route: every method, so that the code
// answers wrong ones with 405 and Allow. The first of a path's several functions
// has the methods that no other has, one by one: sam local start-api lets ANY
// take all, including the others'. owned are the path's methods, by function in
// order.
func events(r functions.Route, owned [][]string, first bool) []event {
	path := r.Path
	if path == "" {
		path = "/"
	}
	name := strings.Map(alphanumeric, functions.Joined(r.Path))
	if len(owned) == 1 {
		return []event{{name + "Any", path, "ANY"}}
	}
	methods := r.Methods
	if first {
		others := slices.Concat(owned[1:]...)
		methods = slices.DeleteFunc(slices.Clone(standard), func(m string) bool { return slices.Contains(others, m) })
	}
	var all []event
	for _, method := range methods {
		all = append(all, event{name + method[:1] + strings.ToLower(method[1:]), path, method})
	}
	return all
}

// throttles returns the entries of a route in the stage's settings. Paths there
// have ~1 for each slash except the first, and a route of ANY has an entry for
// each method.
func throttles(r functions.Route, name functions.Throttle) (all []throttle) {
	if name == functions.Usual {
		return nil
	}
	methods := slices.Clone(r.Methods)
	if slices.Contains(methods, "GET") {
		methods = append(methods, "HEAD")
	}
	for _, method := range methods {
		all = append(all, throttle{"/" + strings.ReplaceAll(r.Path, "/", "~1"), method, name})
	}
	return all
}

// alphanumeric drops the characters that CloudFormation's ids must not have: SAM
// derives the id of a permission from an event's name.
func alphanumeric(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// watch adds a function to the first group of its alarms that has room.
func (s *stack) watch(f functions.Function) {
	full := 0
	i := slices.IndexFunc(s.Groups, func(g group) bool {
		if g.Of == f.Alarms && len(g.All) == metricsOfAnAlarm {
			full++
		}
		return g.Of == f.Alarms && len(g.All) < metricsOfAnAlarm
	})
	if i < 0 {
		i = len(s.Groups)
		g := group{Of: f.Alarms, Name: string(f.Alarms)}
		if full > 0 {
			g.Name += strconv.Itoa(full + 1)
		}
		s.Groups = append(s.Groups, g)
	}
	g := &s.Groups[i]
	g.All = append(g.All, f.ID())
	if len(f.Routes) > 0 {
		g.Answering = append(g.Answering, f.ID())
	}
}

// values are the template's values for the variables that only some functions
// have.
var values = map[string]string{
	config.Bucket:         "!Ref Bucket",
	config.KeysSecret:     "!Ref Keys",
	"MATCH_FMR":           "!Ref MatchFMR",
	"CONSENT":             "!Ref ConsentMode",
	"CHALLENGE":           "!Ref ChallengeMode",
	"OPENID_CLIENTS":      "!Ref OpenIDClients",
	"ISSUER":              `!If [HasDomain, !Sub "https://${DomainName}", ""]`,
	"SAMPLING_RATE_HZ":    "!Ref SamplingRateHz",
	"UPLOADS_KEEP":        "!Sub ${UploadsKeepDays}d",
	"UPLOADS_ORIGIN":      "!Sub https://${Bucket.RegionalDomainName}",
	"MODELS_UNUSED_AFTER": "!Sub ${ModelsUnusedDays}d",
}

func variables(f functions.Function) []variable {
	var all []variable
	for resource, name := range map[string]string{"Bucket": config.Bucket, "Keys": config.KeysSecret} {
		if f.Uses(resource) {
			all = append(all, variable{name, values[name]})
		}
	}
	slices.SortFunc(all, func(a, b variable) int { return strings.Compare(a.Name, b.Name) })
	for _, name := range f.Settings {
		all = append(all, variable{name, values[name]})
	}
	return all
}

// services are AWS's names of the services that own the resources.
var services = map[string]string{
	"Members": "dynamodb", "Tokens": "dynamodb", "Activity": "dynamodb", "Grants": "dynamodb", "Bucket": "s3", "Keys": "secretsmanager", "CleanupFailures": "sqs",
	"Functions": "lambda", "Deployments": "codedeploy",
}

// named are resources that CloudFormation creates besides those of the template.
var named = map[string]statement{
	"Functions": {
		Resource: "!Sub arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-*",
		Wildcard: "the stack's functions, and each version of them.",
	},
	"Deployments": {
		Resource: "!Sub arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:${AWS::StackName}-*",
		Wildcard: "the stack's deployments; CloudFormation names their groups.",
	},
}

// statementOf returns a grant in CloudFormation's syntax.
func statementOf(g functions.Grant) (statement, error) {
	id, rest, below := strings.Cut(g.Resource, "/")
	service, ok := services[id]
	if !ok {
		return statement{}, fmt.Errorf("the template has no %s", id)
	}
	st, ok := named[id]
	if !ok {
		st.Resource = "!GetAtt " + id + ".Arn"
	}
	st.Why = g.Why
	if strings.Contains(rest, "*") {
		st.Wildcard = "each member has a folder, and which members there are isn't known here."
	}
	switch {
	case id == "Keys": // the Ref of a secret is its ARN
		st.Resource = "!Ref " + id
	case below:
		st.Resource = "!Sub ${" + id + ".Arn}/" + rest
	}
	for _, action := range g.Actions {
		st.Actions = append(st.Actions, service+":"+action)
	}
	return st, nil
}

// quoted returns a text in YAML's single quotes.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
