package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"systole/infra/keyfile"
	"systole/infra/operator"
	"systole/infra/operator/archive"
	"systole/shared/embedded"
	"systole/shared/store"
	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
	"systole/tests/support/servers"
)

// inhabited adds three members (one with a model and a check, one who removed the
// model, one with an account only) and failed log-ins. It returns the token of
// the first.
func (r *running) inhabited(t *testing.T) (token string) {
	t.Helper()
	token = r.signUp(t, "gildong")
	r.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
	r.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 1)).Want(t, 200, "")
	former := r.signUp(t, "former")
	r.upload(t, "/authenticate/make_model/", former, recordings.Enrolment(t, 2)).Want(t, 200, "")
	r.form(t, "DELETE", "/authenticate/model/", former, "").Want(t, 200, "")
	r.signUp(t, "nothing")
	r.logInFrom(t, "203.0.113.7", "gildong", "wrong-one")
	r.logInFrom(t, "203.0.113.7", "gildong", "wrong-one")
	return token
}

// livesOn expects that a restored service knows the token, the heart and the used
// recordings.
func (r *running) livesOn(t *testing.T, token string) {
	t.Helper()
	r.want(t, []string{"check"}, "all of them agree")
	r.upload(t, "/authenticate/check_user/", token, append(recordings.Probe(t, 1), '\n')).Want(t, 422, "replay")
	r.upload(t, "/authenticate/check_user/", token, append(recordings.Enrolment(t, 1), '\n')).Want(t, 422, "replay")
	fresh, err := os.ReadFile("../../tests/support/recordings/testdata/person01_rec3_12s.csv")
	if err != nil {
		t.Fatal(err)
	}
	if a := r.upload(t, "/authenticate/check_user/", token, fresh).Want(t, 200, ""); a.Body["result"] != "true" {
		t.Errorf("a fresh recording: %v", a.Body)
	}
	r.logIn(t, "former")
	r.signUp(t, "newcomer")
}

// content returns the rows and the objects' bytes, without those that only the
// clean-up reads.
func (r *running) content(t *testing.T) string {
	t.Helper()
	all := r.rows(t)
	objects, _, err := r.Objects.List(t.Context(), "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		b, err := r.Objects.Get(t.Context(), o.Key)
		if err != nil {
			t.Fatal(err)
		}
		all += fmt.Sprintf("%s %x\n", o.Key, b)
	}
	counts, _, err := r.Members.(store.Mover).CountsPage(t.Context(), "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range counts {
		all += fmt.Sprintf("%s %+v %d\n", c.Key, c.Attempts, c.Expires.Unix())
	}
	return sorted(all)
}

func sorted(lines string) string {
	all := strings.Split(lines, "\n")
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// backedUp makes a backup of the deployment and of its keys.
func (r *running) backedUp(t *testing.T) (file, keys string) {
	t.Helper()
	folder := t.TempDir()
	file, keys = filepath.Join(folder, "backup.tar"), filepath.Join(folder, "keys.json")
	r.want(t, []string{"backup", file}, "is whole")
	r.want(t, []string{"keys", "save", keys}, "has the keys")
	for _, name := range []string{file, keys} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	return file, keys
}

// restored returns the service on a new folder into which a backup was restored.
func restored(t *testing.T, args ...string) *running {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "new")
	r := &running{flags: []string{"-data", folder}}
	r.want(t, append([]string{"restore"}, args...), "is restored")
	d, closeStores, err := inFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	d.Config.HashCost = fixture.CheapHash
	server, err := operator.Serve(folder, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close(); closeStores() })
	return serving(t, d, "-data", folder)
}

func TestABackupIsRestoredWithoutADifference(t *testing.T) {
	everywhere(t, func(t *testing.T, r *running) {
		token := r.inhabited(t)
		file, keys := r.backedUp(t)
		before := r.content(t)
		again := restored(t, "-keys", keys, file)
		if after := again.content(t); after != before {
			t.Errorf("restored:\n%s\nit was:\n%s", after, before)
		}
		again.livesOn(t, token)
	})
}

