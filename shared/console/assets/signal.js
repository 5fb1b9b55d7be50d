// A signal that can be drawn at any length: a pyramid of minima and maxima, so
// that a frame costs as many steps as it has pixels, whatever lies under them.

const fold = 8; // samples, or blocks, of one block above

export class Signal {
  // samples are in microvolts. levels are those of a pyramid that is built already.
  constructor(samples, rateHz, levels) {
    this.samples = samples;
    this.rateHz = rateHz;
    this.seconds = samples.length / rateHz;
    this.levels = levels ?? [];
    if (levels) return;
    let least = samples, most = samples;
    while (least.length > 4 * fold) {
      [least, most] = folded(least, most);
      this.levels.push({ least, most });
    }
  }

  // envelope writes the least and the most of each of n equal parts of the
  // samples from first on, each so many samples long, into low and high.
  envelope(first, each, n, low, high) {
    let level = -1, size = 1;
    while (level + 1 < this.levels.length && size * fold <= each) { level++; size *= fold; }
    const least = level < 0 ? this.samples : this.levels[level].least;
    const most = level < 0 ? this.samples : this.levels[level].most;
    for (let k = 0; k < n; k++) {
      const begin = Math.max(0, Math.floor((first + k * each) / size));
      const end = Math.min(least.length, Math.max(begin + 1, Math.ceil((first + (k + 1) * each) / size)));
      let l = Infinity, m = -Infinity;
      for (let i = begin; i < end; i++) {
        if (least[i] < l) l = least[i];
        if (most[i] > m) m = most[i];
      }
      low[k] = l;
      high[k] = m;
    }
  }

  // spread returns the quantiles of a few hundred samples between two times.
  spread(from, to, ...shares) {
    const first = Math.max(0, Math.floor(from * this.rateHz));
    const last = Math.min(this.samples.length, Math.ceil(to * this.rateHz));
    if (last <= first) return shares.map(() => 0);
    const step = Math.max(1, Math.floor((last - first) / 700));
    const some = [];
    for (let i = first; i < last; i += step) some.push(this.samples[i]);
    some.sort((a, b) => a - b);
    return shares.map((share) => some[Math.round(share * (some.length - 1))]);
  }

  at(second) { return this.samples[Math.round(second * this.rateHz)]; }
}

function folded(least, most) {
  const n = Math.ceil(least.length / fold);
  const l = new Int32Array(n), m = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    let a = least[k * fold], b = most[k * fold];
    for (let i = k * fold + 1; i < Math.min(least.length, (k + 1) * fold); i++) {
      if (least[i] < a) a = least[i];
      if (most[i] > b) b = most[i];
    }
    l[k] = a;
    m[k] = b;
  }
  return [l, m];
}
