// The trace on its paper, to be moved through and looked at closely. Speed and
// gain are what a cardiologist knows: 25 mm/s and 10 mm/mV, and steps from there.

import { inks, mm, rule, sized, squares } from "./paper.js";
import { Signal } from "./signal.js";
import { clock } from "./clock.js";

const speeds = [200, 100, 50, 25, 12.5, 5, 2.5, 1, 0.5, 0.25, 0.1]; // mm/s
const gains = [2.5, 5, 10, 20, 40]; // mm/mV
const slowestPaper = 5; // mm/s; below it squares say nothing
const axis = 22; // pixels for the times
const pulse = 9 * mm; // pixels for the calibration pulse
const longestRR = 3; // seconds; what is longer is a gap between beats that were found

export class Trace {
  // moved() is called when another part is in view or the scale has changed.
  constructor(element, moved) {
    this.element = element;
    this.canvas = element.querySelector("canvas");
    this.moved = moved;
    this.signals = null;
    this.compared = true;
    this.fingers = new Map();
    this.reset();
    new ResizeObserver(() => this.view(this.from)).observe(element);
    element.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    element.addEventListener("pointerdown", (event) => this.onDown(event));
    element.addEventListener("pointermove", (event) => this.onMove(event));
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, (event) => this.onUp(event));
    element.addEventListener("pointerleave", () => this.point(null));
    element.addEventListener("keydown", (event) => this.onKey(event));
  }

  reset() {
    Object.assign(this, { from: 0, speed: 25, wanted: "auto", peaks: [], pointed: null });
  }

  // show draws samples in microvolts, as recorded and as compared; peaks are in
  // seconds. null clears.
  show(seen) {
    this.reset();
    this.signals = seen && {
      recorded: new Signal(seen.samples, seen.rate_hz),
      compared: new Signal(seen.compared ?? seen.samples, seen.rate_hz),
    };
    this.peaks = seen?.r_peaks ?? [];
    this.view(0);
  }

  // follow draws what has come so far, its end in view.
  follow(samples, rateHz) {
    const signal = new Signal(samples, rateHz);
    this.signals = { recorded: signal, compared: signal };
    this.peaks = [];
    this.view(signal.seconds - this.span() * 0.98);
  }

  signal() { return this.signals?.[this.compared ? "compared" : "recorded"]; }
  compare(compared) { this.compared = compared; this.view(this.from); }

  // extend puts a longer signal in the place of the one that was recorded.
  extend(signal) {
    if (!this.signals) return;
    this.signals.recorded = signal;
    this.view(this.from);
  }

  magnify(gain) { this.wanted = gain; this.redraw(); }

  // paper is whether the view has squares, not the whole recording in one.
  paper() { return this.speed !== null && this.speed >= slowestPaper; }
  left() { return this.paper() ? pulse : 0; }
  pixelsASecond() { return this.speed === null ? this.element.clientWidth / this.signal().seconds : mm * this.speed; }
  span() { return this.speed === null ? this.signal().seconds : (this.element.clientWidth - this.left()) / (mm * this.speed); }
  to() { return Math.min(this.from + this.span(), this.signal().seconds); }

  // gain is the one that was chosen, else 10, unless that is too much or far too
  // little for the paper.
  gain() {
    if (this.wanted !== "auto") return this.wanted;
    const [low, high] = this.signal().spread(0, this.signal().seconds, 0.003, 0.997);
    const room = ((this.element.clientHeight - axis) / mm) * 1000; // mm, of a signal in µV
    if ((high - low) * 20 < 0.45 * room) return 20;
    return gains.toReversed().find((gain) => gain <= 10 && (high - low) * gain < 0.85 * room) ?? gains[0];
  }

  view(from) {
    const signal = this.signal();
    if (signal) this.from = Math.max(0, Math.min(from, signal.seconds - this.span()));
    this.redraw();
  }

  redraw() {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.draw();
      if (this.signal()) this.moved();
    });
  }

  atSpeed(speed, share = 0.5) {
    if (!this.signal()) return;
    const fixed = this.from + share * this.span();
    this.speed = speed;
    this.view(fixed - share * this.span());
  }

  // zoom goes so many steps closer, about the point at a share of the width.
  zoom(steps, share) {
    if (!this.signal()) return;
    const now = this.speed ?? (this.element.clientWidth / this.signal().seconds) / mm;
    const next = steps > 0 ? speeds.toReversed().find((s) => s > now * 1.001) ?? speeds[0]
      : speeds.find((s) => s < now * 0.999) ?? null;
    const whole = next === null || next * mm * this.signal().seconds < this.element.clientWidth;
    this.atSpeed(whole && steps < 0 ? (this.signal().seconds * mm * 25 < this.element.clientWidth ? Math.max(next ?? 25, 25) : null) : next, share);
  }

  move(share) { if (this.signal()) this.view(this.from + share * this.span()); }
  centre(second) { if (this.signal()) this.view(second - this.span() / 2); }

  // The page's wheel stays the page's: with Ctrl it zooms, sideways it moves.
  onWheel(event) {
    const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
    if (!this.signal() || (!event.ctrlKey && Math.abs(sideways) < Math.abs(event.shiftKey ? 0 : event.deltaY))) return;
    event.preventDefault();
    const box = this.element.getBoundingClientRect();
    if (!event.ctrlKey) return this.move(sideways / box.width);
    this.turned = (this.turned ?? 0) - event.deltaY;
    if (Math.abs(this.turned) < 60) return;
    this.zoom(Math.sign(this.turned), (event.clientX - box.left) / box.width);
    this.turned = 0;
  }

  onDown(event) {
    if (!this.signal()) return;
    this.element.setPointerCapture(event.pointerId);
    this.element.classList.add("dragging");
    this.fingers.set(event.pointerId, event.clientX);
    this.apart = this.distance();
  }

  onUp(event) {
    this.fingers.delete(event.pointerId);
    if (this.fingers.size === 0) this.element.classList.remove("dragging");
  }

  distance() {
    const [a, b] = [...this.fingers.values()];
    return b === undefined ? 0 : Math.abs(a - b);
  }

  onMove(event) {
    const before = this.fingers.get(event.pointerId);
    if (before === undefined) return this.point(event);
    this.fingers.set(event.pointerId, event.clientX);
    if (this.fingers.size === 1) return this.view(this.from + (before - event.clientX) / this.pixelsASecond());
    const now = this.distance();
    if (now > 1.4 * this.apart) this.zoom(1); else if (now < this.apart / 1.4) this.zoom(-1); else return;
    this.apart = now;
  }

  point(event) {
    this.pointed = event && this.signal() ? event.clientX - this.element.getBoundingClientRect().left : null;
    this.redraw();
  }

  // pointedAt is the time and the value under the pointer, and between two beats the
  // RR interval in seconds.
  pointedAt() {
    if (this.pointed === null || !this.signal()) return null;
    const second = this.from + (this.pointed - this.left()) / this.pixelsASecond();
    const uv = second >= 0 ? this.signal().at(second) : undefined;
    if (uv === undefined) return null;
    const next = lowest(this.peaks, second);
    const rr = next > 0 && next < this.peaks.length ? this.peaks[next] - this.peaks[next - 1] : null;
    return { second, mV: uv / 1000, rr: rr < longestRR ? rr : null };
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const does = {
      ArrowLeft: () => this.move(-0.2), ArrowRight: () => this.move(0.2),
      PageUp: () => this.move(-0.9), PageDown: () => this.move(0.9),
      Home: () => this.view(0), End: () => this.view(Infinity),
      "+": () => this.zoom(1), "=": () => this.zoom(1), "-": () => this.zoom(-1),
    }[event.key];
    if (!does || !this.signal()) return;
    event.preventDefault();
    does();
  }

  draw() {
    const { ink, width, height } = sized(this.canvas);
    const signal = this.signal();
    this.element.classList.toggle("empty", !signal);
    if (!signal) return squares(ink, width, height, 0, height / 2);
    const uvToPixels = (this.gain() * mm) / 1000;
    const [baseline] = signal.spread(this.from, this.to(), 0.5);
    const middle = Math.round((height - axis) * 0.62);
    const x = (second) => this.left() + (second - this.from) * this.pixelsASecond();
    if (this.paper()) squares(ink, width, height - axis, x(0), middle);
    this.drawTimes(ink, width, height, x);
    ink.save();
    ink.beginPath();
    ink.rect(this.left(), 0, width - this.left(), height - axis);
    ink.clip();
    this.drawSignal(ink, width, signal, x, (uv) => middle - (uv - baseline) * uvToPixels);
    if (this.paper()) this.drawPeaks(ink, width, x);
    if (this.pointed !== null && this.fingers.size === 0) {
      ink.strokeStyle = inks().heart;
      ink.lineWidth = 1;
      ink.beginPath();
      ink.moveTo(this.pointed, 0);
      ink.lineTo(this.pointed, height);
      ink.stroke();
    }
    ink.restore();
    if (this.paper()) this.drawPulse(ink, middle, 1000 * uvToPixels);
  }

  drawSignal(ink, width, signal, x, y) {
    ink.strokeStyle = inks().trace;
    ink.lineJoin = "round";
    ink.lineWidth = 1.6;
    ink.beginPath();
    const { rateHz, samples } = signal;
    const each = rateHz / this.pixelsASecond(); // samples a pixel
    if (each > 3) {
      const n = Math.ceil(Math.min(width, x(signal.seconds)));
      this.low = this.low?.length >= n ? this.low : new Float64Array(n);
      this.high = this.high?.length >= n ? this.high : new Float64Array(n);
      signal.envelope(this.from * rateHz, each, n, this.low, this.high);
      ink.lineWidth = 1;
      for (let k = 0; k < n; k++) {
        ink.moveTo(k + 0.5, y(this.high[k]) - 0.5);
        ink.lineTo(k + 0.5, y(this.low[k]) + 0.5);
      }
    } else {
      const last = Math.min(samples.length - 1, Math.ceil(this.to() * rateHz) + 1);
      for (let i = Math.max(0, Math.floor(this.from * rateHz) - 1); i <= last; i++) ink.lineTo(x(i / rateHz), y(samples[i]));
    }
    ink.stroke();
  }

  drawTimes(ink, width, height, x) {
    const least = 70 / this.pixelsASecond();
    const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400].find((s) => s >= least) ?? 28800;
    const { faint, "grid-strong": strong } = inks();
    ink.fillStyle = faint;
    ink.font = "13px system-ui, sans-serif";
    ink.textAlign = "center";
    const first = Math.ceil(this.from / step) * step;
    if (!this.paper()) rule(ink, { from: 0, to: width, first: x(first), step: step * this.pixelsASecond(), colour: strong, upright: true, length: height - axis });
    for (let s = first; s <= this.to() + 1e-9; s += step) {
      const text = clock(s, this.signal().seconds, step);
      const at = x(s), half = ink.measureText(text).width / 2;
      if (at - half > 2 && at + half < width - 2) ink.fillText(text, at, height - 6);
    }
  }

  // drawPulse draws what one millivolt is.
  drawPulse(ink, middle, high) {
    ink.strokeStyle = ink.fillStyle = inks().trace;
    ink.lineWidth = 1.6;
    ink.beginPath();
    ink.moveTo(mm, middle);
    for (const [dx, dy] of [[2, 0], [2, 1], [7, 1], [7, 0], [8, 0]]) ink.lineTo(dx * mm, middle - dy * high);
    ink.stroke();
    ink.font = "12px system-ui, sans-serif";
    ink.textAlign = "center";
    ink.fillText("1 mV", 4.5 * mm, middle + 16);
  }

  // R peaks are marked along the top, while they don't crowd.
  drawPeaks(ink, width, x) {
    const first = lowest(this.peaks, this.from), last = lowest(this.peaks, this.to());
    if ((last - first) * 12 > width) return;
    ink.fillStyle = inks().heart;
    for (const p of this.peaks.slice(first, last)) {
      ink.beginPath();
      ink.moveTo(x(p) - 5, 4);
      ink.lineTo(x(p) + 5, 4);
      ink.lineTo(x(p), 12);
      ink.fill();
    }
  }
}

// lowest is the index of the first value that isn't below the wanted one.
function lowest(values, wanted) {
  let low = 0, high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < wanted) low = middle + 1; else high = middle;
  }
  return low;
}
