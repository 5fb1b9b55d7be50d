// The beginning of a recording that is larger than a request: the ten minutes
// that the service compares. The rest needn't leave the computer.

import { layoutOf } from "./holter.js";
import { Signal } from "./signal.js";

const seconds = 600;
const most = 4_000_000; // bytes

// beginning returns {parts, whole}: files that the service reads, and the seconds
// of the whole where they are known; null where the files can't be cut.
export async function beginning(files) {
  const layout = await layoutOf(files);
  if (layout) return beginningOf(layout, files);
  const head = new Uint8Array(await files[0].slice(0, 256).arrayBuffer());
  return files.length === 1 && !head.some((b) => b === 0) ? lines(files[0]) : null;
}

// beginningOf keeps an even number of frames: two of a WFDB record may share a byte.
function beginningOf({ frames, framesASecond, bytesAFrame, offset, part }, long) {
  const fit = Math.min(Math.ceil(seconds * framesASecond), Math.floor((most - offset) / bytesAFrame));
  const n = frames <= fit ? frames : fit > 1 ? fit - (fit % 2) : fit;
  return n > 0 ? { long, parts: part(n), whole: frames / framesASecond } : null;
}

// lines keeps whole lines. How long the rest is follows from its bytes, as the
// lines of a recording are alike.
async function lines(file) {
  const bytes = new Uint8Array(await file.slice(0, most).arrayBuffer());
  const end = bytes.lastIndexOf(10) + 1;
  if (end === 0) return null;
  return { parts: [new File([bytes.subarray(0, end)], file.name)], share: end / file.size };
}

// whole reads a lead of all of a recording; null where it can't.
export function whole(files, lead) {
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./whole.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => { worker.terminate(); resolve(data && new Signal(data.samples, data.rateHz, data.levels)); };
    worker.onerror = () => { worker.terminate(); resolve(null); };
    worker.postMessage({ files, lead });
  });
}
