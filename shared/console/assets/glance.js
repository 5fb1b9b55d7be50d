// How good an ECG is at a first glance, before the service has seen it: for each of
// an archive, of which only the chosen ones are sent. The service measures anew,
// and decides.

import { Pulse } from "./pulse.js";

// The service's limits, of package quality and of an enrolment.
export const needed = { seconds: 10, beats: 6 };
const mostFlat = 0.5;
const flatSeconds = 0.5;
const mostClipped = 0.1;
const leastKurtosis = 4.5;
const leastClean = 0.4;
const alike = 0.8; // the least correlation of a clean beat with the median beat

// glance returns the reason for which a signal can't be enrolled; null for none.
export function glance(samples, rateHz) {
  if (samples.length / rateHz < needed.seconds) return "too_short";
  if (flat(samples, rateHz) > mostFlat) return "leads_off";
  if (clipped(samples) > mostClipped) return "clipped";
  const signal = difference(mean(samples, 0.02 * rateHz), mean(samples, 0.6 * rateHz));
  const peaks = peaksOf(signal, rateHz);
  if (peaks.length < 2 || kurtosis(signal, rateHz) < leastKurtosis) return "no_beats";
  const clean = cleanBeats(signal, peaks, rateHz);
  if (clean < leastClean * peaks.length) return "noisy";
  return clean < needed.beats ? "too_few_beats" : null;
}

// mean averages over n samples around each.
function mean(x, n) {
  const reach = Math.max(1, Math.round(n / 2));
  const sums = new Float64Array(x.length + 1);
  for (let i = 0; i < x.length; i++) sums[i + 1] = sums[i] + x[i];
  return Float64Array.from(x, (_, i) => {
    const from = Math.max(0, i - reach), to = Math.min(x.length, i + reach);
    return (sums[to] - sums[from]) / (to - from);
  });
}

const difference = (a, b) => a.map((v, i) => v - b[i]);

// flat is the share of the time in which the value stays the same.
function flat(x, rateHz) {
  const shortest = flatSeconds * rateHz;
  let all = 0;
  for (let i = 0, begin = 0; i <= x.length; i++) {
    if (i < x.length && x[i] === x[begin]) continue;
    if (i - begin >= shortest) all += i - begin;
    begin = i;
  }
  return all / x.length;
}

// clipped is the share of the time at the highest and the lowest value, three
// samples in a row or more.
function clipped(x) {
  const least = x.reduce((a, b) => Math.min(a, b)), most = x.reduce((a, b) => Math.max(a, b));
  let all = 0;
  for (let i = 0, begin = 0; i <= x.length; i++) {
    if (i < x.length && x[i] === x[begin]) continue;
    if ((x[begin] === least || x[begin] === most) && i - begin >= 3) all += i - begin;
    begin = i;
  }
  return all / x.length;
}

// kurtosis is that of the slope: a heart rests between steep beats, noise doesn't.
function kurtosis(x, rateHz) {
  const lag = Math.max(1, Math.round(0.008 * rateHz));
  let second = 0, fourth = 0;
  for (let i = lag; i < x.length; i++) {
    const square = (x[i] - x[i - lag]) ** 2;
    second += square;
    fourth += square * square;
  }
  return second === 0 ? 0 : (fourth / second / second) * (x.length - lag);
}

// peaksOf finds the beats, of each where it is steepest. T waves that were taken for
// beats are less steep than those.
function peaksOf(x, rateHz) {
  const found = [];
  const lag = Math.max(1, Math.round(0.016 * rateHz));
  const slope = (i) => Math.abs(x[i + lag] - x[i]);
  new Pulse(rateHz, (second) => {
    const end = Math.min(Math.round(second * rateHz), x.length - lag);
    let peak = Math.max(0, end - Math.round(0.2 * rateHz));
    for (let i = peak; i < end; i++) if (slope(i) > slope(peak)) peak = i;
    found.push(peak);
  }).take(x);
  const usual = found.map(slope).sort((a, b) => b - a)[found.length >> 2];
  return found.filter((i) => slope(i) > 0.5 * usual);
}

// cleanBeats counts the beats that are like the median beat.
function cleanBeats(x, peaks, rateHz) {
  const before = Math.round(0.2 * rateHz), after = Math.round(0.35 * rateHz);
  const beats = peaks.filter((p) => p >= before && p + after <= x.length).map((p) => x.subarray(p - before, p + after));
  if (beats.length === 0) return 0;
  const median = Float64Array.from(beats[0], (_, i) => beats.map((beat) => beat[i]).sort((a, b) => a - b)[beats.length >> 1]);
  return beats.filter((beat) => correlation(beat, median) >= alike).length;
}

function correlation(a, b) {
  const n = a.length;
  const meanOf = (x) => x.reduce((sum, v) => sum + v, 0) / n;
  const [ma, mb] = [meanOf(a), meanOf(b)];
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < n; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return aa && bb ? ab / Math.sqrt(aa * bb) : 0;
}
