package raw

import (
	"bytes"
	"context"
	"io"
	"math"
)

// Options are a reader's settings beside the file's content.
type Options struct {
	Lead string // name of the wanted lead, empty for none
	Pick string // part of the name of the wanted ECG; empty for the newest
	// RateHz is the sampling rate that the sender states, 0 for none.
	RateHz float64
	// Beside is another file's description of this one.
	Beside Beside
	// Budget limits the cost of reading. All readers of one request share it.
	Budget *Budget
}

// Beside is a file's description of the samples in another.
type Beside struct {
	RateHz float64  // 0 if it isn't stated
	Names  []string // of the columns, with their units; nil if they aren't stated
}

// State sets the rate of a recording that has none.
func (b Beside) State(r *Recording) {
	if b.RateHz > 0 && (r.RateHz == 0 || r.RateGuessed) {
		r.RateHz, r.RateGuessed = b.RateHz, false
	}
}

// highestUsedHz is the highest rate of a recording that is compared.
const highestUsedHz = 4000

// Frames returns the number of samples to read of each lead, for the given number
// of leads and the rate: samples beyond it aren't used. For a file without a
// stated rate, 0, it uses the sender's rate, else the highest possible.
func (o Options) Frames(rateHz float64, leads int) int {
	if rateHz == 0 {
		rateHz = o.RateHz
	}
	if !(rateHz > 0) || rateHz > highestUsedHz {
		rateHz = highestUsedHz
	}
	return min(int(math.Ceil(MaxSeconds*rateHz)), o.Budget.Samples()/max(leads, 1))
}

// Bounds on the cost of a packed file. Recordings, text or binary, shrink to a
// third or a tenth; a file that shrinks far more was made to exhaust memory.
const (
	maxUnpackRatio = 25
	freeToUnpack   = 4 << 20   // bytes, whatever the ratio
	mostUnpacked   = 192 << 20 // bytes, whatever the ratio: 660 s of 12 leads at 1,000 Hz as text have a third of it
	// requestSamples bounds the samples of all files of a request together: one
	// recording may have MaxSamples, and sixteen recordings of one lead have that
	// many together.
	requestSamples = 2 * MaxSamples
)

// Budget is the remaining allowance for reading the files of one request. A
// reader asks it before it takes memory, and between pieces of long work.
type Budget struct {
	ctx     context.Context
	bytes   int64 // that may still be unpacked
	samples int   // that may still be read
}

// NewBudget returns the budget of files of the given total size in bytes.
// Unpacked bytes are counted over all of them, so that many small zip bombs get
// no more than a large one. Reading ends soon after ctx does.
func NewBudget(ctx context.Context, size int) *Budget {
	return &Budget{ctx, min(mostUnpacked, freeToUnpack+maxUnpackRatio*int64(size)), requestSamples}
}

// ErrTooLarge refuses a file whose unpacking would exceed the budget.
var ErrTooLarge = Refuse(Unsupported, 0, "it unpacks to far more than it should: send the recording alone, or not packed")

// Unpack reads from r at most the bytes that may still be unpacked. The stated
// size, 0 for none, is allocated at once and counts as unpacked even if r has
// fewer bytes. The error is ErrTooLarge, the context's or r's; the bytes read
// before it are returned with it.
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

// Samples returns the number of samples of one file that may still be read.
func (b *Budget) Samples() int {
	if b == nil {
		return MaxSamples
	}
	return min(b.samples, MaxSamples)
}

// Spend counts samples that were read.
func (b *Budget) Spend(samples int) { b.samples = max(0, b.samples-samples) }

// ErrTooMany refuses samples beyond the budget.
var ErrTooMany = Refuse(Unsupported, 0, "its files hold more than %d samples together: send fewer at once", requestSamples)

// Left returns the number of bytes that may still be unpacked.
func (b *Budget) Left() int64 { return b.bytes }

// Err returns the context's error once the request has ended.
func (b *Budget) Err() error { return b.ctx.Err() }
