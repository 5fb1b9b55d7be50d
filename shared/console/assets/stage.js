// Where a recording is looked at: its trace with all that moves it, the overview,
// the beats, the quality and the coach. It is fetched behind the first view.

import { beatPicture, drawBeats, redrawBeats } from "./beats.js";
import { clock } from "./clock.js";
import { drawCoach } from "./coach.js";
import { Overview } from "./overview.js";
import { forgetInks } from "./paper.js";
import { drawQuality } from "./quality.js";
import { hasHeart } from "./recordings.js";
import { Trace } from "./trace.js";
import { lasting, number, onLanguage, say, silence, tell, translate } from "./words.js";

const at = (id) => document.getElementById(id);
const trace = new Trace(at("trace"), moved);
const overview = new Overview(at("overview"), trace);
let shown = null; // {recording, seen}

export { beatPicture };

// draw shows what the service said of a recording; null clears.
export function draw(recording, seen) {
  shown = seen && { recording, seen };
  const heart = seen && hasHeart(seen);
  trace.show(seen && { ...seen, r_peaks: heart ? seen.r_peaks : [] });
  overview.show(seen && { ...seen, r_peaks: heart ? seen.r_peaks : [] });
  at("trace-empty").hidden = seen !== null;
  at("view").classList.toggle("empty", seen === null);
  at("details").hidden = seen === null;
  if (seen && recording.long) extend(recording, seen);
  drawQuality(seen, (from, to) => trace.centre((from + to) / 2));
  drawBeats(seen);
  drawCoach(seen);
  if (!seen) return silence(at("trace-text"));
  tell(at("trace-text"), () => {
    const length = lasting(seen.seconds);
    const all = wholeOf(recording, seen);
    return [
      heart ? say("traceText", { length, beats: seen.beats_found, rate: seen.heart_rate }) : say("traceTextNone", { length }),
      ...(all > seen.seconds + 1 ? [say("firstOf", { all: lasting(all) })] : []),
      ...(recording.extended ? [say("allThere")] : []), say("traceKeys"),
    ].join(" ");
  });
}

// extend reads all of a long recording behind the first ten minutes, which are
// what is compared.
async function extend(recording, seen) {
  const { whole } = await import("./beginning.js");
  const signal = await whole(recording.long, seen.lead);
  if (!signal || shown?.seen !== seen) return;
  trace.extend(signal);
  recording.extended = true;
  translate();
}

// wholeOf is how long the whole recording is, of which a part may have been sent.
function wholeOf(recording, seen) {
  if (recording.whole) return recording.whole;
  return recording.share ? seen.seconds_in_all / recording.share : seen.seconds_in_all;
}

// empty makes room for a recording that is being made.
export function empty() {
  draw(null, null);
  at("trace-empty").hidden = true;
}

// follow draws what has come so far of a recording that is being made, and look what
// the service says of it.
export const follow = (values, rateHz) => trace.follow(values, rateHz);
export function look(seen) {
  drawCoach(seen);
  drawBeats(seen);
  at("details").hidden = false;
}

// redraw draws everything in its place's new size, or in other colours.
export function redraw() {
  forgetInks();
  trace.view(trace.from);
  overview.draw();
  redrawBeats();
}

function moved() {
  const signal = trace.signal();
  const gain = trace.gain(), speed = trace.speed;
  const [from, to] = [trace.from, trace.to()];
  tell(at("scale"), () => (speed === null ? say("scaleWhole", { gain: number(gain) })
    : say("scale", { speed: number(speed), gain: number(gain), box: number(5 / speed, 3), mv: number(5 / gain, 3) })));
  tell(at("trace"), () => say("traceLabel", { from: clock(from, signal.seconds), to: clock(to, signal.seconds) }), "aria-label");
  tell(at("trace"), () => say("traceRole"), "aria-roledescription");
  const pointed = trace.pointedAt();
  at("cursor").textContent = pointed ? pointedText(pointed) : "";
  overview.draw();
}

function pointedText({ second, mV, rr }) {
  const here = say("cursor", { at: second.toFixed(3), mv: mV.toFixed(2) });
  return rr ? say("cursorRR", { here, rr: Math.round(1000 * rr), n: Math.round(60 / rr) }) : here;
}

function wire() {
  at("zoom-in").addEventListener("click", () => trace.zoom(1));
  at("zoom-out").addEventListener("click", () => trace.zoom(-1));
  at("zoom-paper").addEventListener("click", () => trace.atSpeed(25));
  at("zoom-all").addEventListener("click", () => trace.atSpeed(null));
  for (const [id, compared] of [["as-compared", true], ["as-recorded", false]]) {
    at(id).addEventListener("click", () => {
      trace.compare(compared);
      at("as-compared").setAttribute("aria-pressed", String(compared));
      at("as-recorded").setAttribute("aria-pressed", String(!compared));
    });
  }
  at("gain").append(new Option("", "auto"), ...[2.5, 5, 10, 20, 40].map((n) => new Option("", n)));
  for (const option of at("gain").options) tell(option, () => (option.value === "auto" ? say("gainAuto") : say("gainOf", { n: number(+option.value) })));
  at("gain").addEventListener("change", () => trace.magnify(at("gain").value === "auto" ? "auto" : Number(at("gain").value)));
  at("print").addEventListener("click", async () => {
    if (shown) (await import("./print.js")).print(trace, shown.recording);
  });
  onLanguage(() => trace.redraw());
}

wire();
