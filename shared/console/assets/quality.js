// How good the signal is, over time.

import { say } from "./words.js";

const svg = "http://www.w3.org/2000/svg";
const strip = document.getElementById("strip");
const list = document.getElementById("stretches");
let windowMark = null;

// drawQuality shows the stretches; chosen(from, to) is called for one that is
// pressed.
export function drawQuality(seen, chosen) {
  strip.replaceChildren();
  list.replaceChildren();
  if (!seen) return;
  const picture = document.createElementNS(svg, "svg");
  picture.setAttribute("viewBox", `0 0 ${seen.seconds} 1`);
  picture.setAttribute("preserveAspectRatio", "none");
  for (const s of seen.stretches) {
    picture.append(bar(s.from, s.to, s.reason ? "bad" : "good"));
    list.append(entry(s, chosen));
  }
  windowMark = bar(0, seen.seconds, "window");
  windowMark.setAttribute("vector-effect", "non-scaling-stroke");
  picture.append(windowMark);
  strip.append(picture);
}

// markWindow shows which part is in view.
export function markWindow(from, to) {
  windowMark?.setAttribute("x", from);
  windowMark?.setAttribute("width", Math.max(0, to - from));
}

function bar(from, to, kind) {
  const rect = document.createElementNS(svg, "rect");
  rect.setAttribute("class", kind);
  rect.setAttribute("x", from);
  rect.setAttribute("width", to - from);
  rect.setAttribute("height", 1);
  return rect;
}

function entry(s, chosen) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = s.reason ? "bad" : "good";
  button.textContent = say("stretch", { from: Math.round(s.from), to: Math.round(s.to), reason: say(s.reason ?? "good") });
  button.addEventListener("click", () => chosen(s.from, s.to));
  item.append(button);
  return item;
}
