package main

import (
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"systole/functions"
)

// standing is a cost of a stack in a month without requests.
type standing struct {
	what    string
	number  float64
	dollars float64 // of all of them
}

// resource is a resource of the template with a price of its own.
type resource struct {
	Type       string `yaml:"Type"`
	Properties struct {
		Metrics []struct {
			Expression string `yaml:"Expression"`
		} `yaml:"Metrics"`
		Rules []yaml.Node `yaml:"Rules"`
	} `yaml:"Properties"`
}

// fixed reads the template's resources that are charged by the month.
func fixed(template []byte) ([]standing, error) {
	var doc struct {
		Resources map[string]yaml.Node `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(template, &doc); err != nil {
		return nil, err
	}
	const alarm, acl = "AWS::CloudWatch::Alarm", "AWS::WAFv2::WebACL"
	count := make(map[string]float64)
	for _, node := range doc.Resources {
		var kind struct {
			Type string `yaml:"Type"`
		}
		if err := node.Decode(&kind); err != nil {
			return nil, err
		}
		count[kind.Type]++
		if kind.Type != alarm && kind.Type != acl {
			continue // properties of other types have other shapes
		}
		var r resource
		if err := node.Decode(&r); err != nil {
			return nil, err
		}
		if kind.Type == alarm {
			count["metrics of alarms"] += r.alarmMetrics()
		} else {
			count["rules"] += float64(len(r.Properties.Rules))
		}
	}
	count["metrics"] = float64(customMetrics())
	var all []standing
	for _, s := range []struct {
		what, kind string
		each       float64
	}{
		{"metrics of the service, where all occur every hour", "metrics", metricMonth},
		{"metrics that alarms watch", "metrics of alarms", alarmMonth},
		{"alarms of two alarms", "AWS::CloudWatch::CompositeAlarm", compositeMonth},
		{"dashboards", "AWS::CloudWatch::Dashboard", dashboardMonth},
		{"keys", "AWS::KMS::Key", keyMonth},
		{"secrets", "AWS::SecretsManager::Secret", secretMonth},
		{"WAF's lists, in prod", acl, aclMonth},
		{"WAF's rules, in prod", "rules", ruleMonth},
	} {
		all = append(all, standing{s.what, count[s.kind], count[s.kind] * s.each})
	}
	return append(all, standing{"clean-ups with nothing to do, one an hour", hoursAMonth, hoursAMonth * idleCleanUp}), nil
}

// alarmMetrics returns the number of metrics that an alarm is charged for: those
// it reads, or one, and three for anomaly detection.
func (r resource) alarmMetrics() float64 {
	read := 0.0
	for _, m := range r.Properties.Metrics {
		switch {
		case strings.Contains(m.Expression, "ANOMALY_DETECTION_BAND"):
			read += 2
		case m.Expression == "":
			read++
		}
	}
	return max(1, read)
}

// idleCleanUp is the cost of an hourly run with nothing to do: 129 calls for its
// lists and half a second, in a state machine of four transitions.
const idleCleanUp = 129*0.5*dynamoReadUnit + 4*transition + 0.5*0.5*0.0000133334

// codesSeen is the number of refusals, of all that exist, that occur in a month.
const codesSeen = 40

// customMetrics returns the number of the service's own: three of each route that
// is logged, those of its hashing, its signal processing and its stores, verdicts
// and qualities, a count of each refusal that occurs, and three of clean-up's.
func customMetrics() int {
	n := codesSeen + 3
	for _, f := range functions.All() {
		routes := len(f.Routes)
		for _, r := range f.Routes { // the page's files and the clients' have one name
			if strings.Contains(r.Path, "{") {
				routes--
			}
		}
		each := 3
		if len(f.Grants) > 0 {
			each++
		}
		for _, part := range f.Links {
			switch part {
			case functions.PasswordHashing:
				each++
			case functions.SignalProcessing:
				each += 2
			}
		}
		n += routes * each
	}
	return n
}

func printFixed(w io.Writer, all []standing) (total float64) {
	fmt.Fprint(w, "\nUS dollars a month for what stands in the template, whatever is asked\n\n| | number | dollars |\n|---|---:|---:|\n")
	for _, s := range all {
		fmt.Fprintf(w, "| %s | %.0f | %.2f |\n", s.what, s.number, s.dollars)
		total += s.dollars
	}
	fmt.Fprintf(w, "| together | | %.2f |\n", total)
	return total
}
