package main

// request holds the resources that one request uses.
type request struct {
	name string
	// memoryMB is the function's memory, as in template.yaml.
	memoryMB      float64
	work, wait    float64 // billed seconds of the function: on a whole core, and waiting
	writeUnits    float64 // DynamoDB: one per KB and index written
	readUnits     float64 // DynamoDB: one per 4 KB for a consistent read, half of one for an eventually consistent one
	puts, gets    float64 // S3
	logBytes      float64 // the function's line, and Lambda's own two
	gatewayBytes  float64 // the gateway's line
	answeredBytes float64
	keys          bool // whether its function reads the service's keys
}

// Resources of a request. Work is of one core, which comes with 1,769 MB of memory;
// waits are typical for calls inside a region.
const (
	hashSeconds  = 0.040 // argon2id m=19456 t=2 p=1, measured: BenchmarkHash in shared/member/argon2id
	checkSeconds = 0.010 // a 12 s recording: 1.9 ms measured, BenchmarkCheck in shared/biometric, rounded up
	overhead     = 0.002 // decoding, answering
	dynamoWait   = 0.005
	s3Wait       = 0.025
	// coldSeconds is the average time that starts add to a request: one in a hundred
	// waits 100 ms for a sandbox and our start.
	coldSeconds = 0.01 * 0.100

	// A member who checks five times a day has the token's use noted every 17
	// hours (a tenth of 7 days), in the table and its index. An update of the
	// member's row takes failures back once a day, with a note of the use in the
	// table and by_due, and with every second of the other checks.
	checksADay   = 5.0
	tokenTouches = 24 / 16.8 / checksADay
	acceptances  = (1 + (checksADay-1)/2) / checksADay
	notesOfUse   = 1 / checksADay
	// A check leaves its digest with the member, whose row grows to 12 KB of digests
	// of 1.5 KB before they move to the template: half of it on average, beside 600
	// bytes. Every update of the row is charged for all of it.
	memberUnits  = 7
	checksToMove = 8.0
	// Moving them notes the new object and the one that it replaces for clean-up: a row
	// and its entry in by_due. The row of the member isn't in that index anew.
	noteUnits = 2
	// The digest and the count of the attempt, the token's use in its table and
	// index, the acceptance, its note, and a share of the move.
	checkWrites = memberUnits + 2*tokenTouches + memberUnits*acceptances + 2*notesOfUse + (memberUnits+2+noteUnits)/checksToMove

	logBytes      = 1600
	gatewayBytes  = 300
	answeredBytes = 900 // with headers

	// A process that opens templates or signs reads the keys each five minutes.
	secretsEvery = 300
)

func requests() []request {
	return written([]request{
		{
			name: "sign-up", memoryMB: 1769,
			work: hashSeconds + overhead, wait: 3 * dynamoWait,
			writeUnits: 1 + 2 + 3 + 2, // a count for the address, the member and by_pk, the token, by_username and by_due, the event and by_due
		},
		{
			name: "log-in", memoryMB: 1769,
			work: hashSeconds + overhead, wait: 3 * dynamoWait,
			readUnits:  1 + 4 + 0.5,       // the member and four counts, the tokens
			writeUnits: 1 + 1 + 3 + 3 + 2, // a count is added and taken back, a token is added and, sooner or later, one deleted; the event
		},
		{
			name: "check", memoryMB: 1024,
			work: checkSeconds + overhead, wait: dynamoWait + s3Wait, // the member is read concurrently with the model
			readUnits:  1,
			writeUnits: checkWrites,
			gets:       1, puts: 1.0 / checksToMove, keys: true,
		},
	})
}

// written sets the bytes that every request logs and answers, and its share of
// the time of starts.
func written(all []request) []request {
	for i := range all {
		all[i].wait += coldSeconds
		all[i].logBytes, all[i].gatewayBytes, all[i].answeredBytes = logBytes, gatewayBytes, answeredBytes
	}
	return all
}

