// Package configured makes the settings of package biometric from those of the
// process.
package configured

import (
	"systole/shared/biometric"
	"systole/shared/config"
	"systole/shared/ecg"
	"systole/shared/member"
)

// Settings are those of the configuration.
func Settings(c config.Config) biometric.Settings {
	settings := biometric.Settings{
		FMR:           ecg.FMR(c.MatchFMR),
		DefaultRateHz: c.SamplingRateHz,
		KeepUploads:   c.UploadsKeep > 0,
		Adapt:         c.Adapt,
		Challenge:     c.ChallengeRequired,
		Parallel:      c.ReadParallel,
	}
	if c.ConsentRequired {
		settings.Consent = member.ConsentVersion
	}
	return settings
}
