package engine

import (
	"errors"
	"math"

	"systole/shared/ecg"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/recording"
	"systole/shared/fault"
)

// unusable returns the code for the reason why a signal is unusable.
func unusable(r quality.Reason) (fault.Code, bool) {
	switch r {
	case quality.TooShort:
		return fault.TooShort, true
	case quality.TooFewBeats:
		return fault.TooFewBeats, true
	case quality.NoBeats:
		return fault.NoBeats, true
	case quality.LeadsOff:
		return fault.LeadsOff, true
	case quality.Clipped:
		return fault.Clipped, true
	case quality.Mains:
		return fault.Mains, true
	case quality.BaselineWander:
		return fault.BaselineWander, true
	case quality.Motion:
		return fault.Motion, true
	case quality.Noisy:
		return fault.Noisy, true
	case quality.RateImplausible:
		return fault.RateImplausible, true
	}
	return "", false
}

// Refusal converts the errors of packages recording and ecg about a recording into
// faults for its sender. Any other error is returned unchanged.
func Refusal(err error) error {
	var u *ecg.Unusable
	if errors.As(err, &u) {
		return unusableFault(u)
	}
	var unread *recording.Error
	if errors.As(err, &unread) {
		return unreadFault(unread)
	}
	return err
}

// unusableFault returns the fault for an unusable recording, with what is missing
// or suspected.
func unusableFault(u *ecg.Unusable) error {
	code, ok := unusable(u.Reason)
	if !ok {
		return u
	}
	f := fault.New(code).Because(u)
	params := map[string]any{}
	if u.SecondsMissing > 0 {
		params["seconds_missing"] = math.Ceil(10*u.SecondsMissing) / 10
	}
	if u.BeatsMissing > 0 {
		params["beats_missing"] = u.BeatsMissing
	}
	if code == fault.RateImplausible && u.HeartRate > 0 {
		params["heart_rate"] = math.Round(u.HeartRate)
	}
	if u.LikelyRateHz > 0 {
		params["likely_hz"] = u.LikelyRateHz
	}
	if len(params) > 0 {
		f.Params = params
	}
	return f
}

// unread returns the code for the reason why a file can't be read.
func unread(r recording.Reason) (fault.Code, bool) {
	switch r {
	case recording.Empty:
		return fault.RecordingEmpty, true
	case recording.Unreadable:
		return fault.RecordingUnreadable, true
	case recording.Unsupported:
		return fault.RecordingUnsupported, true
	case recording.RateUnknown:
		return fault.RateUnknown, true
	}
	return "", false
}

// unreadFault returns the fault for an unreadable file, with the line if it is
// text, and the kind of file if known.
func unreadFault(e *recording.Error) error {
	code, ok := unread(e.Reason)
	if !ok {
		return e
	}
	f := fault.New(code).Because(e)
	switch {
	case e.Line > 0:
		f.Params = map[string]any{"line": e.Line}
	case e.Kind != "":
		f.Params = map[string]any{"file": e.Kind}
	}
	return f
}
