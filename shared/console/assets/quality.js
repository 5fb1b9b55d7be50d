// How good the signal is, in words: a button for each stretch goes there.

import { clock } from "./clock.js";
import { say, tell } from "./words.js";

const list = document.getElementById("stretches");
const most = 12; // buttons

// drawQuality lists the stretches; chosen(from, to) is called for one that is
// pressed.
export function drawQuality(seen, chosen) {
  document.getElementById("quality").hidden = !seen;
  list.replaceChildren();
  if (!seen) return;
  const bad = seen.stretches.filter((s) => s.reason);
  const shown = seen.stretches.length <= most ? seen.stretches : bad.slice(0, most);
  list.append(...shown.map((stretch) => entry(stretch, seen.seconds, chosen)));
}

function entry({ from, to, reason }, length, chosen) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = reason ? "bad" : "good";
  tell(button, () => say("stretch", { from: clock(from, length), to: clock(to, length), reason: say(reason ?? "good") }));
  button.addEventListener("click", () => chosen(from, to));
  item.append(button);
  return item;
}
