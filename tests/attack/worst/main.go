// Command worst uploads the most expensive files that the service reads, has four
// members enrol with one at once, and times the checks of other members meanwhile:
//
//	go run ./tests/attack/worst [KIND...]
//
// Its test holds the cost of each file to a limit: processor time, which a busy
// machine doesn't change, and memory.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"systole/tests/support/recordings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := table(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "worst:", err)
		os.Exit(1)
	}
}

// Of each kind, the members who enrol concurrently, and those who check
// meanwhile.
const (
	atOnce     = 4
	neighbours = 4
)

// table prints a line for each of the kinds, or of all where none is named.
func table(ctx context.Context, kinds []string) error {
	all := files()
	if len(kinds) == 0 {
		kinds = slices.Sorted(maps.Keys(all))
	}
	fmt.Println("| file | MB | four answered after s | slowest of four checks meanwhile, s | MB of memory |")
	fmt.Println("|---|---:|---:|---:|---:|")
	for _, name := range kinds {
		file, ok := all[name]
		if !ok {
			return fmt.Errorf("there is no kind %q", name)
		}
		if err := four(ctx, name, file()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// four prints the line of one kind of file, with a service of its own.
func four(ctx context.Context, name string, file []byte) error {
	s, err := start(ctx)
	if err != nil {
		return err
	}
	defer s.stop()
	var near, far []caller
	for person := range neighbours + atOnce {
		c, err := s.join(ctx, person+1)
		if err != nil {
			return err
		}
		if person < neighbours {
			near = append(near, c)
			continue
		}
		if err := c.put(ctx, file); err != nil {
			return err
		}
		far = append(far, c)
	}
	began, answered := time.Now(), make(chan error)
	for _, c := range far {
		go func() { answered <- c.enrolUploaded(ctx) }()
	}
	var slowest time.Duration
	for _, c := range near {
		asked := time.Now()
		if err := c.check(ctx); err != nil {
			return err
		}
		slowest = max(slowest, time.Since(asked))
	}
	for range far {
		if err := <-answered; err != nil {
			return err
		}
	}
	fmt.Printf("| %s | %.0f | %.1f | %.2f | %d |\n", name, float64(len(file))/1e6, time.Since(began).Seconds(), slowest.Seconds(), s.peak()>>20)
	return nil
}

// caller is a member with a session.
type caller struct {
	base, token string
	person      int
	upload      string
}

// join signs a person up and enrols them.
func (s *service) join(ctx context.Context, person int) (caller, error) {
	c := caller{base: s.Base, person: person}
	answer, err := c.post(ctx, "/members/create/", nil, map[string]string{"username": fmt.Sprintf("person%d", person), "password": "tachy-cardia!", "name": "n"})
	if err != nil {
		return c, err
	}
	c.token, _ = answer["token"].(string)
	file, err := recordings.Read(person, "enrolment")
	if err != nil {
		return c, err
	}
	answer, err = c.post(ctx, "/authenticate/make_model/", file, map[string]string{"sampling_rate": strconv.Itoa(recordings.RateHz)})
	if err == nil && answer["error"] != nil {
		err = fmt.Errorf("enrol: %v", answer)
	}
	return c, err
}

// put uploads a file.
func (c *caller) put(ctx context.Context, file []byte) error {
	answer, err := c.post(ctx, "/authenticate/uploads/", nil, map[string]string{"size": strconv.Itoa(len(file))})
	if err != nil {
		return err
	}
	c.upload, _ = answer["upload"].(string)
	address, _ := answer["url"].(string)
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, address, bytes.NewReader(file))
	if err != nil {
		return err
	}
	put, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	put.Body.Close()
	if put.StatusCode != http.StatusOK {
		return fmt.Errorf("upload: %s", put.Status)
	}
	return nil
}

// enrolUploaded asks for an enrolment with the upload. A refusal is an answer, too.
func (c *caller) enrolUploaded(ctx context.Context) error {
	_, err := c.post(ctx, "/authenticate/make_model/", nil, map[string]string{"upload": c.upload, "sampling_rate": strconv.Itoa(recordings.RateHz)})
	return err
}

func (c *caller) check(ctx context.Context) error {
	probe, err := recordings.Read(c.person, "probe")
	if err != nil {
		return err
	}
	answer, err := c.post(ctx, "/authenticate/check_user/", probe, map[string]string{"sampling_rate": strconv.Itoa(recordings.RateHz)})
	if err == nil && answer["result"] == nil {
		err = fmt.Errorf("check: %v", answer)
	}
	return err
}

// post sends a form, with a file unless it is nil.
func (c *caller) post(ctx context.Context, path string, file []byte, fields map[string]string) (map[string]any, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		form.WriteField(name, value)
	}
	if file != nil {
		part, err := form.CreateFormFile("data", "recording")
		if err != nil {
			return nil, err
		}
		part.Write(file)
	}
	form.Close()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, &body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	if c.token != "" {
		r.Header.Set("Authorization", "Token "+c.token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var answer map[string]any
	return answer, json.NewDecoder(response.Body).Decode(&answer)
}

// peak returns the service's largest resident memory so far, in bytes; 0 if the
// system doesn't state it.
func (s *service) peak() int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kB, _ := strconv.ParseInt(fields[0], 10, 64)
	return kB << 10
}
