package learn

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"systole/shared/ecg/beat"
	"systole/shared/ecg/feature"
	"systole/shared/ecg/network"
)

// NetworkSettings are the network's shape and the settings of its training.
type NetworkSettings struct {
	Channels []int // of the convolutions
	Kernels  []int // of the convolutions, odd
	Out      int   // values of the vector
	Epochs   int   // each draws every recording Draws times
	Draws    int
	Batch    int
	Rate     float64 // of learning, at its maximum
	Decay    float64 // of the weights
	Dropout  float64 // share of the dense layer's inputs that are dropped
	Margin   float64 // by which the right person's cosine must lead
	Scale    float64 // of the cosines before the softmax
}

// TrainNetwork trains the convolutional network to distinguish the recordings'
// persons, with an additive margin softmax (Wang et al.: Additive margin softmax
// for face verification, 2018) and AdamW (Loshchilov, Hutter, 2019).
func TrainNetwork(recordings []Beats, set NetworkSettings, seed uint64, progress func(done float64)) network.Network {
	t := newTrainer(recordings, set, rand.New(rand.NewPCG(seed, 2)))
	order := make([]int, 0, len(recordings)*set.Draws)
	for range set.Draws {
		for i := range recordings {
			order = append(order, i)
		}
	}
	steps := set.Epochs * (len(order) / set.Batch)
	for step := range steps {
		at := step % (len(order) / set.Batch)
		if at == 0 {
			t.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			progress(float64(step) / float64(steps))
		}
		t.step(order[at*set.Batch:(at+1)*set.Batch], float64(step)/float64(steps))
	}
	return t.net
}

// trainer holds the network, the further learned parameters and the work space.
type trainer struct {
	set        NetworkSettings
	random     *rand.Rand
	recordings []Beats
	label      []int // the recordings' persons
	net        network.Network
	persons    []float32 // one row of Out values for each
	parameters []*parameter
	stages     []stage
	dense      stage
}

// stage holds the data of a layer's forward pass that its backward pass needs.
type stage struct {
	layer        *network.Layer
	weight, bias *parameter
	times        int // of the whole batch
	columns      []float32
	out          []float32
	halved       []float32
	kept         []int32 // index of each value of halved in out, -1 for none
}

// parameter is a learned array, its gradient and AdamW's moments.
type parameter struct {
	value, gradient, first, second []float32
	decays                         bool
}

func newTrainer(recordings []Beats, set NetworkSettings, random *rand.Rand) *trainer {
	t := &trainer{set: set, random: random, recordings: recordings}
	var names []string
	for _, r := range recordings {
		i := slices.Index(names, r.Person)
		if i < 0 {
			i = len(names)
			names = append(names, r.Person)
		}
		t.label = append(t.label, i)
	}
	in, times := feature.Channels, feature.Length
	for i, out := range set.Channels {
		t.net.Convolutions = append(t.net.Convolutions, t.layer(in, out, set.Kernels[i]))
		in, times = out, times/2
	}
	t.net.Dense = t.layer(in*times, set.Out, 1)
	for i := range t.net.Convolutions {
		t.stages = append(t.stages, t.stage(&t.net.Convolutions[i]))
	}
	t.dense = t.stage(&t.net.Dense)
	t.persons = t.normal(len(names)*set.Out, 1/math.Sqrt(float64(set.Out)))
	t.learn(t.persons, false)
	return t
}

func (t *trainer) layer(in, out, kernel int) network.Layer {
	return network.Layer{
		In: in, Out: out, Kernel: kernel,
		Weight: t.normal(in*kernel*out, math.Sqrt(2/float64(in*kernel))),
		Bias:   make([]float32, out),
	}
}

func (t *trainer) normal(n int, deviation float64) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(deviation * t.random.NormFloat64())
	}
	return x
}

func (t *trainer) stage(l *network.Layer) stage {
	return stage{layer: l, weight: t.learn(l.Weight, true), bias: t.learn(l.Bias, false)}
}

func (t *trainer) learn(value []float32, decays bool) *parameter {
	n := len(value)
	p := &parameter{value: value, gradient: make([]float32, n), first: make([]float32, n), second: make([]float32, n), decays: decays}
	t.parameters = append(t.parameters, p)
	return p
}

// step learns from one batch of recordings; done is 0 to 1.
func (t *trainer) step(batch []int, done float64) {
	for _, p := range t.parameters {
		clear(p.gradient)
	}
	out := t.forward(batch)
	t.backward(t.loss(out, batch), len(batch))
	t.update(done)
}

