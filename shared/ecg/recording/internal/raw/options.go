package raw

import (
	"bytes"
	"context"
	"io"
	"math"
)

// Options are what a reader is told beside the file's content.
type Options struct {
	Lead string // name of the wanted lead, empty for none
	Pick string // part of the name of the wanted ECG of many, empty for the newest
	// RateHz is the sampling rate that the sender states, 0 for none.
	RateHz float64
	// Budget is what reading may still cost. All readers of one request share it.
	Budget *Budget
}

// highestUsedHz is the highest rate of a recording that is compared.
const highestUsedHz = 4000

// Frames is how many samples of each of so many leads are read at a rate: what
// is longer isn't used. Of a file that doesn't say its rate, 0, those at the rate
// that the sender states are read, else those at the highest there is.
func (o Options) Frames(rateHz float64, leads int) int {
	if rateHz == 0 {
		rateHz = o.RateHz
	}
	if !(rateHz > 0) || rateHz > highestUsedHz {
		rateHz = highestUsedHz
	}
	return min(int(math.Ceil(MaxSeconds*rateHz)), o.Budget.Samples()/max(leads, 1))
}

// Bounds on what a packed file may cost. Recordings, text or binary, shrink to
// a third or a tenth; a file that shrinks far more was made to hurt.
const (
	maxUnpackRatio = 25
	freeToUnpack   = 4 << 20   // bytes, whatever the ratio
	mostUnpacked   = 192 << 20 // bytes, whatever the ratio: 660 s of 12 leads at 1,000 Hz as text have a third of it
	// requestSamples are those of all files of a request together: one recording
	// may have MaxSamples, and sixteen of one lead that many together.
	requestSamples = 2 * MaxSamples
)

// Budget is what reading the files of one request may still cost. A reader asks
// it before it takes memory, and between pieces of long work.
type Budget struct {
	ctx     context.Context
	bytes   int64 // that may still be unpacked
	samples int   // that may still be read
}

// NewBudget returns the budget of files of so many bytes. What is unpacked is
// counted over all of them: many small bombs are no better than a large one.
// Reading ends soon after ctx does.
func NewBudget(ctx context.Context, size int) *Budget {
	return &Budget{ctx, min(mostUnpacked, freeToUnpack+maxUnpackRatio*int64(size)), requestSamples}
}

// ErrTooLarge refuses a file whose unpacking would exceed the budget.
var ErrTooLarge = Refuse(Unsupported, 0, "it unpacks to far more than it should: send the recording alone, or not packed")

// Unpack reads from r at most what may still be unpacked. The stated size, 0
// for none, is taken in one piece and counts as unpacked even where fewer bytes
// come. The error is ErrTooLarge, the context's or r's; what came before it is
// returned with it.
func (b *Budget) Unpack(r io.Reader, stated int64) ([]byte, error) {
	if err := b.Err(); err != nil {
		return nil, err
	}
	if stated > b.bytes {
		return nil, ErrTooLarge
	}
	var data bytes.Buffer
	data.Grow(int(max(stated, 0)) + bytes.MinRead)
	n, err := data.ReadFrom(io.LimitReader(r, b.bytes+1))
	if n > b.bytes {
		return nil, ErrTooLarge
	}
	b.bytes -= max(n, stated)
	return data.Bytes(), err
}

// Samples are how many samples of one file may still be read.
func (b *Budget) Samples() int {
	if b == nil {
		return MaxSamples
	}
	return min(b.samples, MaxSamples)
}

// Spend counts samples that were read.
func (b *Budget) Spend(samples int) { b.samples = max(0, b.samples-samples) }

// ErrTooMany refuses what is beyond the samples of the budget.
var ErrTooMany = Refuse(Unsupported, 0, "its files hold more than %d samples together: send fewer at once", requestSamples)

// Left is how many bytes may still be unpacked.
func (b *Budget) Left() int64 { return b.bytes }

// Err is the context's error once nobody waits for the recording any more.
func (b *Budget) Err() error { return b.ctx.Err() }
