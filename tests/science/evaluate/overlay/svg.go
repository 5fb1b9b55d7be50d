package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"math"
	"path"

	"systole/shared/ecg/beat"
)

// row is a block of panels under a heading.
type row struct {
	heading string
	pairs   []pair
}

const (
	columns                 = 6
	panelWidth, panelHeight = 120, 105
	captionHeight           = 12
	headingHeight           = 24
	// everyNth value is drawn: a step of 8 ms suffices for a beat of up to 40 Hz,
	// and halves the file.
	everyNth = 2
	// unit is the height of one root mean square of a beat; baseline is the
	// position of 0 in a panel.
	unit, baseline = 11, 0.7
)

// draw writes the panels as SVG: the template's mean beat blue, the probe's orange.
func draw(w io.Writer, title string, rows []row) error {
	b := bufio.NewWriter(w)
	height := headingHeight
	for _, r := range rows {
		height += headingHeight + lines(r)*(panelHeight+captionHeight)
	}
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="9">`, columns*panelWidth, height)
	fmt.Fprint(b, "\n<style>path{fill:none;stroke-width:12}.t{stroke:#0072b2}.p{stroke:#d55e00}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n")
	fmt.Fprintf(b, `<text x="4" y="15" font-size="11">%s. <tspan fill="#0072b2">template</tspan>, <tspan fill="#d55e00">probe</tspan></text>`+"\n", html.EscapeString(title))
	y := headingHeight
	for _, r := range rows {
		fmt.Fprintf(b, `<text x="4" y="%d" font-size="11">%s</text>`+"\n", y+16, html.EscapeString(r.heading))
		y += headingHeight
		for i, p := range r.pairs {
			panel(b, i%columns*panelWidth, y+i/columns*(panelHeight+captionHeight), p)
		}
		y += lines(r) * (panelHeight + captionHeight)
	}
	fmt.Fprintln(b, "</svg>")
	return b.Flush()
}

func lines(r row) int { return (len(r.pairs) + columns - 1) / columns }

func panel(w io.Writer, x, y int, p pair) {
	caption := path.Base(p.enrolled)
	if p.probed != p.enrolled {
		caption += " / " + path.Base(p.probed)
	}
	fmt.Fprintf(w, `<g transform="translate(%d,%d)"><text x="4" y="9">%s: %.0f</text>`, x, y, html.EscapeString(caption), p.score)
	fmt.Fprintf(w, `<g transform="scale(.1)"><path class="t" d="%s"/><path class="p" d="%s"/></g></g>`+"\n", steps(p.template), steps(p.probe))
}

// steps returns a mean beat as a path, in tenths of the panel's unit.
func steps(mean []float64) string {
	const tenths = 10
	at := func(i int) (x, y int) {
		x = 4*tenths + i*(panelWidth-8)*tenths/beat.Width
		return x, int(math.Round((captionHeight + baseline*panelHeight - unit*mean[i]) * tenths))
	}
	lastX, lastY := at(0)
	d := fmt.Sprintf("M%d %dl", lastX, lastY)
	for i := everyNth; i < len(mean); i += everyNth {
		x, y := at(i)
		d += fmt.Sprintf("%d %d ", x-lastX, y-lastY)
		lastX, lastY = x, y
	}
	return d[:len(d)-1]
}
