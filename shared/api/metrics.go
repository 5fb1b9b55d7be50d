package api

import (
	"log/slog"
	"time"

	"systole/shared/measure"
)

// Names of the metrics of every request. The others are package measure's, named
// where they are measured.
const (
	metricRequests   = "requests"
	metricTook       = "ms"
	metricColdStarts = "cold_starts"
	metricRefusals   = "refusals"
)

// directive tells CloudWatch which fields of a log line are metrics, and which
// are their dimensions (embedded metric format).
type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metric
}

type metric struct {
	Name string
	Unit measure.Unit
}

// metrics returns the attributes that make a request's log line a source of
// metrics: a few numbers, and CloudWatch's directive. The dimensions are the
// route and, for refusals, the error: each combination costs, so there are no
// more.
func (s *service) metrics(at time.Time, refused bool, measured []measure.Measurement) []slog.Attr {
	attrs := []slog.Attr{slog.Int(metricRequests, 1)}
	byRoute := []metric{{metricRequests, measure.Count}, {metricTook, measure.Milliseconds}}
	if s.served.CompareAndSwap(false, true) {
		attrs = append(attrs, slog.Int(metricColdStarts, 1))
		byRoute = append(byRoute, metric{metricColdStarts, measure.Count})
	}
	for _, m := range measured {
		byRoute = append(byRoute, metric{m.Name, m.Unit})
	}
	directives := []directive{{s.settings.MetricsNamespace, [][]string{{"route"}}, byRoute}}
	if refused {
		attrs = append(attrs, slog.Int(metricRefusals, 1))
		directives = append(directives, directive{s.settings.MetricsNamespace, [][]string{{"error"}},
			[]metric{{metricRefusals, measure.Count}}})
	}
	return append(attrs, slog.Group("_aws",
		slog.Int64("Timestamp", at.UnixMilli()),
		slog.Any("CloudWatchMetrics", directives)))
}