func (t *trainer) forward(batch []int) []float32 {
	var x []float32
	for _, i := range batch {
		x = append(x, t.draw(t.recordings[i].Rows)...)
	}
	for i := range t.stages {
		x = t.stages[i].forward(x, len(batch))
	}
	keep := float32(1 / (1 - t.set.Dropout))
	for i := range x {
		x[i] *= keep
		if t.random.Float64() < t.set.Dropout {
			x[i] = 0
		}
	}
	d := &t.dense
	d.times = len(batch)
	d.columns = append(d.columns[:0], x...)
	d.out = d.layer.Multiply(d.out, d.columns, d.times)
	return d.out
}

func (s *stage) forward(x []float32, batch int) []float32 {
	l := s.layer
	each := len(x) / batch
	times := each / l.In
	width := l.Kernel * l.In
	s.times = batch * times
	s.columns = sized(s.columns, s.times*width)
	for b := range batch {
		network.Columns(s.columns[b*times*width:b*times*width:(b+1)*times*width], x[b*each:(b+1)*each], times, l.In, l.Kernel)
	}
	s.out = l.Multiply(s.out, s.columns, s.times)
	s.halve(batch, times)
	return s.halved
}

// halve keeps the larger of two neighbours in time, and nothing below 0.
func (s *stage) halve(batch, times int) {
	c := s.layer.Out
	s.halved = sized(s.halved, batch*(times/2)*c)
	if len(s.kept) < len(s.halved) {
		s.kept = make([]int32, len(s.halved))
	}
	i := 0
	for b := range batch {
		for t := range times / 2 {
			early := (b*times + 2*t) * c
			for k := early; k < early+c; k++ {
				from := k
				if s.out[k+c] > s.out[k] {
					from = k + c
				}
				s.halved[i], s.kept[i] = s.out[from], int32(from)
				if s.out[from] <= 0 {
					s.halved[i], s.kept[i] = 0, -1
				}
				i++
			}
		}
	}
}

// loss returns the gradient of the mean loss with respect to the dense layer's
// output, and adds that with respect to the persons' rows.
func (t *trainer) loss(out []float32, batch []int) []float32 {
	n, persons := t.set.Out, len(t.persons)/t.set.Out
	gradient := make([]float32, len(out))
	rows, lengths := units(t.persons, n)
	rowGradient := make([]float32, len(rows))
	cosines := make([]float64, persons)
	for b, i := range batch {
		e, length := units(out[b*n:(b+1)*n], n)
		for p := range cosines {
			cosines[p] = float64(inner(e, rows[p*n:(p+1)*n]))
		}
		cosines[t.label[i]] -= t.set.Margin
		softmax(cosines, t.set.Scale)
		cosines[t.label[i]]--
		turn := make([]float32, n)
		for p, c := range cosines {
			g := float32(c * t.set.Scale / float64(len(batch)))
			row, rg := rows[p*n:(p+1)*n], rowGradient[p*n:(p+1)*n]
			for k := range turn {
				turn[k] += g * row[k]
				rg[k] += g * e[k]
			}
		}
		throughUnit(gradient[b*n:(b+1)*n], turn, e, length[0])
	}
	own := t.parameters[len(t.parameters)-1].gradient
	for p := range persons {
		throughUnit(own[p*n:(p+1)*n], rowGradient[p*n:(p+1)*n], rows[p*n:(p+1)*n], lengths[p])
	}
	return gradient
}

// units scales each row of n values to length 1.
func units(x []float32, n int) (rows, lengths []float32) {
	rows = slices.Clone(x)
	for i := 0; i < len(x); i += n {
		length := float32(math.Sqrt(float64(inner(x[i:i+n], x[i:i+n])))) + 1e-9
		lengths = append(lengths, length)
		for k := i; k < i+n; k++ {
			rows[k] /= length
		}
	}
	return rows, lengths
}

// throughUnit propagates a gradient back through the scaling to length 1.
func throughUnit(dst, gradient, unit []float32, length float32) {
	along := inner(gradient, unit)
	for k := range dst {
		dst[k] = (gradient[k] - along*unit[k]) / length
	}
}

