// Command with runs a command beside the template's stack in an emulated cloud. The
// command finds the API's address in $API, and in its environment what the SDK, the AWS
// CLI and infra/operate need to reach the stack:
//
//	go run ./tests/support/cloud/with bash
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"systole/tests/support/cloud"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "with:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, command []string) error {
	if len(command) == 0 {
		return errors.New("which command? With bash you get a shell")
	}
	c, err := cloud.Start(ctx, os.Stderr)
	if err != nil {
		return err
	}
	defer c.Stop()
	stack, err := c.Deploy(ctx, "systole", map[string]string{}, false)
	if err != nil {
		return err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(append(os.Environ(), stack.Environment()...), "API="+stack.Gateway())
	return cmd.Run()
}
