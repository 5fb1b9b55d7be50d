package console

import (
	"context"
	"math"
	"net/http"
	"time"

	"systole/shared/api"
	"systole/shared/api/authenticate"
	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/beat"
	"systole/shared/ecg/engine"
	"systole/shared/ecg/inspect"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/recording"
	"systole/shared/fault"
	"systole/shared/parallel"
)

// goodEnrolment is the number of clean beats that make a template good for weeks.
// biometric.EnrolmentNeed is the least that an enrolment needs.
const goodEnrolment = 30

// needs are the service's needs of an enrolment and of a probe.
var needs = inspect.Needs{Enrolment: quality.Need(biometric.EnrolmentNeed), Probe: quality.Need(biometric.ProbeNeed)}

// inspector inspects recordings, a bounded number concurrently. It stores nothing
// and needs no account.
type inspector struct {
	defaultRateHz float64
	slots         parallel.Slots
}

func newInspector(s Settings) *inspector {
	return &inspector{s.DefaultRateHz, parallel.NewSlots(s.Parallel)}
}

func (i *inspector) route() api.Route {
	return api.Route{
		Path: api.PathInspect, Methods: map[string]api.Handler{http.MethodPost: i.answer},
		Files: authenticate.FileParts, Fields: []api.Field{authenticate.SamplingRateField()},
	}
}

func (i *inspector) answer(w http.ResponseWriter, r *http.Request) error {
	form, err := api.DecodeFiles(w, r)
	if err != nil {
		return err
	}
	parts, err := partsOf(form)
	if err != nil {
		return err
	}
	hints := recording.Hints{DefaultRateHz: i.defaultRateHz, Guess: ecg.GuessRate, IsECG: ecg.LooksLikeECG}
	if hints.RateHz, err = authenticate.SamplingRate(form); err != nil {
		return err
	}
	for field, into := range map[string]*string{"lead": &hints.Lead, "recording": &hints.Pick} {
		if !form.Has(field) {
			continue
		}
		if *into, err = form.String(field); err != nil {
			return err
		}
	}
	seen, err := i.look(r.Context(), parts, hints)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, shownOf(seen))
}

// maxInspected bounds the files of one request, in bytes: no account is needed
// for it, and the page sends only the ten minutes that are compared, at most 4
// MB.
const maxInspected = 4 << 20

// partsOf returns the files of one recording: a single one, or several that
// belong together.
func partsOf(form *api.Form) ([]recording.Part, error) {
	if len(form.Files) == 0 {
		return nil, fault.New(fault.FileMissing)
	}
	contents := make([][]byte, len(form.Files))
	size := 0
	for k, file := range form.Files {
		contents[k] = file.Content
		if size += len(file.Content); size > maxInspected {
			return nil, fault.New(fault.BodyTooLarge, "limit_bytes", maxInspected)
		}
	}
	groups := recording.Group(contents)
	if len(groups) > 1 {
		return nil, fault.New(fault.TooManyFiles)
	}
	return groups[0], nil
}

// look waits for a free slot.
func (i *inspector) look(ctx context.Context, parts []recording.Part, h recording.Hints) (*inspect.Inspection, error) {
	leave, err := i.slots.Enter(ctx)
	if err != nil {
		return nil, fault.New(fault.Unavailable).Because(err)
	}
	defer leave()
	size := 0
	for _, p := range parts {
		size += len(p.Data)
	}
	h.Budget = recording.NewBudget(ctx, size)
	seen, err := inspect.Parts(parts, h, needs)
	return seen, engine.Refusal(err)
}

