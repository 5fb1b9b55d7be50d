// The whole recording in a strip: the signal, its quality, its heart rate, and
// which part is in view. Dragging in it moves there.

import { inks, sized } from "./paper.js";

export class Overview {
  constructor(canvas, trace) {
    this.canvas = canvas;
    this.trace = trace;
    this.seen = null;
    const go = (event) => {
      if (!this.seen || event.buttons === 0) return;
      const box = canvas.getBoundingClientRect();
      trace.centre(((event.clientX - box.left) / box.width) * trace.signal().seconds);
    };
    canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); go(event); });
    canvas.addEventListener("pointermove", go);
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  show(seen) {
    this.seen = seen;
    this.canvas.hidden = !seen;
    this.still = null;
    this.draw();
  }

  draw() {
    const signal = this.trace.signal();
    if (!this.seen || !signal || this.canvas.clientWidth === 0) return;
    const { ink, width, height } = sized(this.canvas);
    const colours = inks();
    const band = 6;
    const low = new Float64Array(width), high = new Float64Array(width);
    signal.envelope(0, signal.samples.length / width, width, low, high);
    const [least, most] = signal.spread(0, signal.seconds, 0.002, 0.998);
    const y = (uv) => 4 + (1 - (Math.max(least, Math.min(most, uv)) - least) / (most - least || 1)) * (height - band - 10);
    ink.strokeStyle = colours.faint;
    ink.globalAlpha = 0.55;
    ink.beginPath();
    for (let k = 0; k < width; k++) { ink.moveTo(k + 0.5, y(high[k]) - 0.5); ink.lineTo(k + 0.5, y(low[k]) + 0.5); }
    ink.stroke();
    ink.globalAlpha = 1;
    const x = (second) => (second / signal.seconds) * width;
    for (const { from, to, reason } of this.seen.stretches) {
      ink.fillStyle = reason ? colours.bad : colours.good;
      ink.fillRect(x(from), height - band, Math.max(1, x(to) - x(from)), band);
    }
    this.drawHeart(ink, x, height - band);
    ink.strokeStyle = colours.heart;
    ink.lineWidth = 2;
    const left = x(this.trace.from), right = x(this.trace.to());
    if (right - left < width - 2) ink.strokeRect(left + 1, 1, Math.max(6, right - left) - 2, height - 2);
  }

  // drawHeart draws the heart rate, 30 to 180 a minute over the height, each point
  // the mean of nine beats, or of five where there are few.
  drawHeart(ink, x, height) {
    const peaks = this.seen.r_peaks;
    const beats = peaks.length < 40 ? 4 : 8;
    if (peaks.length < 3 * beats) return;
    ink.strokeStyle = inks().heart;
    ink.lineWidth = 1.5;
    ink.beginPath();
    const step = Math.max(1, Math.floor(peaks.length / 800));
    for (let i = beats; i < peaks.length; i += step) {
      const rate = (60 * beats) / (peaks[i] - peaks[i - beats]);
      ink.lineTo(x((peaks[i] + peaks[i - beats]) / 2), height * (1 - (Math.max(30, Math.min(180, rate)) - 30) / 150));
    }
    ink.stroke();
  }
}
