// A recording on paper at its true scale: 25 mm are a second and 10 mm a
// millivolt, whatever the screen's were.

import { clock } from "./clock.js";
import { say, tell, when } from "./words.js";

const rowSeconds = 10, speed = 25, gain = 10, rowHeight = 40; // s, mm/s, mm/mV, mm
const most = 6; // rows of a page of A4 in landscape
const svg = "http://www.w3.org/2000/svg";

const drawn = (name, attributes) => {
  const element = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

// print prints what is in view and what follows, as many rows as a page has.
export function print(trace, recording) {
  document.getElementById("sheet")?.remove();
  const sheet = document.createElement("section");
  sheet.id = "sheet";
  const heading = document.createElement("h2");
  const { start, lead } = recording?.seen ?? {};
  const signal = trace.signal();
  const to = Math.min(signal.seconds, trace.from + most * rowSeconds);
  const span = () => [trace.from, to].map((second) => clock(second, signal.seconds)).join("–");
  tell(heading, () => [say("printedTitle"), recording?.name(), start && when(start), lead, span(), `${speed} mm/s`, `${gain} mm/mV`].filter(Boolean).join(" · "));
  sheet.append(heading);
  for (let nth = 0; nth < most; nth++) {
    const from = trace.from + nth * rowSeconds;
    if (from >= signal.seconds) break;
    sheet.append(row(signal, from, Math.min(signal.seconds, from + rowSeconds)));
  }
  document.body.append(sheet);
  addEventListener("afterprint", () => sheet.remove(), { once: true });
  window.print();
}

function row(signal, from, to) {
  const width = rowSeconds * speed;
  const picture = drawn("svg", { viewBox: `0 0 ${width} ${rowHeight}`, width: `${width}mm`, height: `${rowHeight}mm`, role: "img" });
  const lines = (step) => {
    let path = "";
    for (let x = 0; x <= width; x += step) path += `M${x} 0V${rowHeight}`;
    for (let y = 0; y <= rowHeight; y += step) path += `M0 ${y}H${width}`;
    return path;
  };
  picture.append(drawn("path", { d: lines(1), stroke: "#f3cfcf", "stroke-width": 0.1 }), drawn("path", { d: lines(5), stroke: "#e09a9e", "stroke-width": 0.2 }));
  const [baseline] = signal.spread(from, to, 0.5);
  const points = [];
  for (let i = Math.ceil(from * signal.rateHz); i < to * signal.rateHz; i++) {
    points.push(`${(((i / signal.rateHz) - from) * speed).toFixed(2)} ${(rowHeight * 0.6 - ((signal.samples[i] - baseline) / 1000) * gain).toFixed(2)}`);
  }
  picture.append(drawn("path", { d: `M${points.join("L")}`, fill: "none", stroke: "#000", "stroke-width": 0.3, "stroke-linejoin": "round" }));
  return picture;
}
