package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"systole/tests/support/recordings"
)

// traffic is the mix of members' requests.
type traffic struct {
	base    string
	client  *http.Client
	members []who
	mix     []ask         // each kind as often as its share says
	turns   atomic.Uint32 // of the mix
}

// who is a member with a token and recordings.
type who struct {
	name, token      string
	enrolment, probe []byte // bodies
	contentType      string
}

// ask makes a member's request.
type ask func(t *traffic, m who) (*http.Request, error)

const password = "tachy-cardia!"

// fromAnywhere connects from a random loopback address (Linux has them all), so
// that sign-ups aren't all counted together.
func fromAnywhere(ctx context.Context, network, address string) (net.Conn, error) {
	own := &net.TCPAddr{IP: net.IPv4(127, byte(1+rand.IntN(250)), byte(rand.IntN(250)), 1)}
	return (&net.Dialer{LocalAddr: own}).DialContext(ctx, network, address)
}

// newTraffic signs members up and enrols them.
func newTraffic(base string, people int) (*traffic, error) {
	t := &traffic{base: base, client: &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 1024, DialContext: fromAnywhere},
	}}
	t.mix = repeat(map[int]ask{10: check, 4: hasModel, 2: logIn, 1: signUp, 3: sessions})
	return t, t.populate("member", people)
}

// populate signs up members whose names have the prefix, and enrols them.
func (t *traffic) populate(prefix string, people int) error {
	for i := range people {
		m := who{name: fmt.Sprint(prefix, i)}
		person := 1 + i%recordings.People
		for kind, into := range map[string]*[]byte{"enrolment": &m.enrolment, "probe": &m.probe} {
			file, err := recordings.Read(person, kind)
			if err != nil {
				return err
			}
			m.contentType, *into = multipartOf(file)
		}
		err := t.join(&m)
		if m.token != "" {
			t.members = append(t.members, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// repeat returns each kind as often as its share says, in random order.
func repeat(shares map[int]ask) (all []ask) {
	for n, a := range shares {
		for range n {
			all = append(all, a)
		}
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

const boundary = "load-8f1c2a"

func multipartOf(file []byte) (contentType string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.SetBoundary(boundary) // well-formed; and to memory nothing fails
	part, _ := w.CreateFormFile("ECG", "ecg.csv")
	part.Write(file)
	w.WriteField("sampling_rate", strconv.Itoa(recordings.RateHz))
	w.Close()
	return w.FormDataContentType(), b.Bytes()
}

func (t *traffic) join(m *who) error {
	r, err := t.form("/members/create/", "username="+m.name+"&password="+password+"&name=N")
	if err != nil {
		return err
	}
	answer, err := t.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var body struct{ Token string }
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("sign-up: %s: %w", answer.Status, err)
	}
	m.token = body.Token
	enrol, err := t.as(*m, http.MethodPost, "/authenticate/make_model/", m.enrolment)
	if err != nil {
		return err
	}
	if status, err := t.do(enrol); err != nil || status != http.StatusOK {
		return fmt.Errorf("enrolment: %d: %w", status, err)
	}
	return nil
}

// any returns a request of any member. Kinds take turns, so that even a few requests
// have them in their shares.
func (t *traffic) any() (*http.Request, error) {
	turn := int(t.turns.Add(1)) % len(t.mix)
	return t.mix[turn](t, t.members[rand.IntN(len(t.members))])
}

// do sends a request and reads its answer to the end.
func (t *traffic) do(r *http.Request) (status int, err error) {
	answer, err := t.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

func (t *traffic) as(m who, method, path string, body []byte) (*http.Request, error) {
	r, err := http.NewRequest(method, t.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Token "+m.token)
	if body != nil {
		r.Header.Set("Content-Type", m.contentType)
	}
	return r, nil
}

func (t *traffic) form(path, body string) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodPost, t.base+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r, nil
}

// A probe that was sent before is refused as a replay, after all the work.
func check(t *traffic, m who) (*http.Request, error) {
	return t.as(m, http.MethodPost, "/authenticate/check_user/", m.probe)
}

func hasModel(t *traffic, m who) (*http.Request, error) {
	return t.as(m, http.MethodGet, "/authenticate/check_user/", nil)
}

func sessions(t *traffic, m who) (*http.Request, error) {
	return t.as(m, http.MethodGet, "/members/sessions/", nil)
}

func logIn(t *traffic, m who) (*http.Request, error) {
	return t.form("/members/login/", "username="+m.name+"&password="+password)
}

func signUp(t *traffic, _ who) (*http.Request, error) {
	return t.form("/members/create/", fmt.Sprintf("username=u%d&password=%s&name=N", rand.Uint64(), password))
}
