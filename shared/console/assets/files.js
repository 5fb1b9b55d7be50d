// Files that were chosen or dropped: what is no recording is said so at once,
// what belongs together becomes one recording, archives are opened here.

import { largestRequest } from "./api.js";

// opened sorts files into recordings, archives, and what can't be one.
export async function opened(files) {
  const kinds = await Promise.all(files.map(kindOf));
  const found = { recordings: [], archives: [] };
  const headers = files.filter((file) => /\.hea$/i.test(file.name));
  const joined = new Set();
  for (const header of headers) {
    const parts = partsOf(header, files, headers.length === 1);
    for (const part of parts) joined.add(part);
    found.recordings.push(await recordingOf(parts, header.name));
  }
  for (const [i, file] of files.entries()) {
    if (joined.has(file)) continue;
    if (kinds[i] === "zip") { found.archives.push(file); continue; }
    const recording = await recordingOf([file], file.name);
    if (kinds[i]) recording.kind = kinds[i];
    found.recordings.push(recording);
  }
  return found;
}

// partsOf are the files of a WFDB record: of the header's name, or all signals
// where there is only one header.
function partsOf(header, files, only) {
  const stem = (name) => name.replace(/\.[^.]*$/, "").toLowerCase();
  return [header, ...files.filter((f) => f !== header && (stem(f.name) === stem(header.name) || (only && /\.(dat|mat)$/i.test(f.name))))];
}

export async function recordingOf(files, name) {
  const recording = { files, name: () => name, origin: "file", rate: null };
  if (files.reduce((sum, f) => sum + f.size, 0) <= largestRequest) return recording;
  const { beginning } = await import("./beginning.js");
  const part = await beginning(files).catch(() => null);
  if (part) Object.assign(recording, part);
  else recording.unseen = true;
  return recording;
}

// kindOf tells, by its first bytes, what is a picture, a document or an archive.
async function kindOf(file) {
  const b = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const text = String.fromCharCode(...b);
  if (text.startsWith("%PDF")) return "pdf";
  if (text.startsWith("PK\x03\x04") || text.startsWith("PK\x05\x06")) return "zip";
  if (text.startsWith("\x89PNG") || text.startsWith("\xff\xd8\xff") || text.startsWith("GIF8") || text.slice(8) === "WEBP" || text.slice(4, 11) === "ftyphei") return "picture";
  return null;
}