func TestAFolderMovesToAWSAndBack(t *testing.T) {
	local, _ := inRunningFolder(t)
	token := local.inhabited(t)
	local.want(t, []string{"clients", "add", "-native", "-name", "App", "-redirect", "com.example.app:/in", "app"})
	file, keys := local.backedUp(t)
	before := local.sealedWith(t)

	for _, variable := range servers.Start(t).Environment() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	d, err := inAWS()
	if err != nil {
		t.Fatal(err)
	}
	cloud := serving(t, d, "-aws")
	cloud.want(t, []string{"restore", "-keys", keys, file}, "is restored")
	cloud.refused(t, []string{"restore", "-keys", keys, file}, "there are members already")
	cloud = cloud.again(t)
	inCloud := cloud.sealedWith(t)
	if inCloud == before {
		t.Error("nothing was sealed with the key of the other deployment")
	}
	cloud.livesOn(t, token)
	cloud.want(t, []string{"clients", "list"}, "com.example.app:/in")

	file, keys = cloud.backedUp(t)
	home := restored(t, "-keys", keys, "-new-key", file)
	if back := home.sealedWith(t); back == inCloud || back == before {
		t.Error("nothing was sealed with a key of the new folder's own")
	}
	home.want(t, []string{"check"}, "all of them agree")
	home.want(t, []string{"clients", "list"}, "com.example.app:/in")
	home.upload(t, "/authenticate/check_user/", token, append(recordings.Probe(t, 1), '\n')).Want(t, 422, "replay")
	home.logIn(t, "gildong")
}

// sealedWith returns the id of the key that everything is sealed with.
func (r *running) sealedWith(t *testing.T) string {
	t.Helper()
	var current string
	for line := range strings.Lines(r.want(t, []string{"keys"})) {
		if fields := strings.Fields(line); len(fields) == 4 && fields[2] != "0" {
			current += fields[0] + " "
		}
	}
	return current
}

func TestABackupUnderLoadIsWhole(t *testing.T) {
	r, _ := inRunningFolder(t)
	token := r.inhabited(t)
	stop := make(chan struct{})
	var busy sync.WaitGroup
	for n := range 4 {
		busy.Go(func() { r.load(t, n, stop) })
	}
	var files []string
	var keys string
	for range 3 {
		file, k := r.backedUp(t)
		files, keys = append(files, file), k
	}
	close(stop)
	busy.Wait()
	for _, file := range files {
		restored(t, "-keys", keys, file).livesOn(t, token)
	}
}

// load signs members up, enrols them again and again, and deletes some, until
// stop.
func (r *running) load(t *testing.T, n int, stop <-chan struct{}) {
	for round := 0; ; round++ {
		select {
		case <-stop:
			return
		default:
		}
		username := fmt.Sprintf("load%d.%d", n, round/4)
		if round%4 == 0 {
			r.signUp(t, username)
		}
		session := r.logIn(t, username)
		r.upload(t, "/authenticate/make_model/", session, recordings.Enrolment(t, n+3)).Want(t, 200, "")
		r.upload(t, "/authenticate/check_user/", session, recordings.Probe(t, n+4)).Want(t, 200, "")
		if round%8 == 7 {
			r.form(t, "DELETE", "/members/me/", session, "password="+password).Want(t, 200, "")
		}
	}
}

// changing is a store whose members change between the reading of the objects and
// that of the rows.
type changing struct {
	store.Members
	store.Mover
	meanwhile func()
}

func (c *changing) MembersPage(ctx context.Context, cursor string, limit int) ([]store.Member, string, error) {
	if c.meanwhile != nil {
		c.meanwhile()
		c.meanwhile = nil
	}
	return c.Members.MembersPage(ctx, cursor, limit)
}

