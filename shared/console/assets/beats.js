// The beats laid over each other, with their mean.

import { inks, sized, squares } from "./paper.js";
import { say, silence, tell } from "./words.js";

const canvas = document.getElementById("beats");
const text = document.getElementById("beats-text");
let drawn = null;

export function drawBeats(seen) {
  drawn = seen && seen.beats.length > 0 ? seen : null;
  if (!seen) silence(text);
  else tell(text, drawn ? () => say("beatsText", { n: seen.beats.length }) : () => say("beatsEmpty"));
  redrawBeats();
}

export function redrawBeats() {
  if (canvas.clientWidth === 0) return;
  const { ink, width, height } = sized(canvas);
  if (!drawn) return squares(ink, width, height, 0, height / 2);
  const { beats, mean_beat: mean, r_peak_at: top } = drawn;
  const all = [mean, ...beats].flat();
  const most = all.reduce((a, b) => Math.max(a, b)), least = all.reduce((a, b) => Math.min(a, b));
  const y = (uv) => 10 + (1 - (uv - least) / (most - least || 1)) * (height - 34);
  const x = (i) => (i / (mean.length - 1)) * width;
  squares(ink, width, height, x(top), y(0));
  const line = (beat, colour, thick, alpha) => {
    ink.strokeStyle = colour;
    ink.lineWidth = thick;
    ink.globalAlpha = alpha;
    ink.lineJoin = "round";
    ink.beginPath();
    beat.forEach((uv, i) => ink.lineTo(x(i), y(uv)));
    ink.stroke();
    ink.globalAlpha = 1;
  };
  for (const beat of beats) line(beat, inks().trace, 1, 0.22);
  line(mean, inks().heart, 3, 1);
  ink.fillStyle = inks().faint;
  ink.font = "13px system-ui, sans-serif";
  ink.textAlign = "center";
  for (const ms of [-200, 0, 200, 400]) {
    const at = x(top + (ms / 1000) * drawn.rate_hz);
    if (at > 24 && at < width - 24) ink.fillText(`${ms} ms`, at, height - 6);
  }
}

// beatPath is the mean beat as a path of SVG in a box of the size.
export function beatPath({ mean_beat: mean }, width, height) {
  const most = Math.max(...mean), least = Math.min(...mean);
  return "M" + mean.map((uv, i) => `${((i / (mean.length - 1)) * width).toFixed(1)} ${((1 - (uv - least) / (most - least || 1)) * height).toFixed(1)}`).join("L");
}

new ResizeObserver(redrawBeats).observe(canvas);
