package main

import (
	"fmt"
	"io"
)

// Members check checksADay times a day and log in once a month. The peak of
// traffic is three times its average.
const (
	daysAMonth   = 30.0
	peak         = 3.0
	tokensEach   = 1.0
	eventsEach   = 6 * 31 // a check noted each day and a log-in a month, for 180 days
	kB           = 1.0 / 1e6
	rowOverhead  = 0.1 // kB that DynamoDB adds to each row and index entry
	entrykB      = 0.15
	memberkB     = 0.6 + 6 // with half of the digests that a row grows to
	tokenkB      = 0.5
	eventkB      = 0.15
	templatekB   = 40    // the object: template and digests of earlier checks
	replacedDays = 1 + 1 // days until clean-up, and until the older version is deleted
)

// population is a number of members.
type population float64

// peakRate returns the checks per second at the peak.
func (n population) peakRate() float64 { return float64(n) * checksADay * peak / 86400 }

// leftovers returns the number of templates that checks replace in a month, which
// clean-up erases.
func (n population) leftovers() float64 { return float64(n) * checksADay * daysAMonth / checksToMove }

// storedGB returns the data in DynamoDB, with its indexes, and in S3.
func (n population) storedGB() (tables, bucket float64) {
	row := func(kB, indexes float64) float64 { return kB + rowOverhead + indexes }
	entry := entrykB + rowOverhead
	each := row(memberkB, 2*entry) + tokensEach*row(tokenkB, tokenkB+rowOverhead+entry) + eventsEach*row(eventkB, entry)
	notes := n.leftovers() / daysAMonth * row(entrykB, entry)
	old := n.leftovers() / daysAMonth * replacedDays * templatekB
	return (float64(n)*each + notes) * kB, (float64(n)*templatekB + old) * kB
}

// cleanUp returns the cost of clean-up in a month: for each leftover an entry of
// the list, the member by number and by name, a list of versions, and the settled
// note; for each template one look in a year. DynamoDB's TTL deletes tokens and
// activity.
func (n population) cleanUp() float64 {
	const (
		lookUnits = 0.1 + 0.5 + 2 // read: a share of a page, by_pk, the row
		seconds   = 0.08 / 8      // eight entries concurrently in a function of 512 MB
	)
	leftover := lookUnits*dynamoReadUnit + noteUnits*dynamoWriteUnit + s3Put + seconds*0.5*lambdaGBSeconds()[0].price
	look := lookUnits*dynamoReadUnit + (memberUnits+2)*dynamoWriteUnit
	return n.leftovers()*leftover + float64(n)/12*look
}

func (n population) row(w io.Writer) {
	check, logIn := requests()[2], requests()[1]
	tables, bucket := n.storedGB()
	parts := []float64{
		check.cost(float64(n) * checksADay * daysAMonth).total(), logIn.cost(float64(n)).total(), n.cleanUp(), tables * dynamoGBMonth, bucket * s3GBMonth,
	}
	fmt.Fprintf(w, "| %.0f | %.0f | %.0f | %.0f |", n, n.peakRate(), tables, bucket)
	total := 0.0
	for _, p := range parts {
		total += p
		fmt.Fprintf(w, " %.0f |", p)
	}
	fmt.Fprintf(w, " %.0f | %.4f |\n", total, total/float64(n))
}

// bound is a limit, with the number of members whose peak reaches it.
type bound struct {
	name string
	met  population
}

// bounds returns those of a table's partitions, indexes and keys, besides the
// quotas.
func bounds(check request) (all []bound) {
	perRate := float64(1 / population(1).peakRate()) // members whose peak is one check a second
	for _, q := range quotas(check) {
		all = append(all, bound{q.name, population(perRate * q.limit / q.used(1))})
	}
	const listWrites = 1_000 // per second, to one key of an index
	notesAMember := population(1).leftovers() / daysAMonth / 86400 * peak
	eventsAMember := (1 + 1/daysAMonth) / 86400 * peak
	return append(all,
		bound{"by_due of members: 32 keys of 1,000 writes/s, two for a note", population(32 * listWrites / (2 * notesAMember))},
		bound{"by_due of activity: 32 keys of 1,000 writes/s", population(32 * listWrites / eventsAMember)},
		bound{"clean-up: 32 lists, 100 leftovers/s each, 50 of 60 minutes", population(32 * 100 * 86400 * 50 / 60 / (population(1).leftovers() / daysAMonth))},
		bound{"numbers of members: half of the blocks of 1,024 claimed, 100 used of each", population(1 << 52 / 1024 * 100)},
	)
}

// grown prints the cost of growing numbers of members, and the limits that they
// reach.
func grown(w io.Writer) {
	fmt.Fprint(w, "\nUS dollars a month for so many members, who check five times a day and log in once a month; GB stored\n\n")
	fmt.Fprint(w, "| members | checks/s at the peak | GB in tables | GB in the bucket | checks | log-ins | clean-up | tables | bucket | total | a member |\n")
	fmt.Fprint(w, "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, n := range []population{1e4, 1e5, 1e6, 1e7, 1e8} {
		n.row(w)
	}
	fmt.Fprint(w, "\nMillions of members at which each limit is met at the peak\n\n| limit | millions |\n|---|---:|\n")
	for _, b := range bounds(requests()[2]) {
		fmt.Fprintf(w, "| %s | %.0f |\n", b.name, float64(b.met)/1e6)
	}
}
