// Command enumeration measures whether the time of a failed log-in reveals that
// an account exists: it tries wrong passwords for names of members and for
// unused names, in turn, and compares.
//
//	go run ./tests/attack/enumeration [-tries 1000]
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"time"

	"systole/shared/member/argon2id"
	"systole/shared/store"
	"systole/tests/support/fixture"
)

func main() {
	tries := flag.Int("tries", 1000, "log-ins of each kind")
	flag.Parse()
	result, err := measure(*tries, func(done int) {
		if done%100 == 0 {
			fmt.Fprintf(os.Stderr, "\r%d of %d", done, *tries)
		}
	})
	fmt.Fprintln(os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "enumeration:", err)
		os.Exit(1)
	}
	fmt.Print(result)
}

// result is how long log-ins took.
type result struct {
	known, unknown []time.Duration
}

// difference of the medians as a share of the smaller one.
func (r result) difference() float64 {
	a, b := float64(median(r.known)), float64(median(r.unknown))
	return max(a, b)/min(a, b) - 1
}

func (r result) String() string {
	return fmt.Sprintf("| wrong password for | log-ins | median | 90 %% within |\n|---|---|---|---|\n"+
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
// each, so that no log-in has to wait.
func measure(tries int, progress func(done int)) (result, error) {
	h, err := serve(tries)
	if err != nil {
		return result{}, err
	}
	var r result
	for i := range tries {
		for _, kind := range []struct {
			name string
			took *[]time.Duration
		}{{"known", &r.known}, {"guess", &r.unknown}} {
			took, err := logIn(h, fmt.Sprint(kind.name, i), i)
			if err != nil {
				return result{}, err
			}
			*kind.took = append(*kind.took, took)
		}
		progress(i + 1)
	}
	return r, nil
}

func logIn(h http.Handler, name string, i int) (time.Duration, error) {
	r := httptest.NewRequest(http.MethodPost, "/members/login/", strings.NewReader("username="+name+"&password=not-the-right-one"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:4000", i>>16&255, i>>8&255, i&255)
	w := httptest.NewRecorder()
	begin := time.Now()
	h.ServeHTTP(w, r)
	took := time.Since(begin)
	if w.Code != http.StatusUnauthorized {
		return 0, fmt.Errorf("%s: status %d: %s", name, w.Code, w.Body)
	}
	return took, nil
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
	hash, err := argon2id.New(argon2id.DefaultCost, 1, rand.Reader).Hash(ctx, "the-right-one")
	for i := range members {
		m := store.Member{Username: fmt.Sprint("known", i), PK: int64(i + 1), Name: "n", PasswordHash: hash, Created: time.Now()}
		err = errors.Join(err, stores.Members.CreateMember(ctx, m))
	}
	return fixture.New(settings, stores, time.Now), err
}