// signSeconds is the time of an RSA signature, 1 ms, and for one request in a
// hundred of making the key, 0.1 s, which a process does once; measured.
const signSeconds = 0.001 + 0.01*0.1

// provider returns the requests of one log-in for an application by password and
// heart, in order. Their calls are those of infra/README.md's round trips.
func provider() []request {
	return written([]request{
		{name: "begin", memoryMB: 512, work: overhead, wait: dynamoWait, writeUnits: 1, keys: true},
		{name: "left to do", memoryMB: 512, work: overhead, wait: 3 * dynamoWait, readUnits: 3}, // the flow, the session, the member
		{name: "password", memoryMB: 1769, work: hashSeconds + overhead, wait: 6 * dynamoWait, readUnits: 1 + 1 + 4 + 0.5 + 1 + 1, writeUnits: 1 + 1 + 3 + 3 + 2},
		{name: "heart", memoryMB: 1024, work: checkSeconds + overhead, wait: 5*dynamoWait + s3Wait, readUnits: 5, writeUnits: checkWrites + 1, gets: 1, puts: 1 / checksToMove, keys: true},
		{name: "end", memoryMB: 512, work: overhead, wait: 6 * dynamoWait, readUnits: 4, writeUnits: 1 + 1},
		{name: "token", memoryMB: 1769, work: signSeconds + overhead, wait: 4 * dynamoWait, readUnits: 2, writeUnits: 1 + 1, keys: true},
		{name: "userinfo", memoryMB: 512, work: overhead, wait: 3 * dynamoWait, readUnits: 3},
	})
}

// coreMB is the memory that comes with one core; less memory comes with less of
// it.
const coreMB = 1769

// seconds returns the billed time of one request.
func (r request) seconds() float64 { return r.work*max(1, coreMB/r.memoryMB) + r.wait }

// keyReads returns the reads of the secret for one request.
func (r request) keyReads() float64 {
	if !r.keys {
		return 0
	}
	return r.seconds() / secretsEvery
}

// cost is in dollars, by the parts below.
type cost [8]float64

func parts() [len(cost{})]string {
	return [...]string{"gateway", "Lambda", "DynamoDB", "S3", "logs", "traffic", "WAF", "secret"}
}

func (c cost) total() (dollars float64) {
	for _, part := range c {
		dollars += part
	}
	return dollars
}

// cost returns the cost of n such requests in one month.
func (r request) cost(n float64) cost {
	return cost{
		tiered(n, gatewayRequests()),
		n*lambdaRequest + tiered(n*r.seconds()*r.memoryMB/1024, lambdaGBSeconds()),
		n * (r.writeUnits*dynamoWriteUnit + r.readUnits*dynamoReadUnit),
		n * (r.puts*s3Put + r.gets*s3Get),
		tiered(n*r.logBytes/gib, lambdaLogs()) + tiered(n*r.gatewayBytes/gib, otherLogs()),
		tiered(n*r.answeredBytes/gib, trafficOut()),
		n * wafRequest,
		n * r.keyReads() * secretRead,
	}
}

// quota is a limit of AWS's that can be raised on request.
type quota struct {
	name  string
	limit float64
	used  func(rate float64) float64
}

// quotas returns the defaults of us-east-1, 2025: docs.aws.amazon.com, "quotas"
// of each service. A new account has less of Lambda's (10).
func quotas(check request) []quota {
	return []quota{
		{"Lambda: 1,000 executions at once", 1_000, func(rate float64) float64 { return rate * check.seconds() }},
		{"API Gateway: 10,000 requests/s of a region", 10_000, func(rate float64) float64 { return rate }},
		{"DynamoDB: 40,000 read units/s of a table", 40_000, func(rate float64) float64 { return rate }},
		{"DynamoDB: 40,000 write units/s of a table", 40_000, func(rate float64) float64 { return rate * check.writeUnits }},
		{"S3: 5,500 reads/s of a prefix, before it splits", 5_500, func(rate float64) float64 { return rate * check.gets }},
	}
}
