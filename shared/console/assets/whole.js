// A worker that reads one lead of a long EDF recording where it lies, and builds
// its pyramid, so that the page keeps moving meanwhile.

import { Signal } from "./signal.js";

const mostSamples = 50_000_000; // 24 h at 578 Hz: 100 MB
const chunk = 8_000_000; // bytes read at once
const toMicrovolts = { v: 1e6, mv: 1e3, uv: 1, "µv": 1, nv: 1e-3 };

addEventListener("message", async ({ data: { file, lead } }) => {
  const signal = await read(file, lead).catch(() => null);
  if (!signal) return postMessage(null);
  const { samples, rateHz, levels } = signal;
  postMessage({ samples, rateHz, levels }, [samples.buffer, ...levels.flatMap((l) => [l.least.buffer, l.most.buffer])]);
});

async function read(file, lead) {
  const text = async (from, to) => new TextDecoder("latin1").decode(await file.slice(from, to).arrayBuffer());
  const fixed = await text(0, 256);
  const number = (from, length) => Number(fixed.slice(from, from + length));
  const [headerBytes, seconds, n] = [number(184, 8), number(244, 8), number(252, 4)];
  if (!fixed.startsWith("0       ") || fixed.slice(192, 197) === "EDF+D" || !(seconds > 0 && n > 0)) return null;
  const all = await text(256, headerBytes);
  const column = (before, width) => Array.from({ length: n }, (_, i) => all.slice(before * n + width * i, before * n + width * (i + 1)).trim());
  const labels = column(0, 16), units = column(96, 8), perRecord = column(216, 8).map(Number);
  const [pMin, pMax, dMin, dMax] = [104, 112, 120, 128].map((before) => column(before, 8).map(Number));
  const at = Math.max(0, labels.indexOf(lead));
  const scale = toMicrovolts[units[at].toLowerCase().replace("μ", "µ")];
  const size = 2 * perRecord.reduce((a, b) => a + b, 0);
  const records = Math.floor((file.size - headerBytes) / size);
  if (!scale || records * perRecord[at] > mostSamples) return null;
  const gain = (scale * (pMax[at] - pMin[at])) / (dMax[at] - dMin[at]);
  const offset = scale * pMin[at] - gain * dMin[at];
  const before = 2 * perRecord.slice(0, at).reduce((a, b) => a + b, 0);
  const samples = new Int16Array(records * perRecord[at]);
  const together = Math.max(1, Math.floor(chunk / size));
  let k = 0;
  for (let first = 0; first < records; first += together) {
    const from = headerBytes + first * size;
    const view = new DataView(await file.slice(from, from + Math.min(together, records - first) * size).arrayBuffer());
    for (let record = 0; record + size <= view.byteLength; record += size) {
      for (let i = 0; i < perRecord[at]; i++) {
        const uv = Math.round(gain * view.getInt16(record + before + 2 * i, true) + offset);
        samples[k++] = uv > 32767 ? 32767 : uv < -32768 ? -32768 : uv;
      }
    }
  }
  return new Signal(samples, perRecord[at] / seconds);
}