func inner(a, b []float32) float32 {
	var sum float32
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

func softmax(x []float64, scale float64) {
	highest := slices.Max(x)
	sum := 0.0
	for i, v := range x {
		x[i] = math.Exp(scale * (v - highest))
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
}

func (t *trainer) backward(gradient []float32, batch int) {
	x := t.dense.backward(gradient, true)
	keep := float32(1 / (1 - t.set.Dropout))
	for i := range x {
		x[i] *= keep
		if t.dense.columns[i] == 0 {
			x[i] = 0
		}
	}
	for i := len(t.stages) - 1; i >= 0; i-- {
		s := &t.stages[i]
		full := make([]float32, len(s.out))
		for k, from := range s.kept[:len(s.halved)] {
			if from >= 0 {
				full[from] = x[k]
			}
		}
		columns := s.backward(full, i > 0)
		if i > 0 {
			x = s.gather(columns, batch)
		}
	}
}

// backward adds the gradients of weight and bias, and returns that of the rows
// that the layer saw, if wanted.
func (s *stage) backward(gradient []float32, wanted bool) []float32 {
	l := s.layer
	width := l.Kernel * l.In
	g := blas32.General{Rows: s.times, Cols: l.Out, Stride: l.Out, Data: gradient}
	seen := blas32.General{Rows: s.times, Cols: width, Stride: width, Data: s.columns}
	weight := blas32.General{Rows: width, Cols: l.Out, Stride: l.Out, Data: s.weight.gradient}
	blas32.Gemm(blas.Trans, blas.NoTrans, 1, seen, g, 1, weight)
	for i, v := range gradient {
		s.bias.gradient[i%l.Out] += v
	}
	if !wanted {
		return nil
	}
	back := blas32.General{Rows: s.times, Cols: width, Stride: width, Data: make([]float32, s.times*width)}
	weight.Data = l.Weight
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, g, weight, 0, back)
	return back.Data
}

// gather sums, for each of a convolution's inputs, the gradients of the columns
// that it was copied to.
func (s *stage) gather(columns []float32, batch int) []float32 {
	l := s.layer
	times, width, half := s.times/batch, l.Kernel*l.In, l.Kernel/2
	x := make([]float32, s.times*l.In)
	for b := range batch {
		for t := range times {
			row := columns[(b*times+t)*width : (b*times+t+1)*width]
			for k := range l.Kernel {
				from := t + k - half
				if from < 0 || from >= times {
					continue
				}
				at := x[(b*times+from)*l.In : (b*times+from+1)*l.In]
				for c, v := range row[k*l.In : (k+1)*l.In] {
					at[c] += v
				}
			}
		}
	}
	return x
}

// update changes all parameters by AdamW. The rate rises over the first twentieth
// and falls as a half cosine after it.
func (t *trainer) update(done float64) {
	const (
		firstDecay, secondDecay = 0.9, 0.99
		rise                    = 0.05
		tiny                    = 1e-8
	)
	rate := t.set.Rate * (1 + math.Cos(math.Pi*(done-rise)/(1-rise))) / 2
	if done < rise {
		rate = t.set.Rate * (done + 0.001) / rise
	}
	for _, p := range t.parameters {
		decay := float32(0)
		if p.decays {
			decay = float32(rate * t.set.Decay)
		}
		for i, g := range p.gradient {
			p.first[i] += (1 - firstDecay) * (g - p.first[i])
			p.second[i] += (1 - secondDecay) * (g*g - p.second[i])
			root := float32(math.Sqrt(float64(p.second[i]))) + tiny
			p.value[i] -= float32(rate)*p.first[i]/root + decay*p.value[i]
		}
	}
}

// draw makes a training beat: the mean of some neighbouring beats, changed as
// other days, electrodes and heart rates might change it.
func (t *trainer) draw(rows [][]float64) []float32 {
	n := min(len(rows), 3+t.random.IntN(12))
	first := t.random.IntN(len(rows) - n + 1)
	mean := t.distort(Mean(rows[first : first+n]))
	return feature.Pair(nil, mean)
}

func (t *trainer) distort(mean []float64) []float64 {
	shift := 1.0 * t.random.NormFloat64()            // samples
	after := math.Exp(0.03 * t.random.NormFloat64()) // heart rate, beyond its correction
	noise := 0.03 * math.Abs(t.random.NormFloat64())
	wave := 0.06 * t.random.NormFloat64() // baseline
	phase := 2 * math.Pi * t.random.Float64()
	tWave := math.Exp(0.1 * t.random.NormFloat64()) // height of the T wave
	out := make([]float64, len(mean))
	smooth := 0.0
	for k := range out {
		at := float64(k - beat.Before)
		if at > 15 {
			at = 15 + (at-15)*after
		}
		v := linear(mean, float64(beat.Before)+at+shift*0.5)
		if at > 25 {
			v *= 1 + (tWave-1)*min(1, (at-25)/15)
		}
		smooth += 0.3 * (t.random.NormFloat64() - smooth)
		out[k] = v + noise*2*smooth + wave*math.Sin(phase+2*math.Pi*float64(k)/float64(len(out)))
	}
	return out
}

func linear(x []float64, at float64) float64 {
	at = min(max(at, 0), float64(len(x)-1)-1e-6)
	i := int(at)
	return x[i] + (at-float64(i))*(x[i+1]-x[i])
}

func sized(x []float32, n int) []float32 {
	if cap(x) < n {
		return make([]float32, n)
	}
	return x[:n]
}
