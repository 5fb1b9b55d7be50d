// Command enumeration measures whether the time of a failed log-in, or of a failed
// recovery, reveals that an account exists: it tries wrong passwords and codes for
// names of members and for unused names, in turn, and compares.
//
//	go run ./tests/attack/enumeration [-tries 1000]
package main

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"time"

	"systole/shared/api"
	"systole/shared/member/argon2id"
	"systole/shared/store"
	"systole/tests/support/fixture"
)

func main() {
	tries := flag.Int("tries", 1000, "log-ins of each kind")
	flag.Parse()
	for _, g := range guesses() {
		result, err := measure(g, *tries, func(done int) {
			if done%100 == 0 {
				fmt.Fprintf(os.Stderr, "\r%d of %d", done, *tries)
			}
		})
		fmt.Fprintln(os.Stderr)
		if err != nil {
			fmt.Fprintln(os.Stderr, "enumeration:", err)
			os.Exit(1)
		}
		fmt.Printf("%s:\n\n%s\n", g.what, result)
	}
}

// guess is a request that may reveal a name.
type guess struct {
	what, path string
	form       string // after the name
}

func guesses() []guess {
	return []guess{
		{"wrong password", api.PathLogIn, "&password=not-the-right-one"},
		{"wrong recovery code", api.PathRecover, "&recovery_code=7K3M-9QXA-0V5T-R2WD-H8CE-4NPB&new_password=brady-cardia!"},
	}
}

// result holds the durations of requests.
type result struct {
	known, unknown []time.Duration
}

// difference returns that of the medians as a share of the smaller one.
func (r result) difference() float64 {
	a, b := float64(median(r.known)), float64(median(r.unknown))
	return max(a, b)/min(a, b) - 1
}

func (r result) String() string {
	return fmt.Sprintf("| for | requests | median | 90 %% within |\n|---|---|---|---|\n"+
		"| a member's name | %d | %v | %v |\n| a name that nobody has | %d | %v | %v |\n\nThe medians differ by %.1f %%.\n",
		len(r.known), round(median(r.known)), round(quantile(r.known, 0.9)),
		len(r.unknown), round(median(r.unknown)), round(quantile(r.unknown, 0.9)), 100*r.difference())
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

func median(d []time.Duration) time.Duration { return quantile(d, 0.5) }

func quantile(d []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(d))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// measure tries each kind the given number of times, a name and an address once
// each, so that no request has to wait.
func measure(g guess, tries int, progress func(done int)) (result, error) {
	h, err := serve(tries)
	if err != nil {
		return result{}, err
	}
	var r result
	for i := range tries {
		kinds := []struct {
			name string
			took *[]time.Duration
		}{{"known", &r.known}, {"guess", &r.unknown}}
		if rand.IntN(2) == 0 { // or garbage collection falls to one of them
			slices.Reverse(kinds)
		}
		for _, kind := range kinds {
			begin := time.Now()
			w := g.ask(h, fmt.Sprint(kind.name, i), i)
			took := time.Since(begin)
			if w.Code != http.StatusUnauthorized {
				err = fmt.Errorf("%s: status %d: %s", kind.name, w.Code, w.Body)
			}
			if err != nil {
				return result{}, err
			}
			*kind.took = append(*kind.took, took)
		}
		progress(i + 1)
	}
	return r, nil
}

// ask sends the guess for a name from the ith address.
func (g guess) ask(h http.Handler, name string, i int) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, g.path, strings.NewReader("username="+name+g.form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:4000", i>>16&255, i>>8&255, i&255)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// serve returns the API with the given number of members, known0 and so on.
// They have one password, hashed at the default cost.
func serve(members int) (http.Handler, error) {
	settings, err := fixture.Settings()
	if err != nil {
		return nil, err
	}
	settings.HashCost = argon2id.DefaultCost
	stores, err := fixture.Memory(time.Now)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	hash, err := argon2id.New(argon2id.DefaultCost, 1, cryptorand.Reader).Hash(ctx, "the-right-one")
	for i := range members {
		m := store.Member{Username: fmt.Sprint("known", i), PK: int64(i + 1), Name: "n", PasswordHash: hash, Created: time.Now()}
		err = errors.Join(err, stores.Members.CreateMember(ctx, m))
	}
	return fixture.New(settings, stores, time.Now), err
}
