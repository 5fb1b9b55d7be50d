// The beginning of a recording that is larger than a request: the ten minutes
// that the service compares. The rest needn't leave the computer.

import { Signal } from "./signal.js";

const seconds = 600;
const most = 4_000_000; // bytes

// beginning returns {part, whole}: a file that the service reads, and the seconds
// of the whole where they are known; null where the file can't be cut.
export async function beginning(file) {
  const head = new Uint8Array(await file.slice(0, 256).arrayBuffer());
  const text = String.fromCharCode(...head);
  if (/^(0       |\xffBIOSEMI)/.test(text)) return edf(file, text, head[0] === 0xff ? 3 : 2);
  if (!head.some((b) => b === 0)) return lines(file);
  return null;
}

// edf keeps the header and as many records as ten minutes take, and writes their
// number into the header.
async function edf(file, text, bytesASample) {
  const number = (from, length, of = text) => Number(of.slice(from, from + length));
  const [headerBytes, records, recordSeconds, signals] = [number(184, 8), number(236, 8), number(244, 8), number(252, 4)];
  if (!(headerBytes > 0 && headerBytes < most && signals > 0 && recordSeconds > 0)) return null;
  const header = new Uint8Array(await file.slice(0, headerBytes).arrayBuffer());
  const all = String.fromCharCode(...header.subarray(256));
  let samples = 0;
  for (let i = 0; i < signals; i++) samples += number(216 * signals + 8 * i, 8, all);
  const bytes = samples * bytesASample;
  const there = records > 0 ? records : Math.floor((file.size - headerBytes) / bytes);
  const n = Math.min(there, Math.ceil(seconds / recordSeconds), Math.floor((most - headerBytes) / bytes));
  if (!(n > 0)) return null;
  header.set(new TextEncoder().encode(String(n).padEnd(8)), 236);
  return { long: file, part: new File([header, file.slice(headerBytes, headerBytes + n * bytes)], file.name), whole: there * recordSeconds };
}

// lines keeps whole lines. How long the rest is follows from its bytes, as the
// lines of a recording are alike.
async function lines(file) {
  const bytes = new Uint8Array(await file.slice(0, most).arrayBuffer());
  const end = bytes.lastIndexOf(10) + 1;
  if (end === 0) return null;
  return { part: new File([bytes.subarray(0, end)], file.name), share: end / file.size };
}

// whole reads a lead of all of a recording; null where it can't.
export function whole(file, lead) {
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./whole.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => { worker.terminate(); resolve(data && new Signal(data.samples, data.rateHz, data.levels)); };
    worker.onerror = () => { worker.terminate(); resolve(null); };
    worker.postMessage({ file, lead });
  });
}
