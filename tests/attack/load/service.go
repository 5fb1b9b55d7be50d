package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"systole/tests/support/local"
)

// service is a local service that was started for this program.
type service struct {
	*local.Service
	folder string
}

// start starts the local service with an empty data folder.
func start(ctx context.Context) (*service, error) {
	folder, err := os.MkdirTemp("", "load")
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return nil, err
	}
	s, err := local.Command{Args: []string{"-data", filepath.Join(folder, "data")}, Log: log}.Start(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", log.Name(), err)
	}
	return &service{s, folder}, nil
}

// stop ends the service and deletes its data.
func (s *service) stop() error { return errors.Join(s.Stop(), os.RemoveAll(s.folder)) }

// memory returns the service's resident memory in bytes; 0 if the system doesn't
// state it, and for a service that was not started here.
func (s *service) memory() int64 {
	if s == nil {
		return 0
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.PID()))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
