package main

import (
	"fmt"
	"io"
)

// idea is a change that would make a check cheaper, with the resources of a check
// after it, or its price.
type idea struct {
	name   string
	change func(*request)
	// priced changes a million's cost if a price changes and not the resources.
	priced func(*cost)
}

// ideas returns the changes that were considered and not made, with the reason.
func ideas() []idea {
	const (
		// Digests as rows of their own: 1.5 KB are two units to put and, later, two
		// to delete, and a write of the member's row is one.
		digestRow = 2 + 2
		small     = 1
	)
	return []idea{
		{name: "digests in rows of their own, which are never moved: a table more, and two writes that can fail apart", change: func(r *request) {
			r.writeUnits = digestRow + small + 2*tokenTouches + small*acceptances + 2*notesOfUse
			r.puts = 0
		}},
		{name: "an HTTP API before a router that takes both slash forms: one function knows all routes' rights", priced: func(c *cost) {
			c[0] = 1.00
		}},
		{name: "tables with provisioned capacity, half of it used on average: $0.00065 an hour for a write a second, a third of that for a read", priced: func(c *cost) {
			c[2] *= provisioned / dynamoWriteUnit
		}},
		{name: "failures taken back with every fifth check instead of every second: an attacker has fewer attempts, and so has the member", change: func(r *request) {
			r.writeUnits -= memberUnits * (acceptances - 1/checksADay)
		}},
		{name: "512 MB instead of 1,024: a check takes 20 ms more", change: func(r *request) { r.memoryMB = 512 }},
		{name: "WAF before sign-up and log-in alone, by a domain of their own", priced: func(c *cost) { c[6] = 0 }},
		{name: "one line of a log for ten accepted checks: metrics would count a tenth", change: func(r *request) { r.logBytes, r.gatewayBytes = r.logBytes/10, r.gatewayBytes/10 }},
	}
}

// provisioned is the price of a write unit, in a table with half-used provisioned
// capacity.
const provisioned = 2 * 0.00065 / 3600

// with returns the cost of a million checks with some ideas.
func with(check request, some ...idea) float64 {
	for _, i := range some {
		if i.change != nil {
			i.change(&check)
		}
	}
	c := check.cost(1e6)
	for _, i := range some {
		if i.priced != nil {
			i.priced(&c)
		}
	}
	return c.total()
}

func printIdeas(w io.Writer, check request) {
	now := with(check)
	fmt.Fprintf(w, "\nWhat a million checks would cost less, of %.2f dollars, each by itself\n\n| idea, and its price | saves | share |\n|---|---:|---:|\n", now)
	row := func(name string, some ...idea) {
		saved := now - with(check, some...)
		fmt.Fprintf(w, "| %s | %.2f | %.0f %% |\n", name, saved, 100*saved/now)
	}
	for _, i := range ideas() {
		row(i.name, i)
	}
	row("the first two together", ideas()[:2]...)
	row("the first three together", ideas()[:3]...)
}
