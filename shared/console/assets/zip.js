// A zip, read where it lies: its directory at the end, then only the files that
// are wanted. What is in it otherwise is never read, let alone sent.

const mostUnpacked = 64_000_000; // bytes of one file

const view = async (file, from, to) => new DataView(await file.slice(from, to).arrayBuffer());
const text = new TextDecoder();

// entriesOf lists the files of a zip. It throws where it is none.
export async function entriesOf(file) {
  const tail = Math.max(0, file.size - 66_000);
  const end = await view(file, tail, file.size);
  let at = end.byteLength - 22;
  while (at >= 0 && end.getUint32(at, true) !== 0x06054b50) at--;
  if (at < 0) throw new Error("no directory");
  let [size, from] = [end.getUint32(at + 12, true), end.getUint32(at + 16, true)];
  if (from === 0xffffffff || size === 0xffffffff) {
    const where = await view(file, tail + at - 20, tail + at);
    const zip64 = await view(file, Number(where.getBigUint64(8, true)), Number(where.getBigUint64(8, true)) + 56);
    [size, from] = [Number(zip64.getBigUint64(40, true)), Number(zip64.getBigUint64(48, true))];
  }
  const directory = await view(file, from, from + size);
  const entries = [];
  for (let i = 0; i + 46 <= directory.byteLength && directory.getUint32(i, true) === 0x02014b50;) {
    const [name, extra, comment] = [28, 30, 32].map((k) => directory.getUint16(i + k, true));
    const entry = {
      name: text.decode(new Uint8Array(directory.buffer, i + 46, name)), method: directory.getUint16(i + 10, true),
      packed: directory.getUint32(i + 20, true), size: directory.getUint32(i + 24, true), offset: directory.getUint32(i + 42, true),
    };
    large(entry, directory, i + 46 + name, extra);
    entries.push(entry);
    i += 46 + name + extra + comment;
  }
  return entries;
}

// large takes sizes and offset from the field for more than 4 GB.
function large(entry, directory, from, length) {
  for (let i = from; i + 4 <= from + length;) {
    const [id, size] = [directory.getUint16(i, true), directory.getUint16(i + 2, true)];
    let at = i + 4;
    for (const name of id === 1 ? ["size", "packed", "offset"] : []) {
      if (entry[name] === 0xffffffff) { entry[name] = Number(directory.getBigUint64(at, true)); at += 8; }
    }
    i += 4 + size;
  }
}

// unpacked returns a file of the zip.
export async function unpacked(file, { offset, packed, size, method, name }) {
  if (size > mostUnpacked) throw new Error("too large");
  const local = await view(file, offset, offset + 30);
  const from = offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  const content = file.slice(from, from + packed);
  if (method === 0) return content;
  if (method !== 8) throw new Error(`method ${method} of ${name}`);
  const chunks = [];
  let bytes = 0;
  for (const reader = content.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(chunks);
    bytes += value.length;
    if (bytes > mostUnpacked) { reader.cancel(); throw new Error("too large"); }
    chunks.push(value);
  }
}
