// The trace on its paper, to be moved through and looked at closely.

import { drawPaper, pixelsASecond, pixelsAMillivolt, resolved } from "./paper.js";

const shortest = 0.5; // seconds that fill the width at most

export class Trace {
  // moved(from, to) is called with the seconds in view.
  constructor(element, moved) {
    this.element = element;
    this.moved = moved;
    this.peaks = [];
    this.plot = null;
    new ResizeObserver(() => this.fit()).observe(element);
    element.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    element.addEventListener("pointerdown", (event) => this.onDown(event));
    element.addEventListener("keydown", (event) => this.onKey(event));
  }

  // show draws samples in microvolts; peaks are in seconds. follow keeps the
  // end in view.
  show(samples, rateHz, peaks, follow = false) {
    this.seconds = samples.length / rateHz;
    this.peaks = peaks;
    const x = Float64Array.from(samples, (_, i) => i / rateHz);
    const y = Float64Array.from(samples, (uv) => uv / 1000);
    this.centre = median(y);
    this.plot?.destroy();
    this.plot = new uPlot(this.options(), [x, y], this.element);
    this.fit();
    if (follow) this.view(this.seconds - this.span(), this.seconds);
    else this.paper();
  }

  redraw() { this.plot?.redraw(); }

  options() {
    return {
      width: 100, height: 100, legend: { show: false }, cursor: { show: false }, padding: [0, 0, 0, 0],
      scales: { x: { time: false, auto: false }, y: { auto: false } },
      axes: [{ show: true, stroke: () => resolved("faint"), grid: { show: false }, ticks: { show: false }, size: 26,
        values: (_, ticks) => ticks.map((s) => (s === 0 ? "" : `${+s.toFixed(2)} s`)) }, { show: false }],
      series: [{}, { stroke: () => resolved("trace"), width: 1.6, points: { show: false } }],
      hooks: { drawClear: [drawPaper], draw: [() => this.drawPeaks()] },
    };
  }

  fit() {
    if (!this.plot) return;
    const { clientWidth: width, clientHeight: height } = this.element;
    this.plot.setSize({ width, height });
    const half = (height - 26) / pixelsAMillivolt / 2;
    // A heart points up more than down: its baseline lies below the middle.
    this.plot.setScale("y", { min: this.centre - 0.8 * half, max: this.centre + 1.2 * half });
  }

  span() { return this.element.clientWidth / pixelsASecond; }
  paper() { const { min } = this.plot?.scales.x ?? {}; this.view(min ?? 0, (min ?? 0) + this.span()); }
  all() { this.view(0, this.seconds); }

  // view shows the seconds from min to max, or as near as the recording allows.
  view(min, max) {
    if (!this.plot) return;
    const span = Math.max(shortest, Math.min(max - min, Math.max(this.seconds, this.span())));
    min = Math.max(0, Math.min(min, this.seconds - span));
    this.plot.setScale("x", { min, max: min + span });
    this.moved(min, Math.min(min + span, this.seconds));
  }

  zoom(factor, at = 0.5) {
    const { min, max } = this.plot?.scales.x ?? {};
    if (max === undefined) return;
    const fixed = min + at * (max - min);
    this.view(fixed - at * (max - min) * factor, fixed + (1 - at) * (max - min) * factor);
  }

  move(share) {
    const { min, max } = this.plot?.scales.x ?? {};
    if (max !== undefined) this.view(min + share * (max - min), max + share * (max - min));
  }

  onWheel(event) {
    if (!this.plot || (!event.ctrlKey && !event.shiftKey && Math.abs(event.deltaX) < Math.abs(event.deltaY) && !this.element.matches(":focus"))) return;
    event.preventDefault();
    const box = this.element.getBoundingClientRect();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.move((event.deltaX || event.deltaY) / box.width);
    else this.zoom(Math.exp(event.deltaY / 400), (event.clientX - box.left) / box.width);
  }

  // Dragging moves; two fingers zoom.
  onDown(event) {
    if (!this.plot) return;
    this.element.setPointerCapture(event.pointerId);
    this.element.classList.add("dragging");
    const fingers = (this.fingers ??= new Map());
    fingers.set(event.pointerId, event.clientX);
    const onMove = (next) => this.onMove(next);
    const onUp = (end) => {
      fingers.delete(end.pointerId);
      this.element.classList.remove("dragging");
      this.element.removeEventListener("pointermove", onMove);
    };
    this.element.addEventListener("pointermove", onMove);
    this.element.addEventListener("pointerup", onUp, { once: true });
    this.element.addEventListener("pointercancel", onUp, { once: true });
  }

  onMove(event) {
    const before = this.fingers.get(event.pointerId);
    if (before === undefined || before === event.clientX) return;
    const width = this.element.clientWidth;
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.fingers.set(event.pointerId, event.clientX);
    if (other === undefined) return this.move((before - event.clientX) / width);
    const factor = Math.max(1, Math.abs(before - other)) / Math.max(1, Math.abs(event.clientX - other));
    this.zoom(factor, (other - this.element.getBoundingClientRect().left) / width);
  }

  onKey(event) {
    const does = {
      ArrowLeft: () => this.move(-0.2), ArrowRight: () => this.move(0.2),
      PageUp: () => this.move(-0.9), PageDown: () => this.move(0.9),
      Home: () => this.move(-1e9), End: () => this.move(1e9),
      "+": () => this.zoom(0.7), "=": () => this.zoom(0.7), "-": () => this.zoom(1.4),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }

  // R peaks are marked along the top, while they don't crowd.
  drawPeaks() {
    const { ctx, bbox, scales } = this.plot;
    const { min, max } = scales.x;
    const seen = this.peaks.filter((p) => p >= min && p <= max);
    if (seen.length * 12 > this.element.clientWidth) return;
    const size = 5 * devicePixelRatio;
    ctx.save();
    ctx.fillStyle = resolved("heart");
    for (const p of seen) {
      const x = this.plot.valToPos(p, "x", true);
      ctx.beginPath();
      ctx.moveTo(x - size, bbox.top + 4);
      ctx.lineTo(x + size, bbox.top + 4);
      ctx.lineTo(x, bbox.top + 4 + 1.6 * size);
      ctx.fill();
    }
    ctx.restore();
  }
}

// median of a few hundred values spread evenly: where the baseline is.
function median(values) {
  const step = Math.max(1, Math.floor(values.length / 500));
  const some = values.filter((_, i) => i % step === 0).sort();
  return some[some.length >> 1] ?? 0;
}
