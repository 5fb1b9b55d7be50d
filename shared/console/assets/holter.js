// How recordings of a day lie in their files: EDF, ISHNE and WFDB. What is read here
// is where the samples are; what a recording is remains the service's to say.

const latin = (bytes) => new TextDecoder("latin1").decode(bytes);
const bytesOf = async (file, from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer());
const toMicrovolts = { v: 1e6, mv: 1e3, uv: 1, "µv": 1, nv: 1e-3 };
const scaleOf = (unit) => toMicrovolts[unit.toLowerCase().replace("μ", "µ")];

// layoutOf returns how the samples lie: from offset on in file, in frames of
// bytesAFrame each, so many a second. Each of leads has a name, perFrame samples in a
// frame, gain and zero (microvolts are gain·value + zero), and value(view, frame, i).
// part(n) makes a recording of its first n frames, without what is known of the
// person. null where the files are none of these.
export async function layoutOf(files) {
  const head = await bytesOf(files[0], 0, 522);
  const text = latin(head);
  if (files.length === 1 && /^(0       |\xffBIOSEMI)/.test(text)) return edf(files[0], text, head[0] === 0xff ? 3 : 2);
  if (files.length === 1 && text.startsWith("ISHNE1.0") && head.length === 522) return ishne(files[0], head);
  if (files.length === 2 && /\.hea$/i.test(files[0].name)) return wfdb(files[0], files[1]);
  return null;
}

async function edf(file, text, bytesASample) {
  const number = (from, length) => Number(text.slice(from, from + length));
  const [offset, stated, seconds, n] = [number(184, 8), number(236, 8), number(244, 8), number(252, 4)];
  if (!(offset > 0 && offset < 1e6 && n > 0 && seconds > 0)) return null;
  const header = await bytesOf(file, 0, offset);
  const all = latin(header.subarray(256));
  const column = (before, width) => Array.from({ length: n }, (_, i) => all.slice(before * n + width * i, before * n + width * (i + 1)).trim());
  const labels = column(0, 16), units = column(96, 8), perFrame = column(216, 8).map(Number);
  const [pMin, pMax, dMin, dMax] = [104, 112, 120, 128].map((before) => column(before, 8).map(Number));
  const bytesAFrame = bytesASample * perFrame.reduce((a, b) => a + b, 0);
  const leads = labels.map((name, nth) => {
    const before = bytesASample * perFrame.slice(0, nth).reduce((a, b) => a + b, 0);
    const gain = (scaleOf(units[nth]) * (pMax[nth] - pMin[nth])) / (dMax[nth] - dMin[nth]);
    return {
      name, perFrame: perFrame[nth], gain, zero: scaleOf(units[nth]) * pMin[nth] - gain * dMin[nth],
      value: bytesASample === 2 ? (view, frame, i) => view.getInt16(frame * bytesAFrame + before + 2 * i, true)
        : (view, frame, i) => { const at = frame * bytesAFrame + before + 3 * i; return view.getUint16(at, true) | (view.getInt8(at + 2) << 16); },
    };
  });
  const there = Math.floor((file.size - offset) / bytesAFrame);
  return {
    file, offset, bytesAFrame, framesASecond: 1 / seconds,
    leads: text.slice(192, 197) === "EDF+D" ? [] : leads, // with gaps, which only the service sees
    frames: stated > 0 ? Math.min(stated, there) : there,
    part: (k) => {
      header.set(new TextEncoder().encode("X X X X".padEnd(80)), 8); // the person, as EDF+ has nobody
      header.set(new TextEncoder().encode(String(k).padEnd(8)), 236);
      return [new File([header, file.slice(offset, offset + k * bytesAFrame)], file.name)];
    },
  };
}

const ishneLeads = ["", "", "X", "Y", "Z", "I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6", "ES", "AS", "AI"];

