// Command golang contains the Go samples of /docs, each between "// sample: NAME"
// and "// end", and runs them in a folder with recordings:
//
//	go run ./tests/clients/golang http://127.0.0.1:8080
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"systole/tests/clients/golang/systole"
)

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "golang:", err)
		os.Exit(1)
	}
}

// step runs a sample with a client.
type step struct {
	name string
	do   func(context.Context, *systole.Client) error
}

func run(ctx context.Context, api string) error {
	if err := quickStart(ctx, api); err != nil {
		return fmt.Errorf("quick start: %w", err)
	}
	steps := []step{
		{"signUp", signUp}, {"logIn", logIn}, {"inspect", inspect}, {"consent", consent}, {"makeModel", makeModel}, {"hasModel", hasModel}, {"getModel", getModel},
		{"checkUser", checkUser}, {"challenge", challenge}, {"upload", upload}, {"activity", activity}, {"listSessions", listSessions}, {"export", export},
		{"nonce", nonce}, {"days", days}, {"large-files", largeFiles}, {"retries", retries}, {"changePassword", changePassword},
		{"deleteModel", deleteModel}, {"withdrawConsent", withdrawConsent}, {"countRecoveryCodes", countRecoveryCodes}, {"makeRecoveryCodes", makeRecoveryCodes},
		{"endSession", endSession}, {"endSessions", endSessions}, {"recoverPassword", recoverPassword}, {"logOut", logOut}, {"logOutByPost", logOutByPost}, {"deleteAccount", deleteAccount},
		{"publicKeys", publicKeys}, {"openapi", openapi}, {"sdk", sdk}, {"console", console}, {"docs", docs},
		{"assertion", assertion},
	}
	client := systole.New(api)
	for _, s := range steps {
		if err := s.do(ctx, client); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func quickStart(ctx context.Context, api string) error {
	// sample: quick-start
	client := systole.New(api)

	// 1. Sign up. Keep the token: it goes along with all that follows.
	var signedUp struct{ Token string }
	person := map[string]any{"username": "gopher", "password": "tachy-cardia!", "name": "Gopher"}
	if err := client.Call(ctx, "POST", "/members/create/", person, &signedUp); err != nil {
		return err
	}
	client.Token = signedUp.Token

	// 2. Enrol with an ECG of at least ten seconds, better thirty.
	enrolment, err := os.ReadFile("enrolment.csv")
	if err != nil {
		return err
	}
	rate := map[string]string{"sampling_rate": "500"}
	if err := client.Submit(ctx, "/authenticate/make_model/", enrolment, rate, new(struct{})); err != nil {
		return err
	}

	// 3. Is it them? Ask with another recording.
	probe, err := os.ReadFile("probe.csv")
	if err != nil {
		return err
	}
	var answer struct{ Result string }
	if err := client.Submit(ctx, "/authenticate/check_user/", probe, rate, &answer); err != nil {
		return err
	}
	fmt.Println("is it them?", answer.Result == "true")

	// 4. Log out.
	err = client.Call(ctx, "GET", "/members/logout/", nil, new(struct{}))
	// end
	if answer.Result != "true" {
		return errors.New("not recognised")
	}
	return err
}

func signUp(ctx context.Context, client *systole.Client) error {
	// sample: signUp
	var answer struct{ Token string }
	err := client.Call(ctx, "POST", "/members/create/", map[string]any{"username": "choi", "password": "tachy-cardia!", "name": "최고", "age": 42}, &answer)
	if refusal, ok := errors.AsType[*systole.Refusal](err); ok {
		fmt.Println(refusal.Code, refusal.Detail) // such as username_taken
	}
	// end
	return err
}

func logIn(ctx context.Context, client *systole.Client) error {
	// sample: logIn
	var answer struct{ Token string }
	err := client.Call(ctx, "POST", "/members/login/", map[string]any{"username": "choi", "password": "tachy-cardia!"}, &answer)
	client.Token = answer.Token
	// end
	return err
}

func again(ctx context.Context, client *systole.Client) error {
	client.Token = ""
	var answer struct{ Token string }
	err := client.Call(ctx, "POST", "/members/login/", map[string]any{"username": "choi", "password": "brady-cardia!"}, &answer)
	client.Token = answer.Token
	return err
}

func inspect(ctx context.Context, client *systole.Client) error {
	recording, err := os.ReadFile("enrolment.csv")
	if err != nil {
		return err
	}
	// sample: inspect
	var answer struct {
		Format    string
		HeartRate float64 `json:"heart_rate"`
	}
	err = client.Submit(ctx, "/console/inspect/", recording, map[string]string{"sampling_rate": "500"}, &answer)
	// end
	return err
}

func consent(ctx context.Context, client *systole.Client) error {
	// sample: consent
	var answer struct {
		Text    string
		Current string `json:"current_version"`
	}
	err := client.Call(ctx, "GET", "/members/consent/", nil, &answer)
	// end
	if err != nil {
		return err
	}
	version := answer.Current
	// sample: giveConsent
	err = client.Call(ctx, "POST", "/members/consent/", map[string]any{"version": version}, new(struct{}))
	// end
	return err
}

func makeModel(ctx context.Context, client *systole.Client) error {
	recording, err := os.ReadFile("enrolment.csv")
	if err != nil {
		return err
	}
	// sample: makeModel
	err = client.Submit(ctx, "/authenticate/make_model/", recording, map[string]string{"sampling_rate": "500"}, new(struct{}))
	if refusal, ok := errors.AsType[*systole.Refusal](err); ok {
		fmt.Println(refusal.Code, refusal.Detail, refusal.SecondsMissing)
	}
	// end
	return err
}

func hasModel(ctx context.Context, client *systole.Client) error {
	// sample: hasModel
	var answer struct{ Code int }
	err := client.Call(ctx, "GET", "/authenticate/check_user/", nil, &answer)
	fmt.Println(answer.Code == 200)
	// end
	return err
}

func getModel(ctx context.Context, client *systole.Client) error {
	// sample: getModel
	var answer struct{ Code int }
	err := client.Call(ctx, "GET", "/authenticate/get_model/", nil, &answer)
	fmt.Println(answer.Code == 200)
	// end
	return err
}

func checkUser(ctx context.Context, client *systole.Client) error {
	recording, err := os.ReadFile("probe.csv")
	if err != nil {
		return err
	}
	// sample: checkUser
	var answer struct{ Result string }
	err = client.Submit(ctx, "/authenticate/check_user/", recording, map[string]string{"sampling_rate": "500"}, &answer)
	if err == nil {
		fmt.Println("is it them?", answer.Result == "true")
	}
	// end
	return accepted(answer.Result, err)
}

// signUpAgain signs another person up with the client and enrols them.
func signUpAgain(ctx context.Context, client *systole.Client) error {
	var answer struct{ Token string }
	if err := client.Call(ctx, "POST", "/members/create/", map[string]any{"username": "gopher-2", "password": "tachy-cardia!", "name": "Gopher"}, &answer); err != nil {
		return err
	}
	client.Token = answer.Token
	return makeModel(ctx, client)
}

func accepted(result string, err error) error {
	if err == nil && result != "true" {
		return errors.New("not recognised")
	}
	return err
}

func challenge(ctx context.Context, client *systole.Client) error {
	// sample: challenge
	var answer struct{ Nonce string }
	err := client.Call(ctx, "POST", "/authenticate/challenge/", nil, &answer)
	// end
	return err
}

func upload(ctx context.Context, client *systole.Client) error {
	recording, err := os.ReadFile("holter.csv")
	if err != nil {
		return err
	}
	// sample: upload
	id, err := client.Upload(ctx, recording) // Submit does so by itself
	fmt.Println(id)
	// end
	return err
}

func activity(ctx context.Context, client *systole.Client) error {
	// sample: activity
	var answer struct {
		Activity []struct{ At, Event string }
	}
	err := client.Call(ctx, "GET", "/members/activity/", nil, &answer)
	// end
	return err
}

func listSessions(ctx context.Context, client *systole.Client) error {
	// sample: listSessions
	var answer struct {
		Sessions []struct {
			ID, Used string
			Current  bool
		}
	}
	err := client.Call(ctx, "GET", "/members/sessions/", nil, &answer)
	// end
	return err
}

func export(ctx context.Context, client *systole.Client) error {
	// sample: export
	var answer map[string]any
	err := client.Call(ctx, "GET", "/members/me/export/", nil, &answer)
	// end
	return err
}

func nonce(ctx context.Context, client *systole.Client) error {
	record := func() []byte {
		recording, err := os.ReadFile("second.csv")
		if err != nil {
			return nil
		}
		return recording
	}
	// sample: nonce
	var drawn struct{ Nonce string }
	if err := client.Call(ctx, "POST", "/authenticate/challenge/", nil, &drawn); err != nil {
		return err
	}
	recording := record() // afterwards: that is the point
	var answer struct{ Result string }
	err := client.Submit(ctx, "/authenticate/check_user/", recording, map[string]string{"sampling_rate": "500", "nonce": drawn.Nonce}, &answer)
	// end
	return accepted(answer.Result, err)
}

func days(ctx context.Context, client *systole.Client) error {
	recording, err := os.ReadFile("probe.csv")
	if err != nil {
		return err
	}
	before := time.Now().UTC().Format(time.RFC3339Nano)
	// sample: days
	err = client.Submit(ctx, "/authenticate/make_model/", recording, map[string]string{"sampling_rate": "500", "mode": "add"}, new(struct{}))
	refusal, refused := errors.AsType[*systole.Refusal](err)
	if refused && refusal.Code == "day_too_soon" {
		fmt.Println(refusal.Detail)
	}

	// What was added then or later goes again.
	err = client.Call(ctx, "DELETE", "/authenticate/model/?since="+before, nil, new(struct{}))
	// end
	if !refused || refusal.Code != "day_too_soon" {
		return errors.New("another day on the same one")
	}
	return err
}

func assertion(ctx context.Context, client *systole.Client) error {
	if err := signUpAgain(ctx, client); err != nil {
		return err
	}
	recording, err := os.ReadFile("probe.csv")
	if err != nil {
		return err
	}
	orderNonce := "n-0S6_WzA2Mj"
	// sample: assertion
	var answer struct{ Result, Assertion string }
	fields := map[string]string{"sampling_rate": "500", "audience": "https://shop.example", "audience_nonce": orderNonce}
	err = client.Submit(ctx, "/authenticate/check_user/", recording, fields, &answer)
	fmt.Println(answer.Assertion) // for the shop, which verifies it
	// end
	if err == nil && answer.Assertion == "" {
		return errors.New("no assertion")
	}
	return err
}

func largeFiles(ctx context.Context, client *systole.Client) error {
	// sample: large-files
	// What is larger than a request goes by upload. The context cancels it.
	recording, err := os.ReadFile("holter.csv")
	if err != nil {
		return err
	}
	err = client.Submit(ctx, "/authenticate/make_model/", recording, map[string]string{"sampling_rate": "500"}, new(struct{}))
	// end
	return err
}

func retries(ctx context.Context, client *systole.Client) error {
	recording, err := os.ReadFile("enrolment.csv")
	if err != nil {
		return err
	}
	// sample: retries
	err = client.Submit(ctx, "/authenticate/make_model/", recording, map[string]string{"sampling_rate": "500"}, new(struct{}))
	refusal, refused := errors.AsType[*systole.Refusal](err)
	switch {
	case refused && refusal.Wait > 0:
		fmt.Println("again in", refusal.Wait)
	case err != nil && !refused:
		fmt.Println("no answer: ask whether there is a model")
	}
	// end
	return err
}

func changePassword(ctx context.Context, client *systole.Client) error {
	// sample: changePassword
	err := client.Call(ctx, "POST", "/members/password/", map[string]any{"password": "tachy-cardia!", "new_password": "brady-cardia!"}, new(struct{}))
	// end
	return err
}

func deleteModel(ctx context.Context, client *systole.Client) error {
	// sample: deleteModel
	err := client.Call(ctx, "DELETE", "/authenticate/model/", nil, new(struct{}))
	// end
	return err
}

func withdrawConsent(ctx context.Context, client *systole.Client) error {
	// sample: withdrawConsent
	err := client.Call(ctx, "DELETE", "/members/consent/", nil, new(struct{}))
	// end
	return err
}

func countRecoveryCodes(ctx context.Context, client *systole.Client) error {
	// sample: countRecoveryCodes
	var answer struct{ Left int }
	err := client.Call(ctx, "GET", "/members/recovery_codes/", nil, &answer)
	// end
	return err
}

var recoveryCode string // the first of those made

func makeRecoveryCodes(ctx context.Context, client *systole.Client) error {
	// sample: makeRecoveryCodes
	var answer struct {
		Codes []string `json:"recovery_codes"` // to keep on paper: they come once
	}
	err := client.Call(ctx, "POST", "/members/recovery_codes/", map[string]any{"password": "brady-cardia!"}, &answer)
	// end
	if err == nil {
		recoveryCode = answer.Codes[0]
	}
	return err
}

func endSession(ctx context.Context, client *systole.Client) error {
	// sample: endSession
	err := client.Call(ctx, "POST", "/members/sessions/end/", map[string]any{"session": "others"}, new(struct{})) // or the id of one
	// end
	return err
}

func recoverPassword(ctx context.Context, client *systole.Client) error {
	client.Token = ""
	// sample: recoverPassword
	err := client.Call(ctx, "POST", "/members/recover/",
		map[string]any{"username": "choi", "recovery_code": recoveryCode, "new_password": "brady-cardia!"}, new(struct{}))
	// end
	return err
}

func endSessions(ctx context.Context, client *systole.Client) error {
	// sample: endSessions
	err := client.Call(ctx, "DELETE", "/members/sessions/", nil, new(struct{}))
	// end
	return err
}

func logOut(ctx context.Context, client *systole.Client) error {
	if err := again(ctx, client); err != nil {
		return err
	}
	// sample: logOut
	err := client.Call(ctx, "GET", "/members/logout/", nil, new(struct{}))
	// end
	return err
}

func logOutByPost(ctx context.Context, client *systole.Client) error {
	if err := again(ctx, client); err != nil {
		return err
	}
	// sample: logOutByPost
	err := client.Call(ctx, "POST", "/members/logout/", nil, new(struct{}))
	// end
	return err
}

func deleteAccount(ctx context.Context, client *systole.Client) error {
	if err := again(ctx, client); err != nil {
		return err
	}
	// sample: deleteAccount
	err := client.Call(ctx, "DELETE", "/members/me/", map[string]any{"password": "brady-cardia!"}, new(struct{}))
	// end
	client.Token = ""
	return err
}

func publicKeys(ctx context.Context, client *systole.Client) error {
	// sample: publicKeys
	var answer struct{ Keys []struct{ Kid, X, Y string } }
	err := client.Call(ctx, "GET", "/.well-known/jwks.json", nil, &answer)
	// end
	if err == nil && len(answer.Keys) == 0 {
		return errors.New("no keys")
	}
	return err
}

func openapi(ctx context.Context, client *systole.Client) error {
	// sample: openapi
	var document map[string]any
	err := client.Call(ctx, "GET", "/openapi.json", nil, &document)
	// end
	return err
}

func sdk(_ context.Context, client *systole.Client) error {
	api := client.Base
	// sample: sdk
	answer, err := http.Get(api + "/sdk.js")
	// end
	return page(answer, err)
}

func console(_ context.Context, client *systole.Client) error {
	api := client.Base
	// sample: console
	answer, err := http.Get(api + "/")
	// end
	return page(answer, err)
}

func docs(_ context.Context, client *systole.Client) error {
	api := client.Base
	// sample: docs
	answer, err := http.Get(api + "/docs")
	// end
	return page(answer, err)
}

// page fails unless the answer is a whole page.
func page(answer *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return errors.New(answer.Status)
	}
	return nil
}
