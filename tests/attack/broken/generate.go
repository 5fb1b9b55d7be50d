// Package broken sends recordings and bodies that are broken in many ways. Each
// must be refused with a reason, at once, and within little memory.
package broken

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// file is a file sent as a recording.
type file struct {
	name string
	data []byte
}

// sound returns the samples of every format below a folder, which are readable.
func sound(folder string) ([]file, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*", "enrol*"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no samples in %s: %w", folder, err)
	}
	var files []file
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, file{filepath.Base(filepath.Dir(path)), data})
	}
	return files, nil
}

// damages are ways to break a sound file.
var damages = []struct {
	name string
	do   func(r *rand.Rand, data []byte) []byte
}{
	{"cut off", func(r *rand.Rand, data []byte) []byte { return data[:r.IntN(len(data))] }},
	{"cut off in the header", func(r *rand.Rand, data []byte) []byte { return data[:r.IntN(min(len(data), 600))] }},
	{"beginning missing", func(r *rand.Rand, data []byte) []byte { return data[r.IntN(len(data)):] }},
	{"one bit", func(r *rand.Rand, data []byte) []byte { return flip(r, data, 1, len(data)) }},
	{"bits in the header", func(r *rand.Rand, data []byte) []byte { return flip(r, data, 1+r.IntN(8), min(len(data), 600)) }},
	{"many bits", func(r *rand.Rand, data []byte) []byte { return flip(r, data, len(data)/50+1, len(data)) }},
	{"extreme bytes", extremeBytes},
	{"a lying number", lyingNumber},
	{"a part twice", func(r *rand.Rand, data []byte) []byte {
		i := r.IntN(len(data))
		return append(bytes.Clone(data[:i]), data[i/2:]...)
	}},
	{"a part missing", func(r *rand.Rand, data []byte) []byte {
		i, j := r.IntN(len(data)), r.IntN(len(data))
		return append(bytes.Clone(data[:min(i, j)]), data[max(i, j):]...)
	}},
	{"noise behind it", func(r *rand.Rand, data []byte) []byte { return append(bytes.Clone(data), noise(r, 1+r.IntN(5000))...) }},
	{"noise in it", func(r *rand.Rand, data []byte) []byte {
		broken := bytes.Clone(data)
		copy(broken[r.IntN(len(data)):], noise(r, 1+r.IntN(500)))
		return broken
	}},
}

func flip(r *rand.Rand, data []byte, n, within int) []byte {
	broken := bytes.Clone(data)
	for range n {
		broken[r.IntN(within)] ^= 1 << r.IntN(8)
	}
	return broken
}

// extremeBytes sets a few bytes near the beginning, where lengths and counts
// lie.
func extremeBytes(r *rand.Rand, data []byte) []byte {
	broken := bytes.Clone(data)
	at, value := r.IntN(min(len(data), 1200)), []byte{0, 0x7f, 0x80, 0xff}[r.IntN(4)]
	for i := at; i < min(len(broken), at+1+r.IntN(8)); i++ {
		broken[i] = value
	}
	return broken
}

var digits = regexp.MustCompile(`[0-9]+`)

// lyingNumber replaces a number that is written in digits.
func lyingNumber(r *rand.Rand, data []byte) []byte {
	head := data[:min(len(data), 2000)]
	found := digits.FindAllIndex(head, -1)
	if len(found) == 0 {
		return extremeBytes(r, data)
	}
	at := found[r.IntN(len(found))]
	lie := []string{"0", "-1", "1000000000", "99999999999999999999", "NaN", "Inf", "1e308", "0.0000001", ""}[r.IntN(9)]
	if n := at[1] - at[0]; r.IntN(2) == 0 { // fields of fixed width
		lie = (lie + strings.Repeat(" ", n))[:n]
	}
	return append(append(bytes.Clone(data[:at[0]]), lie...), data[at[1]:]...)
}

