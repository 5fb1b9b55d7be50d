// Recording from a chest strap, with the coach looking on. It stops by itself
// when there is enough for what is to be done.

import * as api from "./api.js";
import { hasHeart } from "./recordings.js";
import { say, silence, tell } from "./words.js";

const longest = 600; // seconds
const inspectEvery = 5; // seconds

const at = (id) => document.getElementById(id);
let running = null; // {strap, recording, ...} while recording

export const recordingNow = () => running !== null;

// record begins a recording, or ends the one that is running. wanted() says what
// for, "enrolment" or "check"; begun() is called at the start and ended() at the end;
// draw(samples, rateHz) shows what came so far; seen(recording, what the service
// says) comes now and then, and done(recording, enough) at the end.
export const record = (hooks) => (running ? finish(false) : begin(hooks));
at("stop").addEventListener("click", () => running && finish(false));

export const abandon = () => { if (running) { running.hooks = null; finish(false); } };

async function begin(hooks) {
  const button = at("record");
  if (button.getAttribute("aria-busy")) return;
  const samples = [];
  const recording = { files: [], name: () => say("strap"), origin: "live" };
  const mine = { hooks, samples, recording, strap: null, inspected: 0 };
  silence(at("live-state"));
  button.setAttribute("aria-busy", "true");
  tell(button, () => say("connecting"));
  try {
    const { record, written } = await import("./strap.js");
    mine.written = written;
    const whileMine = (act) => (value) => running === mine && act(value);
    mine.strap = await record({
      samples: whileMine((more) => grow(mine, more)),
      away: whileMine(() => tell(at("live-state"), () => say("strapAway"))),
      back: whileMine(() => tell(at("live-state"), () => say("strapBack"))),
      lost: whileMine(() => finish(false, true)),
    });
    recording.rate = mine.strap.rateHz;
  } catch (error) {
    tell(at("live-state"), () => say(error.name === "NotFoundError" ? "strapNotChosen" : "strapFailed"));
    return;
  } finally {
    button.removeAttribute("aria-busy");
    tell(button, () => say("record"));
  }
  running = mine;
  at("live").hidden = false;
  tell(button, () => say("stop"));
  tell(at("live-what"), () => say("recording"));
  tell(at("live-state"), () => say("recordingSpoken")); // once: what follows isn't spoken
  if (mine.strap.battery !== null) tell(at("live-battery"), () => say("battery", { n: mine.strap.battery }));
  hooks.begun();
}

const secondsOf = ({ samples, strap }) => Math.floor(samples.length / strap.rateHz);

function grow(mine, more) {
  for (const uv of more) mine.samples.push(uv);
  const seconds = secondsOf(mine);
  tell(at("live-left"), () => say("secondsDone", { n: seconds }));
  if (!mine.drawing) {
    mine.drawing = true;
    requestAnimationFrame(() => { mine.drawing = false; if (running === mine) mine.hooks.draw(mine.samples, mine.strap.rateHz); });
  }
  if (seconds >= longest) return finish(true);
  if (seconds >= mine.inspected + inspectEvery && !mine.looking) look(mine, seconds);
}

async function look(mine, seconds) {
  mine.inspected = seconds;
  mine.looking = true;
  mine.recording.files = [mine.written(mine.samples)];
  try {
    const seen = await api.inspect(mine.recording);
    if (running !== mine) return;
    const wanted = mine.hooks.wanted();
    const { clean_beats: clean, wanted: good } = seen.coach;
    at("live-bar").max = wanted === "check" ? 10 : good;
    at("live-bar").value = wanted === "check" ? Math.min(10, seen.seconds) : Math.min(clean, good);
    if (hasHeart(seen)) {
      tell(at("live-rate"), () => say("perMinute", { n: seen.heart_rate }));
      at("live-heart").style.setProperty("--beat", `${60 / seen.heart_rate}s`);
      if (!matchMedia("(prefers-reduced-motion: reduce)").matches) navigator.vibrate?.(30);
    }
    mine.hooks.seen(mine.recording, seen);
    const enough = wanted === "check" ? !seen.check.reason && seen.seconds >= 10 : !seen.enrolment.reason && clean >= good;
    if (enough) finish(true);
  } catch { /* too short yet, or the service is away: the next look tells */ } finally {
    mine.looking = false;
  }
}

// finish ends the recording. enough is whether it ended because it was.
async function finish(enough, lost = false) {
  const mine = running;
  running = null;
  at("live").hidden = true;
  tell(at("record"), () => say("record"));
  for (const id of ["live-left", "live-rate", "live-what", "live-battery"]) silence(at(id));
  const n = secondsOf(mine);
  if (lost) tell(at("live-state"), () => (n > 0 ? say("strapLost", { n }) : say("strapLostSoon")));
  else silence(at("live-state"));
  mine.hooks?.ended();
  await mine.strap.stop().catch(() => {});
  if (n === 0 || !mine.hooks) return;
  mine.recording.files = [mine.written(mine.samples)];
  mine.hooks.done(mine.recording, enough);
}
