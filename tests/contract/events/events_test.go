package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"systole/shared/aws/dynamo"
	"systole/shared/member"
	"systole/shared/member/argon2id"
	"systole/tests/support/gotool"
	"systole/tests/support/lambdaruntime"
	"systole/tests/support/servers"
)

// folder is the folder of the events, relative to this one.
const folder = "../../../events"

func TestTheFilesAreWhatTheProgramMakes(t *testing.T) {
	all, err := samples()
	if err != nil {
		t.Fatal(err)
	}
	var made []string
	for _, s := range all {
		want, err := s.json()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, s.file())
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what go run ./tests/contract/events makes (%v)", s.file(), err)
		}
		made = append(made, path)
	}
	there, err := written()
	slices.Sort(made)
	if err != nil || !slices.Equal(there, made) {
		t.Errorf("events/ has %v, want %v (%v)", there, made, err)
	}
}

// written lists the files below events/.
func written() (files []string, err error) {
	err = filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".json" {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

// TestFunctionsAnswerTheEvents sends every file to its function as it is built
// for Lambda.
func TestFunctionsAnswerTheEvents(t *testing.T) {
	all, err := samples()
	if err != nil {
		t.Fatal(err)
	}
	built, err := gotool.Build(t.Context(), "functions")
	if err != nil {
		t.Fatal(err)
	}
	aws := servers.Start(t)
	settle(t, aws)
	functions := map[string]*lambdaruntime.Function{}
	for _, s := range all {
		if functions[s.function] == nil {
			functions[s.function] = start(t, built, s.function, aws)
		}
		t.Run(s.file(), func(t *testing.T) { s.holds(t, functions[s.function]) })
	}
}

// holds sends the sample's file to its function and compares the answer.
func (s sample) holds(t *testing.T, function *lambdaruntime.Function) {
	event, err := os.ReadFile(filepath.Join(folder, s.file()))
	if err != nil {
		t.Fatal(err)
	}
	answered, err := function.Invoke(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	if s.status != 0 {
		var response events.APIGatewayProxyResponse
		if err := json.Unmarshal(answered, &response); err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != s.status {
			t.Errorf("status %d, want %d", response.StatusCode, s.status)
		}
		answered = []byte(response.Body)
	}
	var got map[string]any
	if err := json.Unmarshal(answered, &got); err != nil {
		t.Fatalf("%v: %s", err, answered)
	}
	for name, want := range s.answer {
		if got[name] != want {
			t.Errorf("%s is %v, want %v: %s", name, got[name], want, answered)
		}
	}
}

// start starts a built function that uses the servers.
func start(t *testing.T, built gotool.Commands, name string, aws servers.AWS) *lambdaruntime.Function {
	t.Helper()
	// Only the first _ stands for a slash.
	binary := built.Binary("functions/" + name)
	function, err := lambdaruntime.Start(binary, aws.Environment(), 15*time.Minute, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { function.Stop() })
	return function
}

// settle signs up the members of the events with fixed random numbers, which give
// the tokens of the events.
func settle(t *testing.T, aws servers.AWS) {
	t.Helper()
	tables := dynamo.New(servers.Config(t), &aws.DynamoDB, servers.Tables())
	hasher := argon2id.New(argon2id.Cost{MemoryKiB: 8192, Passes: 1, Lanes: 1}, 1, rand.Reader)
	for _, m := range []struct{ name, token string }{
		{"hong", enrolled}, {"kim", withoutModel}, {"lee", leaving}, {"park", leavingByPost}, {"han", staying}, {"shin", everywhere}, {"moon", recovering},
	} {
		chance, err := hex.DecodeString(m.token)
		if err != nil {
			t.Fatal(err)
		}
		tokens := member.NewTokens(tables, member.DefaultTokenLimits, time.Now, bytes.NewReader(chance))
		service := member.NewService(tables, tokens, hasher, time.Now, rand.Reader)
		_, token, err := service.SignUp(t.Context(), member.Registration{Username: m.name, Password: password, Name: m.name})
		if err != nil || token != m.token {
			t.Fatalf("%s: token %s, %v", m.name, token, err)
		}
	}
	chance := make([]byte, 150)
	for i := range chance {
		chance[i] = byte(i)
	}
	tokens := member.NewTokens(tables, member.DefaultTokenLimits, time.Now, rand.Reader)
	service := member.NewService(tables, tokens, hasher, time.Now, bytes.NewReader(chance))
	codes, _, err := service.MakeRecoveryCodes(t.Context(), recovering, password)
	if err != nil || codes[0] != recoveryCode {
		t.Fatalf("recovery codes %v, %v", codes, err)
	}
}
