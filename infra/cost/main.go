// Command cost prints the service's costs at AWS, part by part, and the quota
// that is hit first, from the resources of one request and from template.yaml. All
// numbers that it starts from are in this folder, each with its source.
//
//	go run ./infra/cost
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	template, err := os.ReadFile("template.yaml")
	if err == nil {
		err = report(os.Stdout, template)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cost:", err)
		os.Exit(1)
	}
}

func report(w io.Writer, template []byte) error {
	all, err := fixed(template)
	if err != nil {
		return err
	}
	fmt.Fprint(w, "US dollars for a million, at the prices of a small month\n\n")
	header(w, "")
	for _, r := range requests() {
		row(w, r.name, r.cost(1e6))
	}
	fmt.Fprint(w, "\nThe same for a million log-ins for an application, by password and heart, request by request\n\n")
	header(w, "")
	var whole cost
	for _, r := range provider() {
		c := r.cost(1e6)
		row(w, r.name, c)
		for i := range whole {
			whole[i] += c[i]
		}
	}
	row(w, "together", whole)
	check := requests()[2]
	fmt.Fprint(w, "\nA million checks by the function's memory: time of each, US dollars for Lambda\n\n| MB | ms | dollars |\n|---:|---:|---:|\n")
	for _, memoryMB := range []float64{256, 512, 1024, 1769, 3008} {
		sized := check
		sized.memoryMB = memoryMB
		fmt.Fprintf(w, "| %.0f | %.0f | %.2f |\n", memoryMB, 1000*sized.seconds(), sized.cost(1e6)[1])
	}
	printIdeas(w, check)
	standing := printFixed(w, all)
	fmt.Fprint(w, "\nUS dollars a month (730 h) at so many checks a second, without what stands and with it\n\n")
	header(w, "checks/s", "and stands")
	for _, rate := range rates() {
		c := check.cost(rate * secondsAMonth)
		row(w, fmt.Sprintf("%.0f", rate), c, c.total()+standing)
	}
	fmt.Fprint(w, "\nShare of each default quota at so many checks a second; above 100 % ask AWS first\n\n")
	fmt.Fprintf(w, "| %-52s |", "quota")
	for _, rate := range rates() {
		fmt.Fprintf(w, " %8.0f |", rate)
	}
	fmt.Fprint(w, "\n|---|---:|---:|---:|\n")
	for _, q := range quotas(check) {
		fmt.Fprintf(w, "| %-52s |", q.name)
		for _, rate := range rates() {
			fmt.Fprintf(w, " %6.1f %% |", 100*q.used(rate)/q.limit)
		}
		fmt.Fprintln(w)
	}
	grown(w)
	return nil
}

const (
	hoursAMonth   = 730
	secondsAMonth = hoursAMonth * 3600
)

func rates() []float64 { return []float64{1, 1_000, 100_000} }

// header begins a table of costs; more are columns after the total.
func header(w io.Writer, first string, more ...string) {
	fmt.Fprintf(w, "| %-10s |", first)
	for _, part := range parts() {
		fmt.Fprintf(w, " %10s |", part)
	}
	fmt.Fprintf(w, " %10s |", "total")
	for _, name := range more {
		fmt.Fprintf(w, " %10s |", name)
	}
	fmt.Fprintf(w, "\n|---|%s\n", strings.Repeat("---:|", len(cost{})+1+len(more)))
}

func row(w io.Writer, name string, c cost, more ...float64) {
	fmt.Fprintf(w, "| %-10s |", name)
	for _, dollars := range append(append(c[:], c.total()), more...) {
		fmt.Fprintf(w, " %10.2f |", dollars)
	}
	fmt.Fprintln(w)
}
