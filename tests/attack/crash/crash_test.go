// Package crash kills the local service at random moments under load and looks
// for changes that were lost after the service had answered success.
package crash

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"systole/tests/support/local"
	"systole/tests/support/long"
	"systole/tests/support/recordings"
)

const (
	clients = 4
	// longest time under load before a kill
	longest = 400 * time.Millisecond
	// share of the people whose model accepts them; the rest may be false
	// rejections, which are no loss
	leastAccepted = 0.8
)

// account is the state that the service has confirmed to one person.
type account struct {
	username, password string
	person             int // number of the recordings
	token              string
	enrolled           bool
	checks             int      // number of checks that were sent
	accepted           bool     // whether a check was accepted: each person has one recording for it
	ended              []string // tokens whose log-out was confirmed
}

// started starts the local service on the data folder, in which an earlier one
// may have been killed.
func started(t *testing.T, data string) *local.Service {
	t.Helper()
	var log bytes.Buffer
	s, err := local.Command{
		Args: []string{"-data", data},
		// The cheapest hash that is allowed, so that the load falls on the stores.
		Env: []string{"PASSWORD_MEMORY_KIB=8192", "PASSWORD_PASSES=1", "SAMPLING_RATE_HZ=500"},
		Log: &log,
	}.Start(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	return s
}

func TestNothingAnsweredWithSuccessIsLostToAKill(t *testing.T) {
	data := t.TempDir()
	kills := long.Runs(10, 50)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var all, recent []*account
	for round := range kills {
		s := started(t, data)
		for _, a := range recent {
			a.verify(t, s.Base)
		}
		recent = load(t, s, round, time.Duration(random.Int64N(int64(longest))))
		all = append(all, recent...)
	}
	s := started(t, data)
	defer s.Kill()
	// Verify all accounts: a later kill must not lose earlier changes either.
	models, accepted := 0, 0
	for _, a := range all {
		if a.verify(t, s.Base) {
			accepted++
		}
		if a.enrolled {
			models++
		}
	}
	t.Logf("%d kills: %d members, %d models, %d of their people accepted", kills, len(all), models, accepted)
	if models == 0 || float64(accepted) < leastAccepted*float64(models) {
		t.Errorf("%d of %d models know their people", accepted, models)
	}
}

// load has clients use the service until it is killed, and returns the accounts
// confirmed to them.
func load(t *testing.T, s *local.Service, round int, alive time.Duration) []*account {
	var mu sync.Mutex
	var promised []*account
	var group sync.WaitGroup
	for client := range clients {
		group.Go(func() {
			for n := 0; ; n++ {
				a := &account{
					username: fmt.Sprintf("u%d.%d.%d", round, client, n), password: "tachy-cardia!",
					person: 1 + (round+client)%recordings.People,
				}
				more := a.live(s.Base)
				if a.token != "" {
					mu.Lock()
					promised = append(promised, a)
					mu.Unlock()
				}
				if !more {
					return
				}
			}
		})
	}
	time.Sleep(alive) // the moment of the kill, the random part of the test
	s.Kill()
	group.Wait()
	return promised
}

// live signs up, enrols, logs in again and logs out of the first session, and
// notes each success at once. It reports whether the service still answers.
func (a *account) live(base string) bool {
	status, body := post(base+"/members/create/", "", url.Values{"username": {a.username}, "password": {a.password}, "name": {"n"}})
	if status != http.StatusOK {
		return false
	}
	a.token = body["token"].(string)
	file, err := recordings.Read(a.person, "enrolment")
	if err != nil {
		panic(err) // embedded
	}
	if status, _ := upload(base+"/authenticate/make_model/", a.token, file); status != http.StatusOK {
		return false
	}
	a.enrolled = true
	status, body = post(base+"/members/login/", "", url.Values{"username": {a.username}, "password": {a.password}})
	if status != http.StatusOK {
		return false
	}
	first := a.token
	a.token = body["token"].(string)
	if status, _ := post(base+"/members/logout/", first, nil); status != http.StatusOK {
		return false
	}
	a.ended = append(a.ended, first)
	return true
}

// verify fails the test if the service has lost a confirmed change. It reports
// whether the member's template accepts another recording of the member.
func (a *account) verify(t *testing.T, base string) (accepted bool) {
	t.Helper()
	status, body := get(base+"/authenticate/check_user/", a.token)
	if status != http.StatusOK || a.enrolled && body["code"] != 200.0 {
		t.Errorf("%s: the token or model is lost: status %d, %v", a.username, status, body)
	}
	for _, token := range a.ended {
		if status, _ := get(base+"/authenticate/check_user/", token); status != http.StatusUnauthorized {
			t.Errorf("%s: a token lives after its log-out: status %d", a.username, status)
		}
	}
	if status, _ := post(base+"/members/login/", "", url.Values{"username": {a.username}, "password": {a.password}}); status != http.StatusOK {
		t.Errorf("%s: can't log in: status %d", a.username, status)
	}
	if !a.enrolled {
		return false
	}
	// Every check sends the recording in other bytes: two equal requests within a
	// minute are one check.
	a.checks++
	recording := append(recordings.Probe(t, a.person), strings.Repeat("\n", a.checks)...)
	status, body = upload(base+"/authenticate/check_user/", a.token, recording)
	if a.accepted { // a used recording stays refused after a kill
		if status != http.StatusUnprocessableEntity || body["error"] != "replay" {
			t.Errorf("%s: a recording was used twice: status %d, %v", a.username, status, body)
		}
		return true
	}
	if status != http.StatusOK || body["result"] == nil {
		t.Errorf("%s: the model can't be used: status %d, %v", a.username, status, body)
	}
	a.accepted = body["result"] == "true"
	return a.accepted
}

func get(address, token string) (int, map[string]any) {
	return send(http.MethodGet, address, token, "", nil)
}

func post(address, token string, values url.Values) (int, map[string]any) {
	return send(http.MethodPost, address, token, "application/x-www-form-urlencoded", []byte(values.Encode()))
}

func upload(address, token string, file []byte) (int, map[string]any) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, _ := w.CreateFormFile("ECG", "ecg.csv") // to memory: can't fail
	part.Write(file)
	w.Close()
	return send(http.MethodPost, address, token, w.FormDataContentType(), body.Bytes())
}

// send sends a request and returns status 0 if no whole answer comes. It repeats
// a request that a busy service refuses, after the time that the refusal states.
func send(method, address, token, contentType string, body []byte) (int, map[string]any) {
	for {
		status, decoded, after := try(method, address, token, contentType, body)
		if status != http.StatusServiceUnavailable {
			return status, decoded
		}
		time.Sleep(after)
	}
}

func try(method, address, token, contentType string, body []byte) (status int, decoded map[string]any, after time.Duration) {
	r, err := http.NewRequest(method, address, bytes.NewReader(body))
	if err != nil {
		panic(err) // the test's own addresses are valid
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		r.Header.Set("Authorization", "Token "+token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, 0
	}
	defer response.Body.Close()
	if json.NewDecoder(response.Body).Decode(&decoded) != nil {
		return 0, nil, 0
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	return response.StatusCode, decoded, time.Duration(seconds) * time.Second
}