async function ishne(file, head) {
  const view = new DataView(head.buffer);
  const short = (at) => view.getInt16(at, true);
  const [variable, offset, n, framesASecond] = [view.getInt32(10, true), view.getInt32(22, true), short(156), view.getUint16(272, true)];
  if (!(n > 0 && n <= 12 && framesASecond > 0 && variable >= 0 && offset >= 522 && offset < 1e6)) return null;
  const leads = Array.from({ length: n }, (_, nth) => ({
    name: ishneLeads[short(158 + 2 * nth)] ?? "", perFrame: 1, gain: short(206 + 2 * nth) / 1000, zero: 0,
    value: (v, frame) => v.getInt16(2 * (frame * n + nth), true),
  }));
  return {
    file, offset, bytesAFrame: 2 * n, leads, framesASecond, frames: Math.floor((file.size - offset) / (2 * n)),
    part: (k) => {
      head.fill(0, 28, 128); // names
      head.fill(0, 132, 138); // birth date
      view.setInt32(10, 0, true);
      view.setInt32(14, k, true);
      view.setInt32(22, 522, true);
      view.setUint16(8, checksum(head.subarray(10)), true);
      return [new File([head, file.slice(offset, offset + 2 * n * k)], file.name)];
    },
  };
}

// checksum is ISHNE's: CRC-CCITT.
function checksum(bytes) {
  let crc = 0xffff;
  for (const b of bytes) {
    crc ^= b << 8;
    for (let i = 0; i < 8; i++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1;
  }
  return crc;
}

// wfdb reads records of one file in format 16 or 212. What their comments say of the
// person stays here.
async function wfdb(header, file) {
  const lines = latin(await bytesOf(header, 0, 65_536)).split(/\r?\n/).filter((line) => line.trim() && !line.startsWith("#"));
  const [record, count, rate = "250"] = lines[0].trim().split(/\s+/);
  const fields = lines.slice(1, 1 + Number(count)).map((line) => line.trim().split(/\s+/));
  const formats = fields.map(([, format]) => format.match(/^(16|212)(?:x(\d+))?$/));
  const [framesASecond, format] = [parseFloat(rate), formats[0]?.[1]];
  if (record.includes("/") || fields.length !== Number(count) || !(framesASecond > 0) || formats.some((f) => f?.[1] !== format) || new Set(fields.map(([name]) => name)).size > 1) return null;
  const perFrame = formats.map(([, , n = 1]) => Number(n));
  const total = perFrame.reduce((a, b) => a + b, 0);
  const leads = fields.map(([, , gains = "200", , adcZero = "0", , , , ...name], nth) => {
    const [, gain, baseline = adcZero, unit = "mV"] = gains.match(/^(-?[\d.]+(?:e[+-]?\d+)?)(?:\((-?\d+)\))?(?:\/(\S+))?$/i) ?? [];
    const microvolts = scaleOf(unit) / (Number(gain) || 200);
    const before = perFrame.slice(0, nth).reduce((a, b) => a + b, 0);
    return {
      name: name.join(" "), perFrame: perFrame[nth], gain: microvolts, zero: -microvolts * Number(baseline),
      value: format === "16" ? (view, frame, i) => view.getInt16(2 * (frame * total + before + i), true)
        : (view, frame, i) => twelve(view, frame * total + before + i),
    };
  });
  const bytesAFrame = (format === "16" ? 2 : 1.5) * total;
  return {
    file, offset: 0, bytesAFrame, leads, framesASecond, frames: Math.floor(file.size / bytesAFrame),
    part: (k) => {
      const first = lines[0].trim().split(/\s+/);
      if (first.length > 3) first[3] = "0"; // as many as there are: the checksums are of all
      return [new File([[first.join(" "), ...lines.slice(1, 1 + fields.length), ""].join("\n")], header.name), file.slice(0, k * bytesAFrame)];
    },
  };
}

// twelve is the nth of samples of 12 bits, of which two lie in three bytes.
function twelve(view, nth) {
  const at = 3 * (nth >> 1), middle = view.getUint8(at + 1);
  const bits = nth & 1 ? view.getUint8(at + 2) | ((middle & 0xf0) << 4) : view.getUint8(at) | ((middle & 0x0f) << 8);
  return (bits << 20) >> 20;
}