func TestACopyIsWholeWhateverHappensMeanwhile(t *testing.T) {
	r, _ := inRunningFolder(t)
	token := r.inhabited(t)
	leaver := r.signUp(t, "leaver")
	r.upload(t, "/authenticate/make_model/", leaver, recordings.Enrolment(t, 3)).Want(t, 200, "")
	rows := &changing{r.Members, r.Members.(store.Mover), func() {
		r.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
		r.form(t, "DELETE", "/members/me/", leaver, "password="+password).Want(t, 200, "")
	}}
	folder, remove, err := operator.New(r.Config, rows, r.Sessions, r.Grants, r.Objects, r.Keys).Clone(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	kept, objects, err := embedded.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	copied := serving(t, operator.Local(r.Config, kept, objects, r.Keys))
	if err := operator.Examine(t.Context(), copied.Deployment); err != nil {
		t.Error(err)
	}
	want, err := r.Members.Member(t.Context(), "gildong")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := kept.Member(t.Context(), "gildong"); err != nil || got.ObjectKey() != want.ObjectKey() {
		t.Errorf("%s, want %s, %v", got.ObjectKey(), want.ObjectKey(), err)
	}
	all, _, err := objects.List(t.Context(), "", "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		pk, _ := store.Owner(o.Key)
		if _, err := kept.MemberByPK(t.Context(), pk); err != nil {
			t.Errorf("%s: %v", o.Key, err)
		}
	}
}

// cutOff accepts a number of bytes and no more.
type cutOff struct{ left int }

func (c *cutOff) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func TestABackupThatIsKilledCanBeRunAgain(t *testing.T) {
	r, _ := inRunningFolder(t)
	r.inhabited(t)
	folder := r.flags[1]
	if err := operator.Ask(t.Context(), folder, []string{operator.Backup}, nil, &cutOff{left: 10_000}); err == nil {
		t.Fatal("it was not cut off")
	}
	// The service notices it at the next write.
	for _, err := os.Stat(filepath.Join(folder, "clone")); err == nil; _, err = os.Stat(filepath.Join(folder, "clone")) {
		runtime.Gosched()
	}
	file := filepath.Join(t.TempDir(), "backup.tar")
	if err := os.WriteFile(file+".part", make([]byte, 1<<20), 0o600); err != nil { // left by the interrupted backup before
		t.Fatal(err)
	}
	r.want(t, []string{"backup", file}, "is whole")
	if _, err := os.Stat(file + ".part"); !os.IsNotExist(err) {
		t.Errorf("left: %v", err)
	}
}

func TestWhatIsNotWholeIsNotRestored(t *testing.T) {
	r, _ := inRunningFolder(t)
	r.inhabited(t)
	file, keys := r.backedUp(t)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	other, err := keyfile.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	text, err := other.Text(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	write := func(name string, content []byte) string {
		t.Helper()
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	damaged := bytes.Clone(whole)
	damaged[len(damaged)/2] ^= 1
	into := filepath.Join(folder, "into")
	n := &running{flags: []string{"-data", into}}
	for want, args := range map[string][]string{
		archive.ErrCutOff.Error():      {"-keys", keys, write("cut", whole[:len(whole)/2])},
		"damaged":                      {"-keys", keys, write("damaged", damaged)},
		"doesn't open with these keys": {"-keys", write("other.json", text), file},
		"name the keys":                {file},
		"it is no backup":              {"-keys", keys, write("text", bytes.Repeat([]byte("text "), 1000))},
		"no such file":                 {"-keys", keys, file + ".none"},
	} {
		n.refused(t, append([]string{"restore"}, args...), want)
		if left, err := filepath.Glob(into + "*"); err != nil || len(left) > 0 {
			t.Errorf("%s: left is %q, %v", want, left, err)
		}
	}
	r.refused(t, []string{"restore", "-keys", keys, file}, "is not empty")
	r.refused(t, []string{"backup", file}, "is there already")

	// A killed restoration left its folder; the next one begins anew.
	if err := os.MkdirAll(filepath.Join(into+".part", "objects"), 0o700); err != nil {
		t.Fatal(err)
	}
	n.want(t, []string{"restore", "-keys", keys, "-log-out", file}, "is restored")
	if out := n.want(t, []string{"sessions", "gildong"}); strings.TrimSpace(out) != "sessions  0" {
		t.Errorf("sessions after -log-out:\n%s", out)
	}
}

func TestARestorationIntoAWSThatIsKilledIsRunAgain(t *testing.T) {
	local, _ := inRunningFolder(t)
	token := local.inhabited(t)
	for _, variable := range servers.Start(t).Environment() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	d, err := inAWS()
	if err != nil {
		t.Fatal(err)
	}
	from := local.Deployment
	lame := operator.New(d.Config, struct {
		failing
		store.Mover
	}{failing{d.Members}, d.Members.(store.Mover)}, d.Sessions, d.Grants, d.Objects, d.Keys)
	if err := operator.RestoreInto(t.Context(), "backup 1", from, lame); err == nil {
		t.Error("it went through")
	}
	if err := operator.RestoreInto(t.Context(), "backup 2", from, d); err == nil || !strings.Contains(err.Error(), "another backup") {
		t.Errorf("another backup: %v", err)
	}
	// Killed a second time, after everything was sealed with the new key.
	if err := operator.RestoreInto(t.Context(), "backup 1", from, d); err != nil {
		t.Fatal(err)
	}
	if err := d.Objects.Put(t.Context(), "restoring", []byte("backup 1")); err != nil {
		t.Fatal(err)
	}
	if err := operator.RestoreInto(t.Context(), "backup 1", from, d); err != nil {
		t.Fatal(err)
	}
	serving(t, d, "-aws").livesOn(t, token)
}
