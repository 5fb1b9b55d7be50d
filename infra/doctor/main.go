// Command doctor examines an AWS account before a deployment, and account and stack
// after it: what a deployment needs and what it can't set by itself, or what somebody
// may have changed since. It reads and changes nothing.
//
//	go run ./infra/doctor [-stack systole] [-region ap-northeast-2]
//
// Credentials are found as AWS's own tools find them. Exit status: 0 when all is well,
// 1 when something is to be mended, 2 when something could not be told, which go run
// makes 1 as well.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// home is the region of infra/samconfig.yaml: the members' country.
const home = "ap-northeast-2"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	stack := flag.String("stack", "systole", "`name` of the stack; where there is none, the account is examined alone")
	region := flag.String("region", "", "region of the stack; that of the environment or profile, else "+home+", when empty")
	flag.Parse()
	status, err := run(ctx, *stack, *region, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "doctor:", err)
	}
	os.Exit(status)
}

func run(ctx context.Context, stack, region string, out io.Writer) (status int, err error) {
	options := []func(*config.LoadOptions) error{config.WithDefaultRegion(home)}
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	sdk, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return unknownStatus, err
	}
	return examine(ctx, sdk, stack, time.Now(), out)
}

// The exit statuses.
const (
	wellStatus = iota
	mendStatus
	unknownStatus
)

// examine prints the findings and returns the exit status.
func examine(ctx context.Context, sdk aws.Config, stack string, now time.Time, out io.Writer) (int, error) {
	p := newPatient(sdk, stack, now)
	if err := p.identify(ctx); err != nil {
		return unknownStatus, fmt.Errorf("no account to examine: %w", err)
	}
	fmt.Fprintf(out, "account %s, region %s, stack %s\n\n", p.account, sdk.Region, stack)
	var found []finding
	for _, check := range []func(context.Context) []finding{p.identity, p.lambda, p.gateway, p.dynamo} {
		found = append(found, check(ctx)...)
	}
	deployed, err := p.findResources(ctx)
	switch {
	case err != nil:
		found = append(found, untold("stack", err))
	case !deployed:
		found = append(found, p.beforehand()...)
	default:
		for _, check := range []func(context.Context) []finding{p.stackStatus, p.tables, p.tokens, p.bucket, p.key, p.secret, p.subscribers, p.alarms} {
			found = append(found, check(ctx)...)
		}
	}
	if err := ctx.Err(); err != nil {
		return unknownStatus, err
	}
	return report(out, found), nil
}

// level is the severity of a finding.
type level string

const (
	well    level = "ok"
	note    level = "note" // information; nothing is to be mended
	ill     level = "MEND"
	unknown level = "?"
)

// finding is the result of one examination.
type finding struct {
	level    level
	what     string // the examined thing, a word or two
	how      string
	toBeDone string
}

// untold returns the finding for a thing that couldn't be examined.
func untold(what string, err error) finding {
	if action, ok := lacking(err); ok {
		return finding{unknown, what, "not told: these credentials lack the permission " + action, "grant it, or run with a role that has it, such as ReadOnlyAccess"}
	}
	return finding{unknown, what, "not told: " + err.Error(), "run again; with the same outcome see AWS's Health Dashboard"}
}

// report prints each finding on a line, with the remedy below it, and a total.
func report(out io.Writer, found []finding) (status int) {
	count := make(map[level]int)
	for _, f := range found {
		count[f.level]++
		fmt.Fprintf(out, "%-5s %s: %s\n", f.level, f.what, f.how)
		if f.toBeDone != "" {
			fmt.Fprintf(out, "      -> %s\n", strings.ReplaceAll(f.toBeDone, "\n", "\n         "))
		}
	}
	fmt.Fprintf(out, "\n%d well, %d to know, %d to mend, %d not told\n", count[well], count[note], count[ill], count[unknown])
	switch {
	case count[ill] > 0:
		return mendStatus
	case count[unknown] > 0:
		return unknownStatus
	}
	return wellStatus
}

// gone reports whether a resource doesn't exist, by any service's error.
func gone(err error) bool {
	var coded interface{ ErrorCode() string }
	if !errors.As(err, &coded) {
		return false
	}
	code := coded.ErrorCode()
	return strings.HasPrefix(code, "NoSuch") || strings.Contains(code, "NotFound") || code == "ResourceNotFoundException"
}
