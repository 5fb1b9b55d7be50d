package main

import "math"

// Prices in US dollars, us-east-1, Linux on arm64, without free tiers and
// savings plans, as AWS's public price pages had them in 2025 (typed in by
// hand: compare before you rely on them):
// aws.amazon.com/{api-gateway,lambda,dynamodb,s3,cloudwatch,kms,waf,secrets-manager,step-functions}/pricing.
// In ap-northeast-2 logs, traffic out and DynamoDB cost more.
const (
	lambdaRequest   = 0.20 / 1e6
	dynamoWriteUnit = 0.625 / 1e6 // on demand
	dynamoReadUnit  = 0.125 / 1e6
	s3Put           = 5.00 / 1e6 // also the price of a list
	s3Get           = 0.40 / 1e6
	wafRequest      = 0.60 / 1e6
	secretRead      = 0.05 / 1e4
	transition      = 0.025 / 1e3 // of a state machine

	dynamoGBMonth = 0.25 + 0.20 // stored, and for point-in-time recovery
	s3GBMonth     = 0.023

	// Prices per month, whether used or not.
	metricMonth    = 0.30 // for each of the service's own; the first 10,000
	alarmMonth     = 0.10 // for each metric of an alarm; anomaly detection has three
	compositeMonth = 0.50
	dashboardMonth = 3.00
	keyMonth       = 1.00
	secretMonth    = 0.40
	aclMonth       = 5.00
	ruleMonth      = 1.00
)

// tier is the price of the next upTo units of a month.
type tier struct{ upTo, price float64 }

// gatewayRequests returns the prices of a REST API's requests.
func gatewayRequests() []tier {
	return []tier{{333e6, 3.50 / 1e6}, {667e6, 2.80 / 1e6}, {19e9, 2.38 / 1e6}, {math.Inf(1), 1.51 / 1e6}}
}

// lambdaGBSeconds returns the prices of arm64 functions' memory over time.
func lambdaGBSeconds() []tier {
	return []tier{{7.5e9, 0.0000133334}, {11.25e9, 0.0000120001}, {math.Inf(1), 0.0000106667}}
}

const gib = 1 << 30

// lambdaLogs returns the prices of functions' logs, per GB, since May 2025.
func lambdaLogs() []tier {
	return []tier{{10 << 10, 0.50}, {20 << 10, 0.25}, {20 << 10, 0.10}, {math.Inf(1), 0.05}}
}

// otherLogs returns the price of the gateway's logs, per GB.
func otherLogs() []tier { return []tier{{math.Inf(1), 0.50}} }

// trafficOut returns the prices of traffic to the internet, per GB.
func trafficOut() []tier {
	return []tier{{10 << 10, 0.09}, {40 << 10, 0.085}, {100 << 10, 0.07}, {math.Inf(1), 0.05}}
}

// tiered returns the price of a month's units.
func tiered(units float64, tiers []tier) float64 {
	var dollars float64
	for _, t := range tiers {
		n := min(units, t.upTo)
		dollars += n * t.price
		units -= n
	}
	return dollars
}
