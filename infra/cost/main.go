// Command cost prints the service's costs at AWS, part by part, and the quota
// that is hit first, from the resources of one request. All numbers that it
// starts from are in this folder, each with its source.
//
//	go run ./infra/cost
package main

import (
	"fmt"
	"io"
	"os"
)

func main() { report(os.Stdout) }

func report(w io.Writer) {
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
	fmt.Fprint(w, "\nUS dollars a month (730 h) at so many checks a second\n\n")
	header(w, "checks/s")
	for _, rate := range rates() {
		row(w, fmt.Sprintf("%.0f", rate), check.cost(rate*secondsAMonth))
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
}

const secondsAMonth = 730 * 3600

func rates() []float64 { return []float64{1, 1_000, 100_000} }

func header(w io.Writer, first string) {
	fmt.Fprintf(w, "| %-9s |", first)
	for _, part := range parts() {
		fmt.Fprintf(w, " %10s |", part)
	}
	fmt.Fprintf(w, " %10s |\n|---|---:|---:|---:|---:|---:|---:|---:|\n", "total")
}

func row(w io.Writer, name string, c cost) {
	fmt.Fprintf(w, "| %-9s |", name)
	var total float64
	for _, part := range c {
		fmt.Fprintf(w, " %10.2f |", part)
		total += part
	}
	fmt.Fprintf(w, " %10.2f |\n", total)
}
