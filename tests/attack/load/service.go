package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// service is a local service that was started for this.
type service struct {
	base   string
	cmd    *exec.Cmd
	folder string
}

// start builds and starts the local service with an empty data folder.
func start(ctx context.Context) (*service, error) {
	folder, err := os.MkdirTemp("", "load")
	if err != nil {
		return nil, err
	}
	s := &service{folder: folder}
	binary := filepath.Join(folder, "local")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./infra/local").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return nil, err
	}
	s.cmd = exec.CommandContext(ctx, binary, "-addr", "127.0.0.1:0", "-data", filepath.Join(folder, "data"))
	s.cmd.Stderr = log
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if base, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			s.base = base
			return s, nil
		}
	}
	return nil, fmt.Errorf("the service didn't start: see %s", log.Name())
}

func (s *service) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.cmd.Wait()
	os.RemoveAll(s.folder)
}

// memory is the service's resident memory in bytes; 0 where the system doesn't
// tell, and of a service that was not started here.
func (s *service) memory() int64 {
	if s == nil {
		return 0
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.cmd.Process.Pid))
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