// shown is the answer. Amplitudes are whole microvolts.
type shown struct {
	Format     string     `json:"format"`
	Device     string     `json:"device"`
	Start      *time.Time `json:"start"`
	FileRateHz float64    `json:"file_rate_hz"`
	Leads      []string   `json:"leads"`
	Lead       string     `json:"lead"`
	Notes      []note     `json:"notes"`
	Seconds    float64    `json:"seconds"`
	InAll      float64    `json:"seconds_in_all"` // more than Seconds if only the beginning is compared
	HeartRate  float64    `json:"heart_rate"`
	BeatsFound int        `json:"beats_found"`
	CleanBeats int        `json:"clean_beats"`
	Trust      float64    `json:"trust"`
	RateHz     int        `json:"rate_hz"` // of the signal below
	Samples    []int      `json:"samples"`
	Compared   []int      `json:"compared"`
	RPeaks     []float64  `json:"r_peaks"` // seconds
	RPeakAt    int        `json:"r_peak_at"`
	Beats      [][]int    `json:"beats"`
	MeanBeat   []int      `json:"mean_beat"`
	Stretches  []stretch  `json:"stretches"`
	Enrolment  verdict    `json:"enrolment"`
	Check      verdict    `json:"check"`
	Coach      coach      `json:"coach"`
	Code       int        `json:"code"`
}

type note struct {
	Note string `json:"note"`
	Text string `json:"text"`
}

type stretch struct {
	From   float64 `json:"from"`
	To     float64 `json:"to"`
	Reason *string `json:"reason"`
}

type verdict struct {
	Usable         bool    `json:"usable"`
	Reason         *string `json:"reason"`
	SecondsMissing float64 `json:"seconds_missing"`
	BeatsMissing   int     `json:"beats_missing"`
}

// coach is the progress towards a good enrolment.
type coach struct {
	CleanBeats     int     `json:"clean_beats"`
	Wanted         int     `json:"wanted"`
	SecondsMissing float64 `json:"seconds_missing"`
}

func shownOf(in *inspect.Inspection) shown {
	s := shown{
		Format: in.Format, Device: in.Device, FileRateHz: in.RateHz, Leads: in.Leads, Lead: in.Lead, Notes: []note{},
		Seconds: in.Report.Seconds, InAll: in.Seconds, HeartRate: math.Round(in.Report.HeartRate), BeatsFound: in.Report.Beats,
		CleanBeats: in.Report.CleanBeats, Trust: math.Round(100*in.Report.Trust()) / 100,
		RateHz: inspect.RateHz, Samples: microvolts(in.MV), Compared: microvolts(in.Compared), RPeaks: make([]float64, len(in.Peaks)), RPeakAt: beat.Before,
		Beats: make([][]int, len(in.Beats)), MeanBeat: microvolts(in.Mean), Stretches: make([]stretch, len(in.Stretches)),
		Enrolment: verdictOf(in.Enrolment), Check: verdictOf(in.Check), Coach: coachOf(in), Code: http.StatusOK,
	}
	if !in.Start.IsZero() {
		s.Start = &in.Start
	}
	for _, n := range in.Notes {
		s.Notes = append(s.Notes, note{n.Code, n.Text})
	}
	for i, p := range in.Peaks {
		s.RPeaks[i] = math.Round(1000*p) / 1000
	}
	for i, b := range in.Beats {
		s.Beats[i] = microvolts(b)
	}
	for i, st := range in.Stretches {
		s.Stretches[i] = stretch{st.From, st.To, word(string(st.Reason))}
	}
	return s
}

// limitMicrovolts is larger than any ECG's amplitude, and within the range that a
// browser draws.
const limitMicrovolts = 1e9

func microvolts(mv []float64) []int {
	uv := make([]int, len(mv))
	for i, v := range mv {
		uv[i] = int(max(-limitMicrovolts, min(limitMicrovolts, math.Round(1000*v))))
	}
	return uv
}

func verdictOf(v inspect.Verdict) verdict {
	return verdict{v.Reason == "", word(string(v.Reason)), v.SecondsMissing, v.BeatsMissing}
}

// word returns nil for the empty word.
func word(w string) *string {
	if w == "" {
		return nil
	}
	return &w
}

// coachOf expects clean beats at the rate so far, or one a second before the
// first clean beat.
func coachOf(in *inspect.Inspection) coach {
	clean := in.Report.CleanBeats
	secondsABeat := 1.0
	if clean > 0 {
		secondsABeat = in.Report.Seconds / float64(clean)
	}
	missing := float64(max(0, goodEnrolment-clean)) * secondsABeat
	return coach{clean, goodEnrolment, math.Ceil(max(missing, in.Enrolment.SecondsMissing))}
}
