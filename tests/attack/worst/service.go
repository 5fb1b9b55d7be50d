package main

import (
	"context"
	"errors"
	"os"

	"systole/tests/support/local"
)

// service is a local service that was started for this program.
type service struct {
	*local.Service
	folder string
}

// start starts the local service with an empty data folder.
func start(ctx context.Context) (*service, error) {
	folder, err := os.MkdirTemp("", "worst")
	if err != nil {
		return nil, err
	}
	s, err := local.Command{Args: []string{"-data", folder}}.Start(ctx)
	if err != nil {
		return nil, err
	}
	return &service{s, folder}, nil
}

// stop ends the service and deletes its data.
func (s *service) stop() error { return errors.Join(s.Stop(), os.RemoveAll(s.folder)) }
