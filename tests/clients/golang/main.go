// Command golang is a client of the service in Go: from sign-up to deletion.
//
//	go run ./tests/clients/golang http://127.0.0.1:8080 tests/support/recordings/testdata
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// client calls the service for one person.
type client struct {
	base, token string
	http        http.Client
}

// refusal is an unsuccessful answer.
type refusal struct {
	Detail         string  `json:"detail"` // for a person
	Code           int     `json:"code"`
	Word           string  `json:"error"` // for a machine
	SecondsMissing float64 `json:"seconds_missing"`
}

func (r *refusal) Error() string { return r.Detail }

// call sends a body and reads the answer, or returns a *refusal.
func (c *client) call(method, path, contentType string, body io.Reader, answer any) error {
	r, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("Content-Type", contentType)
	if c.token != "" {
		r.Header.Set("Authorization", "Token "+c.token)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return json.NewDecoder(response.Body).Decode(answer)
	}
	why := new(refusal)
	if err := json.NewDecoder(response.Body).Decode(why); err != nil {
		return err
	}
	return why
}

func (c *client) send(method, path string, fields map[string]string, answer any) error {
	body, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return c.call(method, path, "application/json", bytes.NewReader(body), answer)
}

// upload sends a recording of 500 samples a second.
func (c *client) upload(path string, recording []byte, answer any) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("sampling_rate", "500") // to memory: can't fail
	part, _ := form.CreateFormFile("data", "recording.csv")
	part.Write(recording)
	form.Close()
	return c.call(http.MethodPost, path, form.FormDataContentType(), &body, answer)
}

func (c *client) check(recording []byte) (bool, error) {
	var answer struct{ Result string }
	err := c.upload("/authenticate/check_user/", recording, &answer)
	return answer.Result == "true", err
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "golang:", err)
		os.Exit(1)
	}
}

func run(base, folder string) error {
	c := &client{base: base, http: http.Client{Timeout: 30 * time.Second}}
	person := map[string]string{"username": "gopher", "password": "tachy-cardia!", "name": "Gopher"}
	var signedUp struct{ Token string }
	if err := c.send(http.MethodPost, "/members/create/", person, &signedUp); err != nil {
		return err
	}
	c.token = signedUp.Token

	enrolment, err := os.ReadFile(filepath.Join(folder, "person_01_enrolment.csv"))
	if err != nil {
		return err
	}
	if err := c.upload("/authenticate/make_model/", enrolment, new(struct{})); err != nil {
		return err
	}
	fmt.Println("enrolled")

	for _, number := range []string{"01", "04"} {
		probe, err := os.ReadFile(filepath.Join(folder, "person_"+number+"_probe.csv"))
		if err != nil {
			return err
		}
		itIs, err := c.check(probe)
		if err != nil {
			return err
		}
		fmt.Printf("person %s: %t\n", number, itIs)
	}
	_, err = c.check(enrolment[:len(enrolment)/4])
	if why, ok := err.(*refusal); ok {
		fmt.Printf("refused: %s, %.0f s missing\n", why.Word, why.SecondsMissing)
	}
	if err := c.send(http.MethodDelete, "/members/me/", person, new(struct{})); err != nil {
		return err
	}
	fmt.Println("deleted")
	return nil
}
