package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/netip"
	"slices"

	"github.com/aws/aws-lambda-go/events"

	"systole/functions"
	"systole/shared/api"
)

// invoker runs a function of the stack, by its name in Lambda, on a request. An
// error is Lambda's, or that of a function without an answer.
type invoker interface {
	Invoke(ctx context.Context, v version, request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)
}

// live is the alias that the gateway invokes.
const live = "live"

// try tries the version in its role: if the function has a part in it, a member
// signs up, enrols, is recognised and leaves; else it gets a request for its
// first route, with a token of no member.
func try(ctx context.Context, in invoker, stack string, v version) error {
	i := slices.IndexFunc(functions.All(), func(f functions.Function) bool { return f.Name(stack) == v.Function })
	if i < 0 {
		return fmt.Errorf("%s is no function of the table", v.Function)
	}
	f := functions.All()[i]
	t := trial{functions: in, stack: stack, tried: v}
	if slices.Contains(walked, f.Folder) {
		return t.walk(ctx)
	}
	return t.probe(ctx, f)
}

// walked are the functions with a part in the walk.
var walked = []string{
	"members/create", "members/consent", "authenticate/make_model", "authenticate/has_model", "authenticate/challenge", "authenticate/check_user", "members/delete",
}

type trial struct {
	functions invoker
	stack     string
	tried     version
	token     string
	address   string
}

// probe sends a request to the function's first route. Any answer passes that
// isn't a failure: the function has then read its settings, and its stores if it
// needs them for a token.
func (t trial) probe(ctx context.Context, f functions.Function) error {
	token := make([]byte, 20)
	rand.Read(token) // never fails
	t.token = hex.EncodeToString(token)
	route := f.Routes[0]
	status, _, err := t.ask(ctx, f.Folder, route.Methods[0], route.Path, "", nil)
	if err == nil && status >= http.StatusInternalServerError {
		err = fmt.Errorf("%s %s is answered %d", route.Methods[0], route.Path, status)
	}
	return err
}

//go:embed enrolment.csv.gz
var enrolment []byte

//go:embed probe.csv.gz
var probe []byte

// walk signs up a member, who leaves at the end whatever happens in between. The
// recordings are a volunteer's at 500 Hz, also used by the tests
// (tests/support/recordings).
func (t trial) walk(ctx context.Context) (err error) {
	name, password := "release-"+rand.Text(), rand.Text()
	t.address = anywhere()
	var in struct{ Token string }
	if err := t.send(ctx, "members/create", http.MethodPost, api.PathCreate, fields{"username": name, "password": password, "name": "release"}, &in); err != nil {
		return err
	}
	t.token = in.Token
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
		defer cancel()
		err = errors.Join(err, t.send(ctx, "members/delete", http.MethodDelete, api.PathMe, fields{"password": password}, nil))
	}()
	return t.enrolAndCheck(ctx)
}

func (t trial) enrolAndCheck(ctx context.Context) error {
	var consent struct {
		Version string `json:"current_version"`
	}
	if err := t.send(ctx, "members/consent", http.MethodGet, api.PathConsent, nil, &consent); err != nil {
		return err
	}
	if err := t.send(ctx, "members/consent", http.MethodPost, api.PathConsent, fields{"version": consent.Version}, nil); err != nil {
		return err
	}
	if err := t.upload(ctx, "authenticate/make_model", api.PathMakeModel, enrolment, "", nil); err != nil {
		return err
	}
	var has struct{ Code int }
	if err := t.send(ctx, "authenticate/has_model", http.MethodGet, api.PathCheckUser, nil, &has); err != nil || has.Code != http.StatusOK {
		return errors.Join(err, fmt.Errorf("has a model: code %d", has.Code))
	}
	var challenge struct{ Nonce string }
	if err := t.send(ctx, "authenticate/challenge", http.MethodPost, api.PathChallenge, nil, &challenge); err != nil {
		return err
	}
	var verdict struct{ Result string }
	if err := t.upload(ctx, "authenticate/check_user", api.PathCheckUser, probe, challenge.Nonce, &verdict); err != nil {
		return err
	}
	if verdict.Result != "true" {
		return fmt.Errorf("the member isn't recognised: %q", verdict.Result)
	}
	return nil
}

// anywhere returns an address of the block for documentation, each time of
// another network, so that sign-ups of releases aren't counted together.
func anywhere() string {
	ip := netip.MustParseAddr("2001:db8::1").As16()
	rand.Read(ip[4:8])
	return netip.AddrFrom16(ip).String()
}

type fields map[string]string

// send sends a request with fields as JSON, and decodes a response of status 200
// into into.
func (t trial) send(ctx context.Context, folder, method, path string, f fields, into any) error {
	var body []byte
	contentType := ""
	if f != nil {
		contentType = "application/json"
		body, _ = json.Marshal(f) // of strings, which can't fail
	}
	return t.expect(ctx, folder, method, path, contentType, body, into)
}

// upload unpacks a recording and sends it.
func (t trial) upload(ctx context.Context, folder, path string, packed []byte, nonce string, into any) error {
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	file, err := io.ReadAll(unpacked)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body) // to memory, which can't fail
	form.WriteField("sampling_rate", "500")
	if nonce != "" {
		form.WriteField("nonce", nonce)
	}
	part, _ := form.CreateFormFile("ECG", "ecg.csv")
	part.Write(file)
	form.Close()
	return t.expect(ctx, folder, http.MethodPost, path, form.FormDataContentType(), body.Bytes(), into)
}

func (t trial) expect(ctx context.Context, folder, method, path, contentType string, body []byte, into any) error {
	status, answer, err := t.ask(ctx, folder, method, path, contentType, body)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		var refusal struct{ Error string }
		json.Unmarshal(answer, &refusal) // for a word in the log, which may be missing
		return fmt.Errorf("%s %s is answered %d %s", method, path, status, refusal.Error)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// ask invokes the function of a folder: the version under trial if it is of this
// function, else the live one.
func (t trial) ask(ctx context.Context, folder, method, path, contentType string, body []byte) (status int, answer []byte, err error) {
	v := version{functions.Function{Folder: folder}.Name(t.stack), live}
	if v.Function == t.tried.Function {
		v = t.tried
	}
	headers := map[string][]string{"Accept-Language": {"en"}}
	if t.token != "" {
		headers["Authorization"] = []string{"Token " + t.token}
	}
	if contentType != "" {
		headers["Content-Type"] = []string{contentType}
	}
	out, err := t.functions.Invoke(ctx, v, events.APIGatewayProxyRequest{
		Resource: path, Path: path, HTTPMethod: method, MultiValueHeaders: headers,
		Body: base64.StdEncoding.EncodeToString(body), IsBase64Encoded: true,
		RequestContext: events.APIGatewayProxyRequestContext{
			RequestID: "release-" + rand.Text(), HTTPMethod: method, Path: path,
			Identity: events.APIGatewayRequestIdentity{SourceIP: t.address},
		},
	})
	if err != nil {
		return 0, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	answer = []byte(out.Body)
	if out.IsBase64Encoded {
		answer, err = base64.StdEncoding.DecodeString(out.Body)
	}
	return out.StatusCode, answer, err
}
