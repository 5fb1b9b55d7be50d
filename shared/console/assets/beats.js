// The beats laid over each other, with their mean.

import { drawPaper, resolved } from "./paper.js";
import { say } from "./words.js";

let plot = null;

export function drawBeats(seen) {
  const element = document.getElementById("beats");
  plot?.destroy();
  plot = null;
  const text = document.getElementById("beats-text");
  if (!seen || seen.beats.length === 0) {
    text.textContent = say("beatsEmpty");
    return;
  }
  text.textContent = say("beatsText", { n: seen.beats.length });
  const mV = (beat) => beat.map((uv) => uv / 1000);
  const x = seen.mean_beat.map((_, i) => (i - seen.r_peak_at) / seen.rate_hz);
  const one = { stroke: () => faded(resolved("trace")), width: 1, points: { show: false } };
  const mean = { stroke: () => resolved("heart"), width: 3, points: { show: false } };
  plot = new uPlot({
    width: element.clientWidth, height: element.clientHeight, legend: { show: false }, cursor: { show: false }, padding: [8, 0, 0, 0],
    scales: { x: { time: false } },
    axes: [{ stroke: () => resolved("faint"), grid: { show: false }, ticks: { show: false }, size: 26,
      values: (_, ticks) => ticks.map((s) => `${Math.round(1000 * s)} ms`) }, { show: false }],
    series: [{}, ...seen.beats.map(() => one), mean],
    hooks: { drawClear: [drawPaper] },
  }, [x, ...seen.beats.map(mV), mV(seen.mean_beat)], element);
}

export const redrawBeats = () => plot?.redraw();

const faded = (rgb) => rgb.replace("rgb(", "rgba(").replace(")", ", 0.22)");

new ResizeObserver(([entry]) => {
  plot?.setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
}).observe(document.getElementById("beats"));
