// Command local runs the whole service on this machine, without an AWS account:
//
//	go run ./infra/local
//
// Requests go through the same event conversion, handlers and limits as behind
// API Gateway; members and tokens are in an embedded database file, recordings
// and templates in files beside it.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"systole/shared/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "local:", err)
		os.Exit(1)
	}
}

// options are the command's flags.
type options struct {
	addr   string
	data   string
	memory bool
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.addr, "addr", "127.0.0.1:8080", "`address` to listen on; port 0 takes a free one")
	flags.StringVar(&o.data, "data", ".data", "`folder` where members, tokens, recordings and models are kept")
	flags.BoolVar(&o.memory, "memory", false, "keep everything in memory, nothing on disk")
	flags.Usage = func() { usage(flags) }
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q: -h explains what there is", flags.Arg(0))
	}
	return o, nil
}

func usage(flags *flag.FlagSet) {
	out := flags.Output()
	fmt.Fprintf(out, "local serves the whole service on this machine until it gets SIGINT or SIGTERM.\n\nFlags:\n")
	flags.PrintDefaults()
	fmt.Fprintf(out, "\nSettings, as environment variables:\n")
	for _, v := range config.Variables() {
		if v.Default != "" || v.Name == "CORS_ORIGINS" {
			fmt.Fprintf(out, "  %s (%q)\n    \t%s\n", v.Name, v.Default, v.Meaning)
		}
	}
}

// drainLimit bounds the time that requests in progress may take after a signal.
const drainLimit = 10 * time.Second

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	settings, err := config.Read(os.LookupEnv)
	if err != nil {
		return err
	}
	stores, err := openStores(o)
	if err != nil {
		return err
	}
	defer stores.close()
	log := slog.New(slog.NewJSONHandler(stderr, nil))
	slog.SetDefault(log) // for libraries that use the default
	listener, err := net.Listen("tcp", o.addr)
	if err != nil {
		return fmt.Errorf("listen: %w: choose another address with -addr", err)
	}
	base := "http://" + listener.Addr().String()
	settings.Issuer = cmp.Or(settings.Issuer, base)
	h, err := handler(settings, stores, base, log)
	if err != nil {
		return err
	}
	operators, err := serveOperators(settings, stores)
	if err != nil {
		log.Warn("operate has to wait until the service ends", "error", err)
	}
	server := newServer(h, log)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	fmt.Fprintf(stdout, "listening on http://%s\n", listener.Addr())
	fmt.Fprintf(stdout, "data in %s\n", stores.where)

	cleaned := cleanOnSchedule(ctx, settings, stores, log)
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainLimit)
	defer cancel()
	err = server.Shutdown(drain)
	if operators.Shutdown(drain) != nil {
		err = errors.Join(err, operators.Close()) // a command in progress is answered that it was cut off
	}
	<-cleaned
	return err
}

// newServer returns a server with a limit for every wait. An answer may take as
// long as API Gateway waits for one.
func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      60*time.Second + integrationLimit,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    10 << 10, // API Gateway's limit for all headers together
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// absolute returns the absolute path, or the path itself if there is none.
func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}
