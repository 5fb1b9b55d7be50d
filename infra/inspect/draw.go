package main

import (
	"errors"
	"image/color"
	"os"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"systole/shared/ecg/beat"
	"systole/shared/ecg/inspect"
)

// The first minute is drawn, in rows: more would not be legible.
const (
	rowSeconds = 10
	maxRows    = 6
	width      = 28 * vg.Centimeter
	rowHeight  = 5 * vg.Centimeter
)

var (
	ink      = color.RGBA{0x1f, 0x1a, 0x1c, 0xff}
	faint    = color.RGBA{0xb8, 0xae, 0xb1, 0xff}
	heartRed = color.RGBA{0xc2, 0x14, 0x3f, 0xff}
	paperRed = color.RGBA{0xf3, 0xcf, 0xd2, 0xff}
)

// drawn writes a PNG: the trace in rows with its R peaks, and below it the beats
// overlaid with their mean.
func drawn(path string, in *inspect.Inspection) error {
	if len(in.MV) == 0 {
		return errors.New("there is too little to draw")
	}
	var plots [][]*plot.Plot
	for from := 0.0; from < in.Report.Seconds && len(plots) < maxRows; from += rowSeconds {
		row, err := strip(in, from)
		if err != nil {
			return err
		}
		plots = append(plots, []*plot.Plot{row})
	}
	beats, err := overlay(in)
	if err != nil {
		return err
	}
	plots = append(plots, []*plot.Plot{beats})
	canvas := vgimg.New(width, vg.Length(len(plots))*rowHeight)
	tiles := draw.Tiles{Rows: len(plots), Cols: 1, PadY: vg.Millimeter * 2}
	for i, row := range plot.Align(plots, tiles, draw.New(canvas)) {
		plots[i][0].Draw(row[0])
	}
	return write(path, canvas)
}

func write(path string, canvas *vgimg.Canvas) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = vgimg.PngCanvas{Canvas: canvas}.WriteTo(file)
	return errors.Join(err, file.Close())
}

// strip returns ten seconds of the trace.
func strip(in *inspect.Inspection, from float64) (*plot.Plot, error) {
	p := paper(from, from+rowSeconds, in.MV)
	p.X.Label.Text, p.Y.Label.Text = "s", "mV"
	first := int(from * inspect.RateHz)
	last := min(len(in.MV), first+rowSeconds*inspect.RateHz)
	if err := add(p, in.MV[first:last], from, ink, 1); err != nil {
		return nil, err
	}
	var peaks plotter.XYs
	for _, at := range in.Peaks {
		if at >= from && at < from+rowSeconds {
			peaks = append(peaks, plotter.XY{X: at, Y: p.Y.Max})
		}
	}
	marks, err := plotter.NewScatter(peaks)
	if err != nil {
		return nil, err
	}
	marks.GlyphStyle = draw.GlyphStyle{Color: heartRed, Radius: 3, Shape: draw.TriangleGlyph{}}
	p.Add(marks)
	return p, nil
}

// overlay returns the beats laid over each other.
func overlay(in *inspect.Inspection) (*plot.Plot, error) {
	const start = -float64(beat.Before) / beat.RateHz
	p := paper(start, float64(beat.After)/beat.RateHz, slices.Concat(append(in.Beats, []float64{0})...))
	p.X.Label.Text, p.Y.Label.Text = "s from the R peak", "mV"
	for _, b := range in.Beats {
		if err := add(p, b, start, faint, 0.5); err != nil {
			return nil, err
		}
	}
	return p, add(p, in.Mean, start, heartRed, 2)
}

// paper returns an empty ruled plot, as high as the values.
func paper(from, to float64, mv []float64) *plot.Plot {
	p := plot.New()
	p.X.Min, p.X.Max = from, to
	p.Y.Min, p.Y.Max = slices.Min(mv), slices.Max(mv)
	if p.Y.Max <= p.Y.Min {
		p.Y.Min, p.Y.Max = p.Y.Min-1, p.Y.Max+1
	}
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = paperRed, paperRed
	p.Add(grid)
	return p
}

// add draws samples from a time on.
func add(p *plot.Plot, mv []float64, from float64, c color.Color, points float64) error {
	if len(mv) == 0 {
		return nil
	}
	xy := make(plotter.XYs, len(mv))
	for i, v := range mv {
		xy[i] = plotter.XY{X: from + float64(i)/inspect.RateHz, Y: v}
	}
	line, err := plotter.NewLine(xy)
	if err != nil {
		return err
	}
	line.Color, line.Width = c, vg.Points(points)
	p.Add(line)
	return nil
}
