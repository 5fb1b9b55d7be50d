// Package lambdaruntime stands in for AWS Lambda: it starts a function's binary,
// serves it the Runtime API, and sends it events.
package lambdaruntime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Function is a running function. It is safe for concurrent use; as in Lambda, it
// handles one event at a time.
type Function struct {
	cmd      *exec.Cmd
	server   *http.Server
	timeout  time.Duration
	events   chan invocation
	polled   chan struct{} // closed at the first poll
	pollOnce sync.Once
	exited   chan struct{} // closed when the process is gone
	count    atomic.Int64

	mu      sync.Mutex
	pending map[string]chan result
	initErr error
}

type invocation struct {
	id     string
	event  []byte
	result chan result
}

type result struct {
	answer []byte
	err    error
}

// Start starts the binary with the given environment alone, and returns without
// waiting for its first poll. Each event's deadline, as the function reads it, is
// timeout after the function took the event; Start does not enforce it. The
// function's log goes to log.
func Start(binary string, environment []string, timeout time.Duration, log io.Writer) (*Function, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &Function{
		timeout: timeout,
		events:  make(chan invocation),
		polled:  make(chan struct{}),
		exited:  make(chan struct{}),
		pending: make(map[string]chan result),
	}
	f.server = &http.Server{Handler: f.api(), ReadHeaderTimeout: 10 * time.Second}
	go f.server.Serve(listener)
	f.cmd = exec.Command(binary)
	f.cmd.Env = append([]string{
		"AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String(),
		"AWS_LAMBDA_FUNCTION_NAME=function", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512",
		"PATH=" + os.Getenv("PATH"),
	}, environment...)
	f.cmd.Stdout, f.cmd.Stderr = log, log
	if err := f.cmd.Start(); err != nil {
		f.server.Close()
		return nil, err
	}
	go func() {
		f.cmd.Wait()
		close(f.exited)
	}()
	return f, nil
}

// Ready waits until the function asks for its first event.
func (f *Function) Ready(ctx context.Context) error {
	select {
	case <-f.polled:
		return nil
	case <-f.exited:
		return f.gone()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Process returns the running process.
func (f *Function) Process() *os.Process { return f.cmd.Process }

// Stop ends the process, waits for it, and returns its resource usage.
func (f *Function) Stop() *os.ProcessState {
	f.cmd.Process.Kill()
	<-f.exited
	f.server.Close()
	return f.cmd.ProcessState
}

// Invoke sends the function an event as JSON and returns its answer as JSON. Only
// ctx limits the wait, so that a busy machine fails no test.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	i := invocation{
		id:    fmt.Sprintf("00000000-0000-4000-8000-%012d", f.count.Add(1)),
		event: event, result: make(chan result, 1),
	}
	select {
	case f.events <- i:
	case <-f.exited:
		return nil, f.gone()
	case <-ctx.Done():
		return nil, fmt.Errorf("the function takes no event: %w", ctx.Err())
	}
	select {
	case r := <-i.result:
		return r.answer, r.err
	case <-f.exited:
		return nil, f.gone()
	case <-ctx.Done():
		return nil, fmt.Errorf("the function doesn't answer: %w", ctx.Err())
	}
}

// InvokeJSON is Invoke for values: it encodes the event and decodes the answer.
func (f *Function) InvokeJSON(ctx context.Context, event, answer any) error {
	in, err := json.Marshal(event)
	if err != nil {
		return err
	}
	out, err := f.Invoke(ctx, in)
	if err != nil {
		return err
	}
	return json.Unmarshal(out, answer)
}

func (f *Function) gone() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.initErr != nil {
		return f.initErr
	}
	return errors.New("the function's process has ended")
}

// api serves the Lambda Runtime API (2018-06-01).
func (f *Function) api() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", f.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		f.finish(w, r.PathValue("id"), result{body, err})
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", func(w http.ResponseWriter, r *http.Request) {
		f.finish(w, r.PathValue("id"), result{err: fault(r)})
	})
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.initErr = fault(r)
		f.mu.Unlock()
		w.WriteHeader(http.StatusAccepted)
	})
	return mux
}

func (f *Function) next(w http.ResponseWriter, r *http.Request) {
	f.pollOnce.Do(func() { close(f.polled) })
	select {
	case <-r.Context().Done():
	case i := <-f.events:
		f.mu.Lock()
		f.pending[i.id] = i.result
		f.mu.Unlock()
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(f.timeout).UnixMilli(), 10))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:function")
		w.Header().Set("Content-Type", "application/json")
		w.Write(i.event)
	}
}

func (f *Function) finish(w http.ResponseWriter, id string, r result) {
	f.mu.Lock()
	waiting, ok := f.pending[id]
	delete(f.pending, id)
	f.mu.Unlock()
	if !ok {
		http.Error(w, "no such invocation", http.StatusBadRequest)
		return
	}
	waiting <- r
	w.WriteHeader(http.StatusAccepted)
}

// fault returns the error that a function reported.
func fault(r *http.Request) error {
	body, _ := io.ReadAll(r.Body)
	return fmt.Errorf("the function failed: %s", bytes.TrimSpace(body))
}
