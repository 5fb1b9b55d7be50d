package main

import (
	"fmt"
	"strings"
)

// objective is a share of requests that may fail in 30 days.
type objective struct {
	Name, What string
	Budget     float64
	// Function and WithinMs are set in an objective about time: the share of the
	// function's requests that take longer. Otherwise it is the share of 5xx
	// answers of all routes.
	Function string
	WithinMs int
}

// objectives are what members notice: whether there is an answer, and the time of
// the two requests that they wait for each day.
func objectives() []objective {
	return []objective{
		{Name: "Availability", What: "Failed requests", Budget: 0.001},
		{Name: "CheckLatency", What: "Checks of more than a second", Budget: 0.01, Function: "AuthenticateCheckUser", WithinMs: 1000},
		{Name: "LogInLatency", What: "Log-ins of more than a second", Budget: 0.01, Function: "MembersLogin", WithinMs: 1000},
	}
}

// burn is a rate at which the budget is used up, as a multiple of the rate that
// lasts for 30 days, seen in a long window and in a short one, so that its alarm
// ends soon after its cause. Rates and windows are those of Google's Site
// Reliability Workbook, chapter 5: 2, 5 and 10 % of the budget used.
type burn struct {
	Name        string
	Rate        float64
	Long, Short string
}

func (objective) Burns() []burn {
	return []burn{
		{"BurnsFast", 14.4, "1h", "5m"},
		{"Burns", 6, "6h", "30m"},
		{"BurnsSlowly", 3, "1d", "2h"},
	}
}

// Left returns the time until the budget of 30 days is used up.
func (b burn) Left() string { return fmt.Sprintf("%.0f days", 30/b.Rate) }

// window is half of a burn's alarm.
type window struct {
	Name      string
	Seconds   int
	Burn      float64
	Threshold string
	// Least is the least number of failed requests: at night one is a large share.
	Least int
}

func (o objective) Windows() (all []window) {
	seconds := map[string]int{"5m": 300, "30m": 1800, "1h": 3600, "2h": 7200, "6h": 21600, "1d": 86400}
	for _, b := range o.Burns() {
		for _, w := range []window{{Name: b.Long, Least: 5}, {Name: b.Short, Least: 1}} {
			w.Seconds, w.Burn, w.Threshold = seconds[w.Name], b.Rate, fmt.Sprintf("%.4g", b.Rate*o.Budget)
			all = append(all, w)
		}
	}
	return all
}

// Anchor returns the objective's heading in infra/runbooks.md.
func (o objective) Anchor() string { return strings.ToLower(o.Name) }
