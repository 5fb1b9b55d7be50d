// Package local runs the local service in a process of its own.
package local

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"systole/tests/support/gotool"
)

// Command holds the flags, the environment and the log with which a local service
// is started. It listens on a free port of this machine.
type Command struct {
	Program string    // built before; empty for that of this source
	Args    []string  // further flags, such as "-memory"
	Env     []string  // settings, besides this process's environment
	Dir     string    // working directory; empty for this process's own
	Log     io.Writer // of the service; nil for none
}

// Service is a running local service.
type Service struct {
	Base string // its address
	cmd  *exec.Cmd
}

// Start builds the service, unless there is a program, and starts it. It returns when the service listens. When
// ctx ends, the process is killed.
func (c Command) Start(ctx context.Context) (*Service, error) {
	if c.Program == "" {
		built, err := gotool.Build(ctx, "infra/local")
		if err != nil {
			return nil, err
		}
		c.Program = built.Binary("infra/local")
	}
	args := append([]string{"-addr", "127.0.0.1:0"}, c.Args...)
	s := &Service{cmd: exec.CommandContext(ctx, c.Program, args...)}
	s.cmd.Env, s.cmd.Dir, s.cmd.Stderr = append(os.Environ(), c.Env...), c.Dir, c.Log
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
			s.Base = base
			go io.Copy(io.Discard, stdout)
			return s, nil
		}
	}
	return nil, errors.Join(errors.New("the service didn't start: see its log"), s.cmd.Wait())
}

// PID returns the process's number.
func (s *Service) PID() int { return s.cmd.Process.Pid }

// Stop asks the service to end and waits for it. The error is that of its exit.
func (s *Service) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// Kill ends the process at once.
func (s *Service) Kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}
