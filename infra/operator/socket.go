package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
)

// A local service has its folder to itself. While it runs, it also runs the
// operator's commands, for the callers of a socket in the folder, which only the
// folder's owner can reach. A command and its input are an HTTP request; its
// output is the response's body, and its outcome a trailer.

// Socket returns the path of the socket of a data folder.
func Socket(folder string) string { return filepath.Join(folder, "operate.sock") }

// Trailers of an answer.
const (
	endedTrailer = "Ended" // set when the command has ended
	errorTrailer = "Error" // its error, escaped; empty for none
)

// Serve runs commands for the callers of the folder's socket. It removes the
// socket of a process that was killed: the caller holds the folder. Shut the
// server down to end it.
func Serve(folder string, d Deployment) (*http.Server, error) {
	path := Socket(folder)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen for operators: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: handler(d)}
	go server.Serve(listener)
	return server, nil
}

func handler(d Deployment) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := http.NewResponseController(w)
		if err := answer.EnableFullDuplex(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Trailer", endedTrailer+", "+errorTrailer)
		err := Run(r.Context(), d, r.URL.Query()["arg"], r.Body, flushing{w, answer})
		w.Header().Set(endedTrailer, "yes")
		if err != nil {
			w.Header().Set(errorTrailer, url.QueryEscape(err.Error()))
		}
	})
}

// flushing sends each line of output at once.
type flushing struct {
	io.Writer
	answer *http.ResponseController
}

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.Writer.Write(p)
	if err == nil {
		err = f.answer.Flush()
	}
	return n, err
}

// Served reports whether a service takes commands at the folder's socket.
func Served(folder string) bool {
	conn, err := net.Dial("unix", Socket(folder))
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// Ask makes the service that serves the folder run a command.
func Ask(ctx context.Context, folder string, args []string, in io.Reader, out io.Writer) error {
	c, rest, err := find(args)
	if err != nil {
		return err
	}
	var input io.Reader
	if c.reads != nil && c.reads(rest) {
		input = io.NopCloser(in) // without a length
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://operate/?"+url.Values{"arg": args}.Encode(), input)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives:  true,
		DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", Socket(folder))
		},
	}}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("ask the running service: %w", err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(out, response.Body); err != nil {
		return fmt.Errorf("the running service ended before the command did: %w", err)
	}
	if response.Trailer.Get(endedTrailer) == "" {
		return errors.New("the running service ended before the command did")
	}
	text, err := url.QueryUnescape(response.Trailer.Get(errorTrailer))
	if err != nil {
		return err
	}
	if text != "" {
		return errors.New(text)
	}
	return nil
}
