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

// beatPicture is the mean beat as a picture, over an earlier one where there is
// one. Both are drawn to the same height: amplitudes change with every electrode.
export function beatPicture(seen, before) {
  if (!seen?.mean_beat?.length) return undefined;
  const svg = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(svg, "svg");
  for (const [name, value] of [["class", "beat"], ["viewBox", "-4 -4 208 98"], ["aria-hidden", "true"]]) picture.setAttribute(name, value);
  for (const [kind, mean] of [["before", before?.mean_beat], ["now", seen.mean_beat]]) {
    if (!mean?.length) continue;
    const most = Math.max(...mean), least = Math.min(...mean);
    const path = document.createElementNS(svg, "path");
    path.setAttribute("class", kind);
    path.setAttribute("pathLength", "1");
    path.setAttribute("d", "M" + mean.map((uv, i) => `${((i / (mean.length - 1)) * 200).toFixed(1)} ${((1 - (uv - least) / (most - least || 1)) * 90).toFixed(1)}`).join("L"));
    picture.append(path);
  }
  return picture;
}

new ResizeObserver(redrawBeats).observe(canvas);
