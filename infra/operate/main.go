// Command operate is the operator's tool of a local service or one in AWS:
//
//	go run ./infra/operate -h
//
// On the folder of a local service that runs, the service itself runs the command.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"systole/infra/operator"
	"systole/shared/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "operate:", err)
		os.Exit(1)
	}
}

// options are the flags before the command.
type options struct {
	data string
	aws  bool
}

func parse(args []string, stderr io.Writer) (o options, command []string, err error) {
	flags := flag.NewFlagSet("operate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.data, "data", ".data", "`folder` of a local service, whether or not it runs")
	flags.BoolVar(&o.aws, "aws", false, "a deployment in AWS, found by the settings of its functions: "+
		config.MembersTable+", "+config.TokensTable+", "+config.ActivityTable+", "+config.GrantsTable+", "+config.Bucket+", "+config.KeysSecret+
		", and AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN")
	flags.Usage = func() { usage(flags) }
	if err := flags.Parse(args); err != nil {
		return o, nil, err
	}
	return o, flags.Args(), nil
}

func usage(flags *flag.FlagSet) {
	out := flags.Output()
	fmt.Fprintf(out, "operate [flags] command: what an operator does with members, keys and OpenID clients. It prints no score,\n"+
		"recording or hash of a password, and notes what it does to members in their activity.\n\nFlags:\n")
	flags.PrintDefaults()
	fmt.Fprintf(out, "\nCommands; -h behind one explains its flags:\n")
	operator.Usage(out)
	for _, c := range files() {
		fmt.Fprintf(out, "  %s %s\n    \t%s\n", strings.Join(c.words, " "), c.args, c.meaning)
	}
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, command, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if here, ok := find(command); ok {
		return here.run(ctx, o, command[len(here.words):], stdout)
	}
	return o.operate(ctx, command, stdin, stdout)
}

// operate runs a command on the deployment: in the service that has the folder
// open, or in this process.
func (o options) operate(ctx context.Context, command []string, stdin io.Reader, stdout io.Writer) error {
	if slices.Contains(command, "-h") { // no store is needed to explain a command
		return operator.Run(ctx, operator.Deployment{}, command, stdin, stdout)
	}
	if !o.aws && operator.Served(o.data) {
		return operator.Ask(ctx, o.data, command, stdin, stdout)
	}
	deployment, closeStores, err := open(o)
	if err != nil {
		return err
	}
	return errors.Join(operator.Run(ctx, deployment, command, stdin, stdout), closeStores())
}