func noise(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// inventions are files that were never sound.
func inventions(r *rand.Rand) []file {
	line := func(s string) string { return strings.Repeat(s+"\n", 6000) }
	columns := strings.Repeat("0,", 1_000_000)
	return []file{
		{"nothing", nil},
		{"noise", noise(r, 1+r.IntN(100_000))},
		{"zeros", make([]byte, 1+r.IntN(100_000))},
		{"not a number", []byte(line("NaN"))},
		{"infinity", []byte(line("Infinity"))},
		{"beyond all numbers", []byte(line("1e999"))},
		{"constant", []byte(line("0.5"))},
		{"0 Hz", []byte("Sample Rate,0 hertz\n" + line("0.1"))},
		{"10^12 Hz", []byte("Sample Rate,1000000000000 hertz\n" + line("0.1"))},
		{"time stands still", []byte("time (ms),ecg\n" + line("5,0.1"))},
		{"a million columns", []byte(columns + "\n" + columns)},
		{"one endless line", bytes.Repeat([]byte("1"), 1<<20)},
		{"only quotes", bytes.Repeat([]byte(`"`), 1<<16)},
		{"deep JSON", []byte(strings.Repeat(`{"a":`, 200_000))},
		{"deep XML", []byte("<AnnotatedECG>" + strings.Repeat("<a>", 200_000))},
		{"XML with entities", []byte(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "&x;&x;&x;">]><AnnotatedECG>&y;</AnnotatedECG>`)},
		{"a picture", append([]byte("\x89PNG\r\n\x1a\n"), noise(r, 1000)...)},
		{"a PDF", append([]byte("%PDF-1.7\n"), noise(r, 1000)...)},
		{"a billion channels", []byte("0       " + strings.Repeat(" ", 244) + "9999")},
		{"gzip bomb", packed(bytes.Repeat([]byte("1\n"), 50<<20))},
		{"gzip in gzip", packed(packed(packed(packed([]byte(line("0.1"))))))},
		{"zip bomb", zipped(r, 1, 100<<20)},
		{"many files", zipped(r, 30_000, 1)},
	}
}

func packed(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	w.Write(data) // to memory: can't fail
	w.Close()
	return b.Bytes()
}

func zipped(_ *rand.Rand, files, size int) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	content, method := bytes.Repeat([]byte("1\n"), size/2+1), zip.Store
	if len(content) > 1<<10 { // a compressor for each small file takes minutes under the race detector
		method = zip.Deflate
	}
	for i := range files {
		f, _ := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("../../%d.csv", i), Method: method}) // to memory: can't fail
		f.Write(content)
	}
	w.Close()
	return b.Bytes()
}

// body is a body sent in place of a form.
type body struct {
	name, contentType string
	data              []byte
}

// bodies are broken forms.
func bodies(r *rand.Rand) []body {
	const json, form, multi = "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
	cut := `{"username":"kim","password":"tachy-cardia!","name":"Kim"}`
	return []body{
		{"nothing", json, nil},
		{"JSON cut off", json, []byte(cut[:r.IntN(len(cut))])},
		{"JSON with a bit changed", json, flip(r, []byte(cut), 1, 12)},
		{"deep JSON", json, []byte(strings.Repeat("[", 60_000))},
		{"a number for a name", json, []byte(`{"username":1e999,"password":[],"name":{}}`)},
		{"broken UTF-8", json, []byte("{\"username\":\"\xff\xfe\",\"password\":\"\xc0\x80aaaaaaaa\",\"name\":\"\xed\xa0\x80\"}")},
		{"broken escapes", form, []byte("username=%zz&password=%&name=%u0041")},
		{"many fields", form, []byte(strings.Repeat("a=b&", 16_000))},
		{"a huge field", form, append([]byte("username="), bytes.Repeat([]byte("a"), 60_000)...)},
		{"too much", json, bytes.Repeat([]byte(" "), 70_000)},
		{"no boundary", "multipart/form-data", []byte("--x\r\n")},
		{"a part without an end", multi, []byte("--x\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nkim")},
		{"many parts", multi, []byte(strings.Repeat("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n", 900) + "--x--")},
		{"a huge header", multi, []byte("--x\r\nContent-Disposition: form-data; name=\"" + strings.Repeat("a", 60_000) + "\"\r\n\r\nb\r\n--x--")},
		{"another type", "text/plain", []byte(cut)},
		{"noise", []string{json, form, multi}[r.IntN(3)], noise(r, 1+r.IntN(2000))},
		{"zero bytes", form, []byte("username=a\x00b&password=\x00\x00\x00\x00\x00\x00\x00\x00&name=\x00")},
	}
}
