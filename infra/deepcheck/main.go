// Command deepcheck compares the rows of members with the objects of the bucket, on
// exports and not on live tables: a DynamoDB export of the table of members
// (DYNAMODB_JSON) and an S3 inventory (CSV) of the same day. Clean-up needs no such
// check; this finds what a fault of its own would leave.
//
//	go run ./infra/deepcheck -export FOLDER -inventory FOLDER [-passes 16]
//
// FOLDER holds what AWS wrote: of the export its data/*.json.gz, of the inventory its
// manifest.json and data/*.csv.gz. It reads both once in each pass, and keeps a
// pointer of 200 bytes in memory for each member of a pass.
//
// It prints a line for each finding: what is wrong, and the key. Nothing is changed.
package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"systole/shared/store"
)

func main() {
	export := flag.String("export", "", "`folder` of the export of the table of members")
	inventory := flag.String("inventory", "", "`folder` of the bucket's inventory")
	passes := flag.Int("passes", 1, "in how many passes to read them")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	found, err := check(out, *export, *inventory, *passes)
	if err = errors.Join(err, out.Flush()); err != nil {
		fmt.Fprintln(os.Stderr, "deepcheck:", err)
		os.Exit(2)
	}
	if found > 0 {
		os.Exit(1)
	}
}

// settled is the age from which an object has its pointer or its note, and
// clean-up has looked at it: younger objects aren't judged.
const settled = 3 * 24 * time.Hour

// check prints the findings and returns their number.
func check(w io.Writer, export, inventory string, passes int) (found int, err error) {
	tell := func(what, key string) {
		found++
		fmt.Fprintln(w, what, key)
	}
	for pass := range max(1, passes) {
		mine := func(pk int64) bool { return pk%int64(max(1, passes)) == int64(pass) }
		rows, err := readRows(export, mine, tell)
		if err != nil {
			return found, fmt.Errorf("export: %w", err)
		}
		taken, err := readObjects(inventory, func(o store.Object, taken time.Time) {
			if pk, ok := store.Owner(o.Key); ok && mine(pk) {
				rows.meet(o, taken, tell)
			}
		})
		if err != nil {
			return found, fmt.Errorf("inventory: %w", err)
		}
		for key, at := range rows.pointers {
			if taken.Sub(at) >= settled {
				tell("a row points to no object:", key)
			}
		}
	}
	return found, nil
}

// rows is what the export has about objects: those that a row points to, by the
// time of their making, and those that are noted for clean-up.
type rows struct {
	pointers map[string]time.Time
	noted    map[string]bool
}

// meet judges an object, and removes it from the pointers.
func (r *rows) meet(o store.Object, taken time.Time, tell func(what, key string)) {
	if _, ok := r.pointers[o.Key]; ok {
		delete(r.pointers, o.Key)
		return
	}
	folder := o.Key[:strings.LastIndex(o.Key, "/")+1]
	if taken.Sub(o.Modified) < settled || r.noted[o.Key] || r.noted[folder] {
		return
	}
	switch prefix, _, _ := strings.Cut(o.Key, "/"); prefix + "/" {
	case store.TemplatePrefix, store.MemoryPrefix:
		tell("no row points to, and no note names:", o.Key)
	case store.RecordingPrefix, store.IncomingPrefix:
		tell("no note names:", o.Key) // the bucket's life cycle deletes it all the same
	}
}

// value is an attribute in DynamoDB's JSON.
type value struct{ S, N string }

// readRows reads the rows of the members selected by mine, and reports those with
// a template that is on no list of clean-up's.
func readRows(folder string, mine func(pk int64) bool, tell func(what, key string)) (*rows, error) {
	r := &rows{pointers: map[string]time.Time{}, noted: map[string]bool{}}
	err := eachFile(folder, ".json.gz", func(in io.Reader) error {
		lines := json.NewDecoder(in)
		for {
			var line struct {
				Item struct {
					Username  value `json:"username"`
					PK        value `json:"pk"`
					ModelKey  value `json:"model_key"`
					ModelMade value `json:"model_made"`
					MemoryKey value `json:"memory_key"`
					Removed   value `json:"template_removed"`
					Due       value `json:"due"`
				}
			}
			if err := lines.Decode(&line); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
			row := line.Item
			if keys, ok := strings.CutPrefix(row.Username.S, "#leftover:"); ok {
				if pk, ok := store.Owner(keys); ok && mine(pk) {
					for key := range strings.FieldsSeq(keys) {
						r.noted[key] = true
					}
				}
				continue
			}
			pk, err := strconv.ParseInt(row.PK.N, 10, 64)
			if err != nil || !mine(pk) { // not a member's row, or one of another pass
				continue
			}
			switch {
			case row.ModelKey.S != "":
				r.pointers[row.ModelKey.S] = nanoseconds(row.ModelMade.N)
				if row.Due.N == "" {
					tell("on no list of templates to look at:", row.ModelKey.S)
				}
			case row.MemoryKey.S != "":
				r.pointers[row.MemoryKey.S] = nanoseconds(row.Removed.N)
			}
		}
	})
	return r, err
}

func nanoseconds(n string) time.Time {
	ns, _ := strconv.ParseInt(n, 10, 64)
	return time.Unix(0, ns)
}

// readObjects reads the current objects of an inventory, and returns the time of
// the inventory.
func readObjects(folder string, each func(o store.Object, taken time.Time)) (taken time.Time, err error) {
	b, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		return taken, err
	}
	var manifest struct{ FileFormat, FileSchema, CreationTimestamp string }
	if err := json.Unmarshal(b, &manifest); err != nil {
		return taken, fmt.Errorf("manifest.json: %w", err)
	}
	ms, err := strconv.ParseInt(manifest.CreationTimestamp, 10, 64)
	if err != nil || manifest.FileFormat != "CSV" {
		return taken, fmt.Errorf("manifest.json: format %q, taken at %q: it must be CSV, and say when", manifest.FileFormat, manifest.CreationTimestamp)
	}
	taken = time.UnixMilli(ms)
	columns := strings.Split(strings.ReplaceAll(manifest.FileSchema, " ", ""), ",")
	key, modified := slices.Index(columns, "Key"), slices.Index(columns, "LastModifiedDate")
	latest, marker := slices.Index(columns, "IsLatest"), slices.Index(columns, "IsDeleteMarker")
	if key < 0 || modified < 0 {
		return taken, fmt.Errorf("manifest.json: %q lacks Key or LastModifiedDate", manifest.FileSchema)
	}
	return taken, eachFile(folder, ".csv.gz", func(in io.Reader) error {
		lines := csv.NewReader(in)
		lines.FieldsPerRecord = len(columns)
		for {
			line, err := lines.Read()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if latest >= 0 && line[latest] != "true" || marker >= 0 && line[marker] == "true" {
				continue
			}
			name, err := url.QueryUnescape(line[key])
			if err != nil {
				return err
			}
			at, err := time.Parse(time.RFC3339, line[modified])
			if err != nil {
				return err
			}
			each(store.Object{Key: name, Modified: at}, taken)
		}
	})
}

// eachFile reads all files below a folder whose names have the ending, unpacked.
func eachFile(folder, ending string, read func(in io.Reader) error) error {
	n := 0
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ending) {
			return err
		}
		n++
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		unpacked, err := gzip.NewReader(f)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := read(unpacked); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
	if err == nil && n == 0 {
		err = fmt.Errorf("%s has no %s", folder, ending)
	}
	return err
}
