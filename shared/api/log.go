package api

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"systole/shared/measure"
)

type baseKey struct{}

// WithBase returns a context with the address, without its last slash, at which
// the request came to the service. The gateway states it, not the caller.
func WithBase(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, baseKey{}, address)
}

// Base returns the address at which a request came to the service, "" if no
// gateway has stated it.
func Base(ctx context.Context) string {
	address, _ := ctx.Value(baseKey{}).(string)
	return address
}

type requestIDKey struct{}

// WithRequestID returns a context whose request is logged and answered with
// this id. An id that is not a plain word of at most 64 characters is left out.
func WithRequestID(ctx context.Context, id string) context.Context {
	if !plainWord(id) {
		return ctx
	}
	return context.WithValue(ctx, requestIDKey{}, id)
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

func plainWord(s string) bool {
	for _, c := range []byte(s) {
		plain := c == '-' || c == '_' || c == '.' ||
			'0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !plain {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 64
}

// served is the outcome of a request.
type served struct {
	status   int
	start    time.Time
	took     time.Duration
	err      error
	gone     bool   // whether the caller hung up before an answer
	stack    []byte // where the handler panicked; nil when it did not
	measured []measure.Measurement
}

// A request whose caller closed the connection before the answer is logged with
// nginx's status for it: it is neither a refusal nor a failure of the service.
const (
	statusCallerGone = 499
	callerGone       = "caller_gone"
)

// hungUp reports whether err is due to a connection that the caller closed. An
// exceeded deadline doesn't count.
func hungUp(r *http.Request, err error) bool {
	return errors.Is(err, context.Canceled) && errors.Is(r.Context().Err(), context.Canceled)
}

// log writes the one line about a request. The line holds values of the service
// only: the route and not the path, no header, no query, nothing of a body. The
// cause is logged only for a fault of the service.
func (s *service) log(r *http.Request, rt *route, was served) {
	attrs := make([]slog.Attr, 0, 16)
	attrs = append(attrs,
		slog.String("method", knownMethod(r.Method)),
		slog.String("route", routeName(rt)),
		slog.Int("status", was.status),
		slog.Float64("ms", float64(was.took.Microseconds())/1000))
	if id := requestID(r.Context()); id != "" {
		attrs = append(attrs, slog.String("request_id", id))
	}
	if ip := sourceIP(r.RemoteAddr); ip != "" {
		attrs = append(attrs, slog.String("ip", ip))
	}
	level := slog.LevelInfo
	if was.gone {
		attrs = append(attrs, slog.String("error", callerGone))
	} else if was.err != nil {
		code := faultOf(was.err).Code
		attrs = append(attrs, slog.String("error", string(code)))
		if was.status >= 500 || words[code].status >= 500 {
			level = slog.LevelError
			attrs = append(attrs, slog.String("cause", was.err.Error()))
		}
	}
	if was.stack != nil {
		attrs = append(attrs, slog.String("stack", string(was.stack)))
	}
	for _, m := range was.measured {
		attrs = append(attrs, slog.Float64(m.Name, m.Value))
	}
	if s.settings.MetricsNamespace != "" {
		attrs = append(attrs, s.metrics(was.start, was.err != nil && !was.gone, was.measured)...)
	}
	s.settings.Logger.LogAttrs(r.Context(), level, "request", attrs...)
}

func routeName(rt *route) string {
	if rt == nil {
		return "none"
	}
	return cmp.Or(rt.Name, rt.Path, "/")
}

func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return method
	}
	return "other"
}

// Address returns the address that a request comes from, empty if unknown. Of an
// IPv6 address it returns the /64, which one household or office has.
func Address(r *http.Request) string {
	address := sourceIP(r.RemoteAddr)
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	network, _ := ip.WithZone("").Prefix(64) // an IPv6 address has 128 bits
	return network.String()
}

// sourceIP returns the IP address of an address with or without a port; "" if
// it holds none.
func sourceIP(remote string) string {
	if host, _, err := net.SplitHostPort(remote); err == nil {
		remote = host
	}
	if net.ParseIP(remote) == nil {
		return ""
	}
	return remote
}
