package main

import (
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

// plotLatency draws each answer's latency over the time of its request, one
// colour per phase.
func plotLatency(path string, began time.Time, phases []phase) error {
	p := plot.New()
	p.Title.Text = "Latency of answers"
	p.X.Label.Text, p.Y.Label.Text = "s since the start", "ms"
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.Legend.Top, p.Legend.Left = true, true
	for i, ph := range phases {
		points := make(plotter.XYs, len(ph.answered))
		for j, a := range ph.answered {
			points[j].X = a.at.Sub(began).Seconds()
			points[j].Y = max(0.01, float64(a.took)/float64(time.Millisecond))
		}
		scatter, err := plotter.NewScatter(points)
		if err != nil {
			return err
		}
		scatter.Color, scatter.Radius = plotutil.Color(i), vg.Points(0.7)
		p.Add(scatter)
		p.Legend.Add(ph.name, scatter)
	}
	return p.Save(20*vg.Centimeter, 12*vg.Centimeter, path)
}
