// The beats of a stream as they come, to be seen, heard and felt. What is compared
// are those that the service finds.

const slopeSeconds = 0.025; // over which the slope is taken: a QRS complex is steep
const meanSeconds = 0.08; // over which its energy is averaged, as long as one
const deadSeconds = 0.3; // after a beat, in which a T wave may be steep, too
const learnSeconds = 1.5; // before the first beat
const forgetSeconds = 3; // in which the height of a beat is halved: electrodes settle

export class Pulse {
  // beat(second) is called for each; seconds count from the first sample.
  constructor(rateHz, beat) {
    Object.assign(this, { rateHz, beat, n: 0, energy: 0, high: 0, last: -1, below: false });
    this.slope = Math.max(1, Math.round(slopeSeconds * rateHz));
    this.before = [];
    this.keep = 0.5 ** (1 / (forgetSeconds * rateHz));
    this.share = 1 / (meanSeconds * rateHz);
  }

  take(samples) {
    for (const uv of samples) this.one(uv);
  }

  // one waits for the energy of the slope to rise over two fifths of the highest of
  // late.
  one(uv) {
    this.before.push(uv);
    if (this.before.length <= this.slope) return;
    const rise = uv - this.before.shift();
    this.energy += (rise * rise - this.energy) * this.share;
    this.high = Math.max(this.energy, this.high * this.keep);
    const second = (this.slope + this.n++) / this.rateHz;
    const below = this.below;
    this.below = this.energy < 0.4 * this.high;
    if (!below || this.below || second < learnSeconds || second - this.last < deadSeconds) return;
    this.last = second;
    this.beat(second);
  }
}
