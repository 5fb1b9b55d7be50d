package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"systole/infra/keyfile"
	"systole/infra/operator"
	"systole/infra/operator/archive"
	"systole/shared/biometric/protect"
)

// fileCommand is a command that writes or reads a file on the caller's side.
type fileCommand struct {
	words   []string
	args    string
	meaning string
	run     func(ctx context.Context, o options, args []string, out io.Writer) error
}

func files() []fileCommand {
	return []fileCommand{
		{[]string{"backup"}, "FILE", "write a backup of everything but the keys, while requests go on", backup},
		{[]string{"restore"}, "-keys KEYS [-new-key] [-log-out] FILE", "make a new folder, or an empty deployment in AWS, of a backup", restore},
		{[]string{"keys", "save"}, "FILE", "write the keys to a new file that only you may read", saveKeys},
	}
}

// find returns the command that args begin with.
func find(args []string) (fileCommand, bool) {
	for _, c := range files() {
		if len(args) >= len(c.words) && slices.Equal(args[:len(c.words)], c.words) {
			return c, true
		}
	}
	return fileCommand{}, false
}

// oneFile parses the flags and the one argument of a command.
func oneFile(flags *flag.FlagSet, args []string, out io.Writer) (string, error) {
	flags.SetOutput(out)
	flags.Usage = func() {
		c, _ := find(strings.Fields(flags.Name()))
		fmt.Fprintf(out, "operate %s %s\n    \t%s\n", flags.Name(), c.args, c.meaning)
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return "", err
	}
	if flags.NArg() != 1 {
		return "", fmt.Errorf("%s takes one file, not %q: -h explains it", flags.Name(), flags.Args())
	}
	return flags.Arg(0), nil
}

// backup writes FILE.part, verifies it, and renames it to FILE when it is
// complete.
func backup(ctx context.Context, o options, args []string, out io.Writer) error {
	name, err := oneFile(flag.NewFlagSet("backup", flag.ContinueOnError), args, out)
	if err != nil {
		return err
	}
	if _, err := os.Stat(name); err == nil {
		return fmt.Errorf("%s is there already", name)
	}
	part, err := os.OpenFile(name+".part", os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer part.Close()
	if err := o.operate(ctx, []string{operator.Backup}, nil, part); err != nil {
		return err
	}
	if _, err := part.Seek(0, io.SeekStart); err != nil {
		return err
	}
	n, err := archive.Verify(part)
	if err != nil {
		return err
	}
	if err := errors.Join(part.Sync(), os.Rename(part.Name(), name)); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is whole, with %d files. The keys are not in it, and it can't be restored without them: keys save\n", name, n)
	return nil
}

func saveKeys(ctx context.Context, o options, args []string, out io.Writer) error {
	name, err := oneFile(flag.NewFlagSet("keys save", flag.ContinueOnError), args, out)
	if err != nil {
		return err
	}
	text, err := o.keys(ctx)
	if err != nil {
		return err
	}
	if err := keyfile.Write(name, text); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s has the keys: keep it apart from the backups, which reveal templates only along with it\n", name)
	return nil
}

func (o options) keys(ctx context.Context) ([]byte, error) {
	if !o.aws {
		return keyfile.Read(filepath.Join(o.data, keyfile.Name))
	}
	d, err := inAWS()
	if err != nil {
		return nil, err
	}
	return d.Keys.Text(ctx)
}

// restoration is a backup that is being restored.
type restoration struct {
	file    string
	keys    []byte // of the deployment that was backed up
	newKey  bool
	logOut  bool
	options options
}

func restore(ctx context.Context, o options, args []string, out io.Writer) error {
	r := restoration{options: o}
	flags := flag.NewFlagSet("restore", flag.ContinueOnError)
	keys := flags.String("keys", "", "`file` with the keys of the deployment that the backup is of, as keys save wrote it")
	flags.BoolVar(&r.newKey, "new-key", false, "draw a new key for a new folder, and seal everything with it; a deployment in AWS has keys of its own")
	flags.BoolVar(&r.logOut, "log-out", false, "restore no session: after an old backup, tokens that were logged out since would be valid again")
	var err error
	if r.file, err = oneFile(flags, args, out); err != nil {
		return err
	}
	if *keys == "" {
		return errors.New("name the keys of the deployment that the backup is of with -keys: keys save writes them")
	}
	if r.keys, err = keyfile.Read(*keys); err != nil {
		return err
	}
	if o.aws {
		err = r.intoAWS(ctx)
	} else {
		err = r.intoFolder(ctx)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is restored, and everything in it opens\n", r.file)
	return nil
}

// unpack writes the backup and the keys to a new folder, and examines all of it.
// id identifies the backup.
func (r restoration) unpack(ctx context.Context, folder string) (d operator.Deployment, closeStores func() error, id string, err error) {
	file, err := os.Open(r.file)
	if err != nil {
		return d, nil, "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := archive.Unpack(io.TeeReader(file, sum), folder); err != nil {
		return d, nil, "", err
	}
	if err := keyfile.Write(filepath.Join(folder, keyfile.Name), r.keys); err != nil {
		return d, nil, "", err
	}
	if d, closeStores, err = inFolder(folder); err != nil {
		return d, nil, "", err
	}
	if err := operator.Examine(ctx, d); err != nil {
		return d, nil, "", errors.Join(fmt.Errorf("the backup doesn't open with these keys: %w", err), closeStores())
	}
	if r.logOut {
		err = operator.EndAllSessions(ctx, d)
	}
	return d, closeStores, hex.EncodeToString(sum.Sum(nil)), err
}

// intoFolder completes the folder under another name, and then renames it.
func (r restoration) intoFolder(ctx context.Context) error {
	folder := filepath.Clean(r.options.data)
	if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty: restore into a new folder, with -data", folder)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	part := folder + ".part"
	if err := os.RemoveAll(part); err != nil { // of a run that was killed
		return err
	}
	d, closeStores, _, err := r.unpack(ctx, part)
	if err != nil {
		return errors.Join(err, os.RemoveAll(part))
	}
	if r.newKey {
		err = sealAnew(ctx, d)
	}
	if err := errors.Join(err, closeStores()); err != nil {
		return err
	}
	return os.Rename(part, folder)
}

// sealAnew draws a key, makes it the current one, and seals everything with it.
func sealAnew(ctx context.Context, d operator.Deployment) error {
	old, err := d.Keys.Text(ctx)
	if err != nil {
		return err
	}
	drawn, err := protect.DrawKeys()
	if err != nil {
		return err
	}
	joined, err := protect.JoinKeys(drawn, old)
	if err != nil {
		return err
	}
	if err := d.Keys.Replace(ctx, old, joined); err != nil {
		return err
	}
	return operator.Reseal(ctx, d)
}

// intoAWS copies the backup's content into the deployment.
func (r restoration) intoAWS(ctx context.Context) error {
	to, err := inAWS()
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp(filepath.Dir(r.file), "restore")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	from, closeStores, id, err := r.unpack(ctx, filepath.Join(folder, "data"))
	if err != nil {
		return err
	}
	return errors.Join(operator.RestoreInto(ctx, id, from, to), closeStores())
}
