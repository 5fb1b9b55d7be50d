package answers

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// A walk is a file of testdata: requests to a service that starts empty, in
// order, each with its whole answer.
type walk []step

// step is a request and its answer, as they stand in the file:
//
//	# why it is there
//	wait 1h
//	POST /members/login/ username=kim&password=tachy-cardia!
//	Authorization: Token <token-1>
//	faults
//	< 200
//	< {"token":"<token-2>", ...
//
// The text behind the path is an urlencoded body, or the fields beside the files of a
// multipart one: file NAME=CONTENT. A word in pointed brackets stands for a value that
// the service has drawn. X-From and X-Gateway are the addresses of the caller and of
// the API as the gateway sees them. With faults, every call to a store fails once: see faults.
type step struct {
	comment []string
	given   []string // lines up to the answer
	wanted  []string // lines of the answer, without their mark

	wait         time.Duration
	method, path string
	form         string
	header       http.Header
	files        []string // NAME=CONTENT
	faults       bool
}

const answerMark = "< "

func read(t *testing.T, file string) walk {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var w walk
	var s step
	for lines := bufio.NewScanner(f); lines.Scan(); {
		switch line := lines.Text(); {
		case line == "":
			w, s = append(w, s), step{}
		case strings.HasPrefix(line, "#"):
			s.comment = append(s.comment, line)
		case strings.HasPrefix(line, answerMark):
			s.wanted = append(s.wanted, strings.TrimPrefix(line, answerMark))
		default:
			s.given = append(s.given, line)
		}
	}
	w = slices.DeleteFunc(append(w, s), func(s step) bool { return len(s.given) == 0 })
	for i := range w {
		if err := w[i].parse(); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return w
}

func (s *step) parse() (err error) {
	s.header = make(http.Header)
	for _, line := range s.given {
		first, rest, _ := strings.Cut(line, " ")
		switch {
		case first == "wait":
			if s.wait, err = time.ParseDuration(rest); err != nil {
				return err
			}
		case first == "faults":
			s.faults = true
		case first == "file":
			s.files = append(s.files, rest)
		case strings.HasSuffix(first, ":"):
			s.header.Add(strings.TrimSuffix(first, ":"), rest)
		default:
			s.method = first
			s.path, s.form, _ = strings.Cut(rest, " ")
		}
	}
	if s.path == "" {
		return fmt.Errorf("no request in %q", s.given)
	}
	return nil
}

// String returns the step as it stands in the file.
func (s step) String() string {
	var b strings.Builder
	for _, line := range slices.Concat(s.comment, s.given) {
		b.WriteString(line + "\n")
	}
	for _, line := range s.wanted {
		b.WriteString(answerMark + line + "\n")
	}
	return b.String()
}
