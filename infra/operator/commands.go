package operator

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// command is a command of the operator's tool.
type command struct {
	words   string // as typed: "sessions end"
	args    string
	meaning string
	run     func(ctx context.Context, c call) error
	reads   func(args []string) bool // whether it reads its input; nil never does
}

// commands returns all commands of the tool.
func commands() []command {
	return []command{
		{"member", "[-address IP] NAME", "look a member up, and what happened to them; -pk N instead of NAME", lookUp, nil},
		{"unlock", "[-address IP] NAME", "let a member log in, and be checked, without waiting for failures to be forgotten; -address for those from there", unlock, nil},
		{"sessions", "NAME", "list a member's sessions", sessions, nil},
		{"sessions end", "[-session ID] NAME", "log a member out everywhere, or of one session", endSessions, nil},
		{"export", "NAME", "print all data about a person as JSON, on their request; recordings without their content", export, nil},
		{"delete", "-pk PK NAME", "delete an account and all data about a person, on their request; PK as member prints it", deleteMember, nil},
		{"check", "", "examine whether rows, pointers and objects agree", check, nil},
		{"keys", "", "list the keys of the models, and what needs each", listKeys, nil},
		{"keys rotate", "", "draw the next key; run it again ten minutes later, when everybody knows it, to seal and sign with it", rotateKeys, nil},
		{"keys reseal", "", "seal with the current key what is sealed with another one", resealAll, nil},
		{"keys retire", "", "remove the keys that nothing needs any more", retireKeys, nil},
		{"migrate", "", "after an update with a new algorithm: make a model by it beside older ones, of the recordings that are kept (UPLOADS_KEEP)", migrateAll, nil},
		{"clients list", "", "list the OpenID clients, of the settings and registered", listClients, nil},
		{"clients add", "-name NAME -redirect URI [-logout URI] [-heart] [-native] ID", "register an OpenID client, and print its secret", addClient, nil},
		{"clients rotate", "[-now] ID", "give a registered client another secret, and print it", rotateClient, nil},
		{"clients remove", "ID", "remove a registered client", removeClient, nil},
		{"clients record", "", "print what was done to the registered clients", printRecord, nil},
		{Backup, "", "write a backup to the output", backup, nil},
		{"import", "[-dry-run] < dump.json", "take the members of a Django server, as manage.py dumpdata writes them, with their passwords and tokens", importDjango,
			func([]string) bool { return true }},
		{"figures", "[-log]", "print figures of the last day, from the stores, or with -log from the service's log on standard input", figures,
			func(args []string) bool { return slices.Contains(args, "-log") || slices.Contains(args, "--log") }},
	}
}

// Backup is the command whose output is an archive.
const Backup = "backup"

// Run runs the command that args begin with. Its output goes to out. The error for
// an unknown command names -h, which lists the commands.
func Run(ctx context.Context, d Deployment, args []string, in io.Reader, out io.Writer) error {
	c, rest, err := find(args)
	if err != nil {
		return err
	}
	flags := flag.NewFlagSet(c.words, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	err = c.run(ctx, call{d, flags, rest, in, out})
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(out, "operate %s %s\n    \t%s\n", c.words, c.args, c.meaning)
		flags.SetOutput(out)
		flags.PrintDefaults()
		return nil
	}
	return err
}

// find returns the command that args begin with, and the arguments behind it. If
// several match, it returns the longest.
func find(args []string) (command, []string, error) {
	all := commands()
	slices.SortStableFunc(all, func(a, b command) int { return len(b.words) - len(a.words) })
	for _, c := range all {
		words := strings.Fields(c.words)
		if len(args) >= len(words) && slices.Equal(args[:len(words)], words) {
			return c, args[len(words):], nil
		}
	}
	if len(args) == 0 {
		return command{}, nil, errors.New("no command: -h lists them")
	}
	return command{}, nil, fmt.Errorf("no command %q: -h lists them", args[0])
}

// Usage lists the commands.
func Usage(out io.Writer) {
	for _, c := range commands() {
		if c.words == Backup {
			continue // the tool itself lists it, with its file
		}
		fmt.Fprintf(out, "  %s\n    \t%s\n", strings.TrimSpace(c.words+" "+c.args), c.meaning)
	}
}
