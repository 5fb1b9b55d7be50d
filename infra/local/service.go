package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"systole/infra/keyfile"
	"systole/infra/operator"
	"systole/infra/service"
	"systole/shared/api"
	"systole/shared/aws/gateway"
	"systole/shared/biometric/protect"
	"systole/shared/cleanup"
	"systole/shared/config"
	"systole/shared/embedded"
	"systole/shared/memory"
)

// stores are the stores of the service's data.
type stores struct {
	service.Stores
	// operate returns the deployment for its operators; nil if nothing is kept.
	operate func(config.Config) operator.Deployment
	where   string
	close   func() error
}

func openStores(o options) (*stores, error) {
	if o.memory {
		return passingStores()
	}
	kept, objects, err := embedded.Open(o.data)
	if err != nil {
		return nil, err
	}
	keys, err := keyfile.Open(o.data)
	if err != nil {
		return nil, errors.Join(err, kept.Close())
	}
	operate := func(c config.Config) operator.Deployment { return operator.Local(c, kept, objects, keys) }
	return &stores{service.Stores{Members: kept, Sessions: kept, Grants: kept, Objects: objects, Keys: keys}, operate, absolute(o.data), kept.Close}, nil
}

// passingStores returns stores that keep everything until the process ends.
func passingStores() (*stores, error) {
	text, err := protect.DrawKeys()
	if err != nil {
		return nil, err
	}
	keys, err := protect.ParseKeys(text)
	if err != nil {
		return nil, err
	}
	kept, objects := new(memory.Store), &memory.Objects{Now: time.Now}
	return &stores{service.Stores{Members: kept, Sessions: kept, Grants: kept, Objects: objects, Keys: keys}, nil,
		"memory: gone when this ends", func() error { return nil }}, nil
}

// handler answers every route, as the functions in functions/ do together, and
// receives uploads, as S3 does. base is the service's address for callers.
func handler(c config.Config, s *stores, base string, log *slog.Logger) (http.Handler, error) {
	up, err := newUploads(base, s.Members, s.Objects, time.Now)
	if err != nil {
		return nil, err
	}
	s.Uploads = up
	pages, err := service.Pages(c)
	if err != nil {
		return nil, err
	}
	routes := append(service.Routes(c, s.Stores, time.Now, rand.Reader), pages...)
	front := newFront(gateway.Proxy(api.New(api.Settings{Logger: log, AllowOrigins: c.CORSOrigins}, routes...)), log)
	uploading := newFront(nil, log) // with limits of its own, so that large uploads don't block requests
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == uploadsPath {
			uploading.behind(up, w, r)
			return
		}
		front.ServeHTTP(w, r)
	}), nil
}

// serveOperators runs the commands of infra/operate while the service has the
// data folder. If nothing is kept, it serves none.
func serveOperators(c config.Config, s *stores) (*http.Server, error) {
	if s.operate == nil {
		return new(http.Server), nil
	}
	server, err := operator.Serve(s.where, s.operate(c))
	if err != nil {
		return new(http.Server), err
	}
	return server, nil
}

// cleanEvery is the schedule in template.yaml.
const cleanEvery = time.Hour

// cleanOnSchedule cleans up at once and then on the schedule, until ctx ends;
// then it closes the channel.
func cleanOnSchedule(ctx context.Context, c config.Config, s *stores, log *slog.Logger) <-chan struct{} {
	cleaner := cleanup.NewService(s.Sessions, s.Members, s.Objects, cleanup.Settings{
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
			report, err := cleaner.Run(ctx, false)
			for err == nil && !report.Finished && ctx.Err() == nil {
				report, err = cleaner.Run(ctx, false)
			}
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
