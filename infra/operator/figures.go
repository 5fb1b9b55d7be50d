package operator

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"text/tabwriter"
	"time"

	"systole/shared/api"
	"systole/shared/biometric"
	"systole/shared/member"
	"systole/shared/store"
)

// figures prints figures of the last day. The stores have changes and failures,
// but not the number of accepted checks, as an acceptance is noted once a day.
// The log has every request.
func figures(ctx context.Context, c call) error {
	log := c.flags.Bool("log", false, "count the lines of the service's log, which come on standard input")
	since := c.flags.Duration("since", 24*time.Hour, "how far back `to` count")
	if err := c.parse(0); err != nil {
		return err
	}
	from := c.Now().Add(-*since)
	if *log {
		return logFigures(c.in, c.out, from)
	}
	return c.storeFigures(ctx, from)
}

// storeFigures reads every member, with the activity of each.
func (c *call) storeFigures(ctx context.Context, from time.Time) error {
	var all, withModel, checked, waiting, disabled, uploads int
	events := map[store.EventKind]int{}
	algorithms := map[string]int{}
	now := c.Now()
	err := c.each(ctx, func(m store.Member) error {
		all++
		if m.Template != nil {
			withModel++
			algorithms[m.Template.Algorithm]++
		}
		if m.LastCheck.At.After(from) {
			checked++
		}
		switch wait, never := biometric.Waits(m, now); {
		case never:
			disabled++
		case wait > 0:
			waiting++
		}
		for _, u := range m.Uploads {
			if now.Before(u.Expires) {
				uploads++
			}
		}
		return c.countEvents(ctx, m, from, events)
	})
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "since %s, from the members' rows and activity\n", moment(from))
	fmt.Fprintf(w, "members\t%d\n  with a model\t%d\n  with a check\t%d\n  recognised\t%d\n", all, withModel, checked, events[member.Recognised])
	fmt.Fprintf(w, "models by the oldest algorithm that they need\n")
	for _, name := range slices.Sorted(maps.Keys(algorithms)) {
		fmt.Fprintf(w, "  %s\t%d\n", name, algorithms[name])
	}
	fmt.Fprintf(w, "waiting now\n  after failed checks\t%d\n  for a new enrolment, disabled\t%d\n  uploads not used yet\t%d\n", waiting, disabled, uploads)
	fmt.Fprintf(w, "events\n")
	for _, kind := range slices.Sorted(maps.Keys(events)) {
		fmt.Fprintf(w, "  %s\t%d\n", kind, events[kind])
	}
	return w.Flush()
}

func (c *call) countEvents(ctx context.Context, m store.Member, from time.Time, into map[store.EventKind]int) error {
	events, err := member.WholeActivity(ctx, c.Members, m, c.Now())
	if err != nil {
		return err
	}
	for _, e := range events {
		if !e.At.Before(from) {
			into[e.Kind] += e.Count
		}
	}
	return nil
}

// line has the counted fields of a line of the log.
type line struct {
	Time     time.Time `json:"time"`
	Message  string    `json:"msg"`
	Method   string    `json:"method"`
	Route    string    `json:"route"`
	Status   int       `json:"status"`
	Error    string    `json:"error"`
	MS       float64   `json:"ms"`
	Accepted int       `json:"accepted"`
	Rejected int       `json:"rejected"`
}

// logFigures counts the requests in a log. It skips a line's text before the
// first brace, where CloudWatch's tools put the time.
func logFigures(in io.Reader, out io.Writer, from time.Time) error {
	var requests, accepted, rejected int
	refused, took := map[string]int{}, map[string][]float64{}
	lines := bufio.NewReaderSize(in, maxLine)
	for {
		text, err := lines.ReadSlice('\n')
		var l line
		if start := bytes.IndexByte(text, '{'); start >= 0 && json.Unmarshal(text[start:], &l) == nil && l.Message == "request" && !l.Time.Before(from) {
			requests++
			accepted, rejected = accepted+l.Accepted, rejected+l.Rejected
			route := l.Method + " " + l.Route
			took[route] = append(took[route], l.MS)
			if l.Error != "" && route == http.MethodPost+" "+api.PathCheckUser {
				refused[l.Error]++
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) { // a longer line isn't about a request
			return err
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "since %s, from the log\n", moment(from))
	fmt.Fprintf(w, "checks\t%d\n  accepted\t%d\n  rejected\t%d\n", len(took[http.MethodPost+" "+api.PathCheckUser]), accepted, rejected)
	for _, code := range byCount(refused) {
		fmt.Fprintf(w, "  refused: %s\t%d\n", code, refused[code])
	}
	fmt.Fprintf(w, "requests\t%d\tms: half within\t99 %% within\n", requests)
	for _, route := range slices.Sorted(maps.Keys(took)) {
		ms := took[route]
		slices.Sort(ms)
		fmt.Fprintf(w, "  %s\t%d\t%.0f\t%.0f\n", route, len(ms), quantile(ms, 0.5), quantile(ms, 0.99))
	}
	return w.Flush()
}

// maxLine is longer than every line about a request.
const maxLine = 64 << 10

// byCount returns words sorted by their counts, the largest first.
func byCount(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b))
	})
}

// quantile returns a quantile of sorted values.
func quantile(sorted []float64, q float64) float64 {
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}
