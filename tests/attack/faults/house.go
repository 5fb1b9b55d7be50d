package faults

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"systole/infra/service"
	"systole/shared/api"
	"systole/shared/biometric/protect"
	"systole/shared/cleanup"
	"systole/shared/config"
	"systole/shared/memory"
	"systole/tests/support/recordings"
)

// House is the whole service on stores whose calls may go wrong, with a clock.
type House struct {
	*Injector
	service.Stores // as they are, for looking at
	handler        http.Handler
	cleaner        *cleanup.Service
	now            time.Time
}

// NewHouse returns an empty House whose stores are in memory.
func NewHouse() (*House, error) {
	keys, err := protect.NewRing(rand.Text() + rand.Text())
	if err != nil {
		return nil, err
	}
	h := &House{Injector: new(Injector)}
	kept, objects := new(memory.Store), &memory.Objects{Now: h.clock}
	h.Stores = service.Stores{Members: kept, Sessions: kept, Objects: objects, Keys: keys}
	t, b := &tables{kept, h.Injector}, &bucket{objects, h.Injector}
	return h, h.open(service.Stores{Members: t, Sessions: t, Objects: b, Keys: keys})
}

func (h *House) clock() time.Time { return h.now }

// open starts the service on stores. Passwords are hashed cheaply: what that
// costs is no matter here.
func (h *House) open(stores service.Stores) error {
	settings, err := config.Read(func(string) (string, bool) { return "", false })
	if err != nil {
		return err
	}
	settings.HashCost = config.HashCost{MemoryKiB: 64, Passes: 1, Lanes: 1}
	h.now = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	h.handler = api.New(api.Settings{}, service.Routes(settings, stores, h.clock, rand.Reader)...)
	h.cleaner = cleanup.NewService(stores.Sessions, stores.Members, stores.Objects, cleanup.Settings{
		TokenIdle: settings.TokenLimits.Idle, UploadsKeep: settings.UploadsKeep,
		OrphansAfter: settings.OrphansAfter, UnusedAfter: settings.UnusedAfter, PerKind: 1000,
	}, h.clock)
	return nil
}

// Answer is a status and the fields of a body.
type Answer struct {
	Status int
	Body   map[string]any
}

// Word is the answer's error, "" for none.
func (a Answer) Word() string {
	word, _ := a.Body["error"].(string)
	return word
}

func (a Answer) String() string { return fmt.Sprint(a.Status, " ", a.Word()) }

// Request is one that can be sent several times.
type Request struct {
	Method, Path, Token string
	Form                string // urlencoded
	File                []byte // sent as multipart when there is one
}

// Send sends a request; a process that dies answers 500.
func (h *House) Send(r Request) Answer {
	ctx := h.begin(context.Background())
	contentType, body := "application/x-www-form-urlencoded", []byte(r.Form)
	if r.File != nil {
		contentType, body = multipartOf(r.File)
	}
	in := httptest.NewRequestWithContext(ctx, r.Method, r.Path, bytes.NewReader(body))
	in.Header.Set("Content-Type", contentType)
	if r.Token != "" {
		in.Header.Set("Authorization", "Token "+r.Token)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, in)
	a := Answer{Status: w.Code}
	if err := json.Unmarshal(w.Body.Bytes(), &a.Body); err != nil {
		panic(fmt.Sprintf("%s %s: %v: %q", r.Method, r.Path, err, w.Body))
	}
	return a
}

func multipartOf(file []byte) (contentType string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, _ := w.CreateFormFile("ECG", "ecg.csv") // to memory: none of this can fail
	part.Write(file)
	w.WriteField("sampling_rate", strconv.Itoa(recordings.RateHz))
	w.Close()
	return w.FormDataContentType(), b.Bytes()
}

// Broken says what of the stores' content should not be: a model that is
// pointed to and can't be opened.
func (h *House) Broken(ctx context.Context) error {
	members, _, err := h.Members.MembersPage(ctx, "", 1000)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Username == "" || m.PasswordHash == "" || m.PK == 0 {
			return fmt.Errorf("member %+v is half made", m)
		}
		if m.Template == nil {
			continue
		}
		object, err := h.Objects.Get(ctx, m.Template.Key)
		if err != nil {
			return fmt.Errorf("%s points to %s: %w", m.Username, m.Template.Key, err)
		}
		ring, err := h.Keys.Ring(ctx)
		if err != nil {
			return err
		}
		if _, _, _, err := ring.Open(m.Template.Key, object); err != nil {
			return fmt.Errorf("%s points to %s: %w", m.Username, m.Template.Key, err)
		}
	}
	return nil
}

// Left is the keys of all objects but clean-up's own.
func (h *House) Left(ctx context.Context) ([]string, error) {
	list, _, err := h.Objects.List(ctx, "", "", 10_000)
	var keys []string
	for _, o := range list {
		if !strings.HasPrefix(o.Key, "cleanup/") {
			keys = append(keys, o.Key)
		}
	}
	return keys, err
}

// Orphans are the models that nobody points to, and all uploads, after clean-up
// has run for longer than anything is kept.
func (h *House) Orphans(ctx context.Context) ([]string, error) {
	h.now = h.now.Add(8 * 24 * time.Hour)
	if report, err := h.cleaner.Run(ctx, false); err != nil || !report.Finished {
		return nil, fmt.Errorf("clean-up: %+v: %w", report, err)
	}
	keys, err := h.Left(ctx)
	if err != nil {
		return nil, err
	}
	members, _, err := h.Members.MembersPage(ctx, "", 1000)
	if err != nil {
		return nil, err
	}
	pointed := map[string]bool{}
	for _, m := range members {
		if m.Template != nil {
			pointed[m.Template.Key] = true
		}
	}
	var orphans []string
	for _, key := range keys {
		if !pointed[key] {
			orphans = append(orphans, key)
		}
	}
	return orphans, nil
}
