package main

import (
	"encoding/csv"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"systole/tests/science/trials"
)

// save writes all scores and, for each protocol, a DET curve and histograms.
func save(folder string, results []trials.Result) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if err := saveScores(filepath.Join(folder, "scores.csv"), results); err != nil {
		return err
	}
	if err := saveDET(filepath.Join(folder, "det"), results); err != nil {
		return err
	}
	for i := range results {
		if err := saveHistogram(filepath.Join(folder, "scores-"+results[i].Protocol.Name), &results[i]); err != nil {
			return err
		}
	}
	return nil
}

func saveScores(path string, results []trials.Result) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := csv.NewWriter(file)
	w.Write([]string{"protocol", "enrolled", "probe", "part", "genuine", "score"})
	for i := range results {
		for _, t := range results[i].Trials {
			score := ""
			if !t.Refused {
				score = strconv.FormatFloat(t.Score, 'g', 6, 64)
			}
			w.Write([]string{results[i].Protocol.Name, t.Enrolled, t.Probe, strconv.Itoa(t.Part), strconv.FormatBool(t.Genuine()), score})
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return file.Close()
}

var (
	genuineColour  = color.NRGBA{R: 0x1b, G: 0x7f, B: 0x5c, A: 0xb0}
	impostorColour = color.NRGBA{R: 0xb5, G: 0x3a, B: 0x2e, A: 0xb0}
	// curveColours can be told apart by most eyes (Okabe, Ito).
	curveColours = []color.Color{
		color.NRGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, color.NRGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff},
		color.NRGBA{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, color.NRGBA{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff},
		color.NRGBA{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, color.NRGBA{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff},
		color.NRGBA{A: 0xff}, color.NRGBA{R: 0x88, G: 0x88, B: 0x88, A: 0xff},
	}
)

// saveDET draws the false non-match rate over the false match rate, both
// logarithmic.
func saveDET(path string, results []trials.Result) error {
	const least = 1e-4 // lower rates are drawn at this one
	p := plot.New()
	p.Title.Text = "Detection error trade-off"
	p.X.Label.Text, p.Y.Label.Text = "false match rate", "false non-match rate"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = least, 1, least, 1
	for i := range results {
		c := trials.NewCurve(results[i].Trials, nil)
		var xy plotter.XYs
		for _, point := range c.Points() {
			xy = append(xy, plotter.XY{X: max(point.FMR, least), Y: max(point.FNMR, least)})
		}
		line, err := plotter.NewLine(xy)
		if err != nil {
			return fmt.Errorf("protocol %s: %w", results[i].Protocol.Name, err)
		}
		line.Color = curveColours[i%len(curveColours)]
		p.Add(line)
		p.Legend.Add(results[i].Protocol.Name, line)
	}
	p.Legend.Top = true
	return savePlot(p, path)
}

func saveHistogram(path string, r *trials.Result) error {
	const bins = 60
	p := plot.New()
	p.Title.Text = r.Protocol.Name + ": " + r.Protocol.Title
	p.X.Label.Text, p.Y.Label.Text = "score (log-likelihood ratio)", "density"
	for _, one := range []struct {
		name    string
		genuine bool
		colour  color.Color
	}{{"strangers", false, impostorColour}, {"own heart", true, genuineColour}} {
		var values plotter.Values
		for _, t := range r.Trials {
			if !t.Refused && t.Genuine() == one.genuine {
				values = append(values, t.Score)
			}
		}
		if len(values) == 0 {
			continue
		}
		h, err := plotter.NewHist(values, bins)
		if err != nil {
			return fmt.Errorf("protocol %s: %w", r.Protocol.Name, err)
		}
		h.Normalize(1)
		h.FillColor, h.LineStyle.Width = one.colour, 0
		p.Add(h)
		p.Legend.Add(one.name, h)
	}
	p.Legend.Top, p.Legend.Left = true, true
	return savePlot(p, path)
}

func savePlot(p *plot.Plot, path string) error {
	for _, kind := range []string{".png", ".svg"} {
		if err := p.Save(16*vg.Centimeter, 12*vg.Centimeter, path+kind); err != nil {
			return err
		}
	}
	return nil
}
