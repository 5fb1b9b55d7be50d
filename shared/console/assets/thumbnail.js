// The small picture of a recording in a list.

import { inks, sized } from "./paper.js";

// thumbnail draws the beginning of a signal, so many seconds as fit.
export function thumbnail(canvas, samples, rateHz) {
  const { ink, width, height } = sized(canvas);
  const n = Math.min(samples.length, Math.round((width / 32) * rateHz));
  const part = samples.slice(0, n);
  const least = part.reduce((a, b) => Math.min(a, b), Infinity), most = part.reduce((a, b) => Math.max(a, b), -Infinity);
  ink.strokeStyle = inks().trace;
  ink.beginPath();
  part.forEach((uv, i) => ink.lineTo((i / rateHz) * 32, 2 + (1 - (uv - least) / (most - least || 1)) * (height - 4)));
  ink.stroke();
}
