// Package console is the page on which a person tries the service: they sign up,
// record or choose a file, look at the ECG, enrol and check. It is made of files
// that a browser reads as they are; its one endpoint returns the service's
// inspection of a recording.
package console

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"

	"systole/shared/api"
	"systole/shared/api/page"
)

//go:embed assets
var assets embed.FS

// Settings of the console.
type Settings struct {
	// DefaultRateHz is the sampling rate of the app's files, which don't state
	// one.
	DefaultRateHz float64
	// Parallel bounds the recordings that are inspected concurrently.
	Parallel int
	// UploadsOrigin is the origin to which large recordings are sent, such as
	// "https://bucket.s3.eu-central-1.amazonaws.com"; empty for the page's own.
	UploadsOrigin string
}

// AssetPath is the folder of the page's files.
const AssetPath = "/console/"

// policy returns a page's Content-Security-Policy: it allows the files beside the
// page and those inlined in it, sending recordings to the origin of uploads, and
// nothing else.
func policy(uploads string, in inlined) string {
	return "default-src 'none'; script-src 'self'" + in.script.source() + "; style-src 'self'" + in.style.source() +
		"; img-src 'self'; manifest-src 'self'; connect-src " +
		strings.TrimSpace("'self' "+uploads) + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// Routes returns the page, its files and its endpoint. The files' paths contain
// their version, and they are cached for ever; the page, which names them, is
// not.
func Routes(s Settings) ([]api.Route, error) {
	names, err := listed()
	if err != nil {
		return nil, err
	}
	version, err := versionOf(names)
	if err != nil {
		return nil, err
	}
	versioned := references(names, version)
	routes := []api.Route{newInspector(s).route()}
	for _, name := range names {
		if at, ok := pages[name]; ok {
			routes = append(routes, newPage(name, versioned, s.UploadsOrigin).Route(at))
			continue
		}
		if name == style || name == begin {
			continue // they are inlined in the pages
		}
		content := func() ([]byte, error) { return written(name, versioned) }
		p := page.New(kinds()[path.Ext(name)], policy(s.UploadsOrigin, inlined{}), content)
		switch name {
		case worker:
			routes = append(routes, api.Route{Path: AssetPath + worker, Methods: map[string]api.Handler{http.MethodGet: scoped(p.Answer)}})
		default:
			routes = append(routes, p.Lasting().Route(AssetPath+withVersion(name, version)))
		}
	}
	for i := range routes {
		if strings.HasPrefix(routes[i].Path, AssetPath) {
			routes[i].Name = AssetPath
		}
	}
	return routes, nil
}

// newPage returns a page that is made when it is first requested.
func newPage(name string, versioned *strings.Replacer, uploads string) *page.Page {
	var in inlined
	content := func() ([]byte, error) {
		html, parts, err := pageOf(name, versioned)
		in = parts
		return []byte(html), err
	}
	// A page asks for its policy after its content.
	return page.New(kinds()[".html"], "", content).Allowing(func() string { return policy(uploads, in) })
}

// index is the page itself, logIn the log-in for another application, and worker
// the script with which a browser caches the first: their addresses are the same
// in every version. style and begin are inlined in the pages that name them.
const (
	index  = "index.html"
	logIn  = "login.html"
	worker = "worker.js"
	style  = "console.css"
	begin  = "begin.js"
)

// pages are the addresses of the pages.
var pages = map[string]string{index: api.PathConsole, logIn: api.PathFlowPage}

// scoped lets the worker serve the page, which is one folder above it.
func scoped(answer api.Handler) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Service-Worker-Allowed", "../")
		return answer(w, r)
	}
}

// listed returns the names of the page's files.
func listed() ([]string, error) {
	files, err := assets.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("read the console's files: %w", err)
	}
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = file.Name()
		if _, ok := kinds()[path.Ext(names[i])]; !ok {
			return nil, fmt.Errorf("the console's file %s is of no known kind", names[i])
		}
	}
	return names, nil
}

// versionOf returns one version for all of the files, as scripts of two versions
// don't work together. It distinguishes builds of this program: a checksum is
// enough.
func versionOf(names []string) (string, error) {
	sum, length := crc32.NewIEEE(), 0
	for _, name := range names {
		b, err := assets.ReadFile("assets/" + name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(b))
		sum.Write(b)
		length += len(b)
	}
	return fmt.Sprintf("%08x%02x", sum.Sum32(), length%256), nil
}

// withVersion turns "app.js" into "app.0123456789.js".
func withVersion(name, version string) string {
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + version + ext
}

// references replaces the names of files by those with their version, wherever a
// file names another: in quotes, with or without its folder.
func references(names []string, version string) *strings.Replacer {
	var pairs []string
	for _, name := range names {
		if name == index || name == logIn || name == worker {
			continue
		}
		for _, folder := range []string{"", "./", "console/"} {
			pairs = append(pairs, `"`+folder+name+`"`, `"`+folder+withVersion(name, version)+`"`)
		}
	}
	return strings.NewReplacer(pairs...)
}

// comment matches a line that only readers of the source need.
var comment = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^[ \t]*//.*\n`) })

// written returns a file as it is sent: with versioned references, without its
// comments.
func written(name string, versioned *strings.Replacer) ([]byte, error) {
	b, err := assets.ReadFile("assets/" + name)
	if err != nil {
		return nil, err
	}
	switch path.Ext(name) {
	case ".csv", ".svg", ".png":
		return b, nil
	case ".js":
		b = comment().ReplaceAll(b, nil)
	}
	return []byte(versioned.Replace(string(b))), nil
}

// inlined are the style and the script of a page's first view, written into the
// page, so that it shows, and can be used, after one round trip. A phone's takes
// half a second.
type inlined struct{ style, script inline }

// inline is the content of a file that is written into a page.
type inline string

// source returns the content's hash for a policy; empty for no content.
func (i inline) source() string {
	if i == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(i))
	return " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// pageOf returns a page with its inlined files.
func pageOf(name string, versioned *strings.Replacer) (html string, in inlined, err error) {
	b, err := written(name, versioned)
	if err != nil {
		return "", inlined{}, err
	}
	html = string(b)
	for _, part := range []struct {
		into        *inline
		file, tag   string
		open, close string
	}{
		{&in.style, style, `<link rel="stylesheet" href="console/console.css">`, "<style>", "</style>"},
		{&in.script, begin, `<script src="console/begin.js"></script>`, "<script>", "</script>"},
	} {
		tag := versioned.Replace(part.tag)
		if !strings.Contains(html, tag) {
			continue
		}
		content, err := written(part.file, versioned)
		if err != nil {
			return "", inlined{}, err
		}
		*part.into = inline(content)
		html = strings.Replace(html, tag, part.open+string(content)+part.close, 1)
	}
	return html, in, nil
}

// kinds returns the media types of the page's files.
func kinds() map[string]string {
	return map[string]string{
		".html": "text/html; charset=utf-8",
		".js":   "text/javascript; charset=utf-8",
		".css":  "text/css; charset=utf-8",
		".svg":  "image/svg+xml",
		".png":  "image/png",
		".csv":  "text/csv; charset=utf-8",

		".webmanifest": "application/manifest+json",
	}
}
