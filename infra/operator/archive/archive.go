// Package archive reads and writes backups: a tar file of a local service's data
// folder without its keys. Its last file lists the SHA-256 of each other one, in
// the format of sha256sum -c: an archive without it was cut off.
package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Names in an archive.
const (
	Rows    = "members.db" // the database file of package embedded
	Objects = "objects"    // a folder
	sums    = "SHA256SUMS"
)

// Write writes the folder's database file and objects. They must not change
// meanwhile.
func Write(w io.Writer, folder string) error {
	out := tar.NewWriter(w)
	var list bytes.Buffer
	add := func(name string) error { return addFile(out, &list, folder, name) }
	if err := add(Rows); err != nil {
		return err
	}
	err := filepath.WalkDir(filepath.Join(folder, Objects), func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, file)
		if err != nil {
			return err
		}
		return add(filepath.ToSlash(name))
	})
	if err != nil {
		return err
	}
	if err := out.WriteHeader(&tar.Header{Name: sums, Size: int64(list.Len()), Mode: 0o600, ModTime: time.Now()}); err != nil {
		return err
	}
	if _, err := out.Write(list.Bytes()); err != nil {
		return err
	}
	return out.Close()
}

func addFile(out *tar.Writer, list io.Writer, folder, name string) error {
	file, err := os.Open(filepath.Join(folder, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := out.WriteHeader(&tar.Header{Name: name, Size: info.Size(), Mode: 0o600, ModTime: info.ModTime()}); err != nil {
		return err
	}
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(out, h), file); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	_, err = fmt.Fprintf(list, "%x  %s\n", h.Sum(nil), name)
	return err
}

// ErrCutOff is the error for an archive without its end.
var ErrCutOff = errors.New("the backup is cut off: it was killed, or is not whole yet")

// Verify reads an archive to its end, and compares every file with the list. It
// returns the number of files.
func Verify(r io.Reader) (files int, err error) { return read(r, discard) }

// Unpack writes the archive's files below the folder, which must be new, with
// their times, and verifies them. After an error the folder's content is
// unusable.
func Unpack(r io.Reader, folder string) (files int, err error) {
	if err := os.MkdirAll(filepath.Join(folder, Objects), 0o700); err != nil {
		return 0, err
	}
	return read(r, func(h *tar.Header, content io.Reader) error {
		to := filepath.Join(folder, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, content)
		if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
			return err
		}
		return os.Chtimes(to, time.Time{}, h.ModTime)
	})
}

func discard(_ *tar.Header, content io.Reader) error {
	_, err := io.Copy(io.Discard, content)
	return err
}

// read calls take with each file except the list.
func read(r io.Reader, take func(*tar.Header, io.Reader) error) (int, error) {
	in := tar.NewReader(bufio.NewReaderSize(r, 1<<20))
	found := map[string]string{}
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, ErrCutOff
		}
		if err != nil {
			return 0, fmt.Errorf("it is no backup: %w", err)
		}
		if h.Name == sums {
			return len(found), compare(in, found)
		}
		if err := mayHold(h); err != nil {
			return 0, err
		}
		if _, again := found[h.Name]; again {
			return 0, fmt.Errorf("it is no backup: %s comes twice", h.Name)
		}
		sum := sha256.New()
		err = take(h, io.TeeReader(in, sum))
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, ErrCutOff
		}
		if err != nil {
			return 0, err
		}
		found[h.Name] = hex.EncodeToString(sum.Sum(nil))
	}
}

// mayHold refuses files that no backup contains: their names never leave the
// folder.
func mayHold(h *tar.Header) error {
	inside := h.Name == Rows || strings.HasPrefix(h.Name, Objects+"/")
	if h.Typeflag != tar.TypeReg || !inside || path.Clean(h.Name) != h.Name || !filepath.IsLocal(filepath.FromSlash(h.Name)) {
		return fmt.Errorf("it is no backup: it has %q in it", h.Name)
	}
	return nil
}

// compare compares the list with the computed hashes.
func compare(list io.Reader, found map[string]string) error {
	listed := 0
	for lines := bufio.NewScanner(list); ; listed++ {
		if !lines.Scan() {
			if err := lines.Err(); err != nil {
				return ErrCutOff
			}
			break
		}
		want, name, _ := strings.Cut(lines.Text(), "  ")
		switch got, ok := found[name]; {
		case !ok:
			return fmt.Errorf("the backup is damaged: %s is missing", name)
		case got != want:
			return fmt.Errorf("the backup is damaged: %s has changed", name)
		}
	}
	if listed != len(found) || found[Rows] == "" {
		return fmt.Errorf("the backup is damaged: %d files, %d in its list", len(found), listed)
	}
	return nil
}
