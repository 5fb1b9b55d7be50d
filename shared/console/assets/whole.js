// A worker that reads one lead of a long recording where it lies, and builds its
// pyramid, so that the page keeps moving meanwhile.

import { layoutOf } from "./holter.js";
import { Signal } from "./signal.js";

const mostSamples = 50_000_000; // 24 h at 578 Hz: 100 MB
const chunk = 8_000_000; // bytes read at once

addEventListener("message", async ({ data: { files, lead } }) => {
  const signal = await read(files, lead).catch(() => null);
  if (!signal) return postMessage(null);
  const { samples, rateHz, levels } = signal;
  postMessage({ samples, rateHz, levels }, [samples.buffer, ...levels.flatMap((l) => [l.least.buffer, l.most.buffer])]);
});

async function read(files, name) {
  const { file, offset, bytesAFrame, frames, framesASecond, leads } = await layoutOf(files);
  const { perFrame, gain, zero, value } = leads.find((lead) => lead.name === name) ?? leads[0];
  if (!Number.isFinite(gain) || frames * perFrame > mostSamples) return null;
  const samples = new Int16Array(frames * perFrame);
  const together = 2 * Math.max(1, Math.floor(chunk / 2 / bytesAFrame)); // even, as frames of 12 bits may share a byte
  let k = 0;
  for (let first = 0; first < frames; first += together) {
    const n = Math.min(together, frames - first);
    const from = offset + first * bytesAFrame;
    const view = new DataView(await file.slice(from, Math.ceil(from + n * bytesAFrame)).arrayBuffer());
    for (let frame = 0; frame < n; frame++) {
      for (let i = 0; i < perFrame; i++) {
        const uv = Math.round(gain * value(view, frame, i) + zero);
        samples[k++] = uv > 32767 ? 32767 : uv < -32768 ? -32768 : uv;
      }
    }
  }
  return new Signal(samples, perFrame * framesASecond);
}
