package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"

	"systole/tests/support/gotool"
)

// report returns the tables, with a column for each number of members.
func report(all []measurement) string {
	var b strings.Builder
	line := func(name string, cell func(m measurement) string) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, m := range all {
			fmt.Fprintf(&b, " %s |", cell(m))
		}
		b.WriteByte('\n')
	}
	head := func(what string) {
		line(what, func(m measurement) string { return thousands(m.members) })
		fmt.Fprintf(&b, "|---|%s\n", strings.Repeat("---:|", len(all)))
	}
	ms := func(d time.Duration) string { return fmt.Sprintf("%.3g ms", float64(d)/float64(time.Millisecond)) }
	table := func(of func(m measurement) []route) {
		for i, r := range of(all[0]) {
			line(r.name, func(m measurement) string {
				r := of(m)[i]
				return fmt.Sprintf("%d, %s, %.0f kB", r.calls, ms(r.took), r.allocatedKB)
			})
		}
	}
	b.WriteString("A request's calls to the stores, time and allocated memory, among so many members:\n\n")
	head("route")
	table(func(m measurement) []route { return m.routes })
	b.WriteString("\nThe same of a member whose rows are at their fullest:\n\n")
	head("route")
	table(func(m measurement) []route { return m.fullest })
	b.WriteString("\nThe rest:\n\n")
	head("members")
	cleaned := func(c cleaning) string { return fmt.Sprintf("%d, %d calls, %s", c.removed, c.calls, ms(c.took)) }
	line("clean-up with 1,000 due: removed", func(m measurement) string { return cleaned(m.cleanUp) })
	line("clean-up with nothing due: removed", func(m measurement) string { return cleaned(m.idle) })
	line("the store opens in", func(m measurement) string { return ms(m.open) })
	line("its file", func(m measurement) string { return fmt.Sprintf("%.4g MB", m.fileMB) })
	for i, w := range all[0].writers {
		line(fmt.Sprintf("writes a second, %d writers", w.writers), func(m measurement) string { return fmt.Sprintf("%.0f", m.writers[i].perSecond) })
	}
	return b.String()
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// drawn are the routes in the picture.
var drawn = []string{"log-in", "make a model", "check", "has a model", "delete the account", "log-out"}

// draw draws the times by the number of members, both by their logarithm.
func draw(path string, all []measurement) error {
	p := plot.New()
	p.Title.Text = "Time of a request among so many members"
	p.X.Label.Text, p.Y.Label.Text = "members", "ms"
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: 0}
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.Legend.Top, p.Legend.YOffs = true, vg.Points(-4)
	add := func(i int, name string, of func(m measurement) time.Duration) error {
		points := make(plotter.XYs, len(all))
		for j, m := range all {
			points[j].X, points[j].Y = float64(m.members), float64(of(m))/float64(time.Millisecond)
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return err
		}
		line.Color, dots.Color = plotutil.Color(i), plotutil.Color(i)
		p.Add(line, dots)
		p.Legend.Add(name, line)
		return nil
	}
	for i, name := range drawn {
		err := add(i, name, func(m measurement) time.Duration {
			for _, r := range m.routes {
				if r.name == name {
					return r.took
				}
			}
			return 0
		})
		if err != nil {
			return err
		}
	}
	if err := add(len(drawn), "clean-up, 1,000 due", func(m measurement) time.Duration { return m.cleanUp.took }); err != nil {
		return err
	}
	p.X.Max *= 30 // room for the legend
	return p.Save(22*vg.Centimeter, 13*vg.Centimeter, path)
}

// Marks of the part of README.md that the program writes.
const (
	begins = "<!-- written by go run ./tests/attack/growth -write -->\n"
	ends   = "<!-- end -->\n"
)

// publish writes the picture, and the tables into the page.
func publish(text string, all []measurement) error {
	root, err := gotool.Root()
	if err != nil {
		return err
	}
	folder := root + "/tests/attack/growth/"
	if err := draw(folder+"growth.svg", all); err != nil {
		return err
	}
	page, err := os.ReadFile(folder + "README.md")
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(page), begins)
	_, after, also := strings.Cut(rest, ends)
	if !ok || !also {
		return fmt.Errorf("README.md has no place for the tables")
	}
	return os.WriteFile(folder+"README.md", []byte(before+begins+"\n"+text+"\n"+ends+after), 0o644)
}
