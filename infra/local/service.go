package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"systole/shared/api"
	"systole/shared/api/authenticate"
	"systole/shared/api/members"
	"systole/shared/biometric"
	"systole/shared/cleanup"
	"systole/shared/config"
	"systole/shared/ecg"
	"systole/shared/gateway"
	"systole/shared/member"
	"systole/shared/member/argon2id"
	"systole/shared/store/embedded"
	"systole/shared/store/memory"
)

// stores are where everything is kept.
type stores struct {
	members interface {
		member.Members
		biometric.Members
		cleanup.Members
	}
	sessions interface {
		member.Sessions
		cleanup.Sessions
	}
	objects interface {
		biometric.Objects
		cleanup.Objects
	}
	where string
	close func() error
}

func openStores(o options) (*stores, error) {
	if o.memory {
		kept := new(memory.Store)
		return &stores{kept, kept, &memory.Objects{Now: time.Now}, "memory: gone when this ends", func() error { return nil }}, nil
	}
	kept, objects, err := embedded.Open(o.data)
	if err != nil {
		return nil, err
	}
	return &stores{kept, kept, objects, absolute(o.data), kept.Close}, nil
}

// handler answers every route, as the functions in functions/ do together.
func handler(c config.Config, s *stores, log *slog.Logger) http.Handler {
	tokens := member.NewTokens(s.sessions, c.TokenLimits, time.Now, rand.Reader)
	hasher := argon2id.New(argon2id.Cost(c.HashCost), c.HashParallel, rand.Reader)
	people := member.NewService(s.members, tokens, hasher, time.Now, rand.Reader)
	hearts := biometric.NewService(tokens, s.members, s.objects, biometric.Settings{
		FMR:           ecg.FMR(c.MatchFMR),
		DefaultRateHz: c.SamplingRateHz,
		KeepUploads:   c.UploadsKeep > 0,
		Adapt:         c.Adapt,
		Parallel:      c.ReadParallel,
	}, time.Now, rand.Reader)
	return newFront(gateway.Proxy(api.New(api.Settings{Logger: log, AllowOrigins: c.CORSOrigins},
		members.Create(people), members.LogIn(people), members.LogOut(tokens),
		authenticate.MakeModel(hearts), authenticate.HasModel(member.NewModels(s.members, tokens)), authenticate.CheckUser(hearts),
	)), log)
}

// cleanEvery is the schedule of template.yaml.
const cleanEvery = time.Hour

// cleanOnSchedule cleans up at once and then on the schedule, until ctx ends;
// then the channel is closed.
func cleanOnSchedule(ctx context.Context, c config.Config, s *stores, log *slog.Logger) <-chan struct{} {
	service := cleanup.NewService(s.sessions, s.members, s.objects, cleanup.Settings{
		TokenIdle:    c.TokenLimits.Idle,
		UploadsKeep:  c.UploadsKeep,
		OrphansAfter: c.OrphansAfter,
		UnusedAfter:  c.UnusedAfter,
		PerKind:      c.CleanUpPerKind,
	}, time.Now)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(cleanEvery)
		defer tick.Stop()
		for {
			report, err := service.Run(ctx, false)
			if err != nil && ctx.Err() == nil {
				log.Error("cleanup", "report", report, "error", err)
			} else {
				log.Info("cleanup", "report", report)
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return done
}
