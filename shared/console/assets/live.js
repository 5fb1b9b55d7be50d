// Recording from a chest strap, with the coach looking on. A ring fills while the
// heart beats as it does, and it stops by itself when there is enough for what is to
// be done.

import * as api from "./api.js";
import { Pulse } from "./pulse.js";
import { hasHeart } from "./recordings.js";
import { advise, lasting, say, silence, tell } from "./words.js";

const longest = 600; // seconds
const checkSeconds = 10; // the least of a check
const lookEvery = 5; // seconds; 2 where a check has its ten and isn't good enough yet
const keptSound = "systole-sound";

const at = (id) => document.getElementById(id);
let running = null; // {strap, recording, ...} while recording

export const recordingNow = () => running !== null;

// record begins a recording, or ends the one that is running. wanted() says what
// for, "enrolment" or "check"; begun() is called at the start and ended() at the end;
// draw(samples, rateHz) shows what came so far; seen(recording, what the service
// says) comes now and then, and done(recording, enough) at the end.
export const record = (hooks) => (running ? finish(false) : begin(hooks));
at("stop").addEventListener("click", () => running && finish(false));
at("sound").addEventListener("click", () => sound(!sounds()));

export const abandon = () => { if (running) { running.hooks = null; finish(false); } };

async function begin(hooks) {
  const button = at("record");
  if (button.getAttribute("aria-busy")) return;
  const samples = [];
  const recording = { files: [], name: () => say("strap"), origin: "live" };
  const mine = { hooks, samples, recording, strap: null, look: lookEvery, left: null, beats: [] };
  silence(at("live-state"));
  button.setAttribute("aria-busy", "true");
  tell(button, () => say("connecting"));
  try {
    const { record, written } = await import("./strap.js");
    mine.written = written;
    sound(sounds());
    const whileMine = (act) => (value) => running === mine && act(value);
    mine.strap = await record({
      samples: whileMine((more) => grow(mine, more)),
      away: whileMine(() => tell(at("live-state"), () => say("strapAway"))),
      back: whileMine(() => tell(at("live-state"), () => say("strapBack"))),
      lost: whileMine(() => finish(false, true)),
    });
    recording.rate = mine.strap.rateHz;
    mine.pulse = new Pulse(mine.strap.rateHz, (second) => mine.beats.push(second));
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
  pulsate(mine, more);
  const seconds = secondsOf(mine);
  tell(at("live-left"), () => say("secondsDone", { n: seconds }));
  count(mine, seconds);
  if (!mine.drawing) {
    mine.drawing = true;
    requestAnimationFrame(() => { mine.drawing = false; if (running === mine) mine.hooks.draw(mine.samples, mine.strap.rateHz); });
  }
  if (seconds >= longest) return finish(true);
  if (seconds >= mine.look && !mine.looking) look(mine, seconds);
}

// count fills the ring, and says in it how many seconds are left: of a check's ten,
// else of what the coach has said last.
function count(mine, seconds) {
  const left = mine.hooks.wanted() === "check" ? checkSeconds - seconds : mine.left === null ? null : mine.left - seconds;
  const share = left === null ? 0 : Math.min(1, seconds / Math.max(1, seconds + left));
  at("live-ring").style.strokeDashoffset = 1 - share;
  tell(at("live-count"), () => (left > 0 ? lasting(left) : ""));
}

// pulsate lets the beats of a notification follow each other as they did: samples come
// by the half second.
function pulsate(mine, more) {
  if (!mine.pulse) return;
  mine.pulse.take(more);
  const { rateHz } = mine.strap;
  const began = (mine.samples.length - more.length) / rateHz;
  for (const second of mine.beats.splice(0)) setTimeout(() => running === mine && beat(), 1000 * Math.max(0, second - began));
}

// beat shows, sounds and lets feel a beat of the heart.
function beat() {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (!calm) {
    at("live-heart").animate([{ transform: "scale(1)" }, { transform: "scale(1.28)" }, { transform: "scale(1)" }], { duration: 260, easing: "ease-out" });
    navigator.vibrate?.(25);
  }
  if (!hearing) return;
  const tone = hearing.createOscillator(), loudness = hearing.createGain();
  tone.frequency.value = 660; // Hz, as monitors have it
  loudness.gain.setValueAtTime(0.12, hearing.currentTime);
  loudness.gain.exponentialRampToValueAtTime(0.001, hearing.currentTime + 0.09);
  tone.connect(loudness).connect(hearing.destination);
  tone.start();
  tone.stop(hearing.currentTime + 0.1);
}

// sound says whether beats are heard; they aren't unless the person wants it.
let hearing = null; // AudioContext
const sounds = () => localStorage.getItem(keptSound) !== null;
function sound(on) {
  if (on) localStorage.setItem(keptSound, "");
  else localStorage.removeItem(keptSound);
  at("sound").setAttribute("aria-pressed", String(on));
  if (!on) return hush();
  hearing ??= new AudioContext();
}
function hush() {
  hearing?.close();
  hearing = null;
}

async function look(mine, seconds) {
  mine.looking = true;
  mine.look = seconds + lookEvery;
  mine.recording.files = [mine.written(mine.samples)];
  try {
    const seen = await api.inspect(mine.recording);
    if (running !== mine) return;
    const wanted = mine.hooks.wanted();
    const { clean_beats: clean, wanted: good, seconds_missing: missing } = seen.coach;
    at("live-bar").max = wanted === "check" ? checkSeconds : good;
    at("live-bar").value = wanted === "check" ? Math.min(checkSeconds, seen.seconds) : Math.min(clean, good);
    mine.left = Math.ceil(seen.seconds + missing);
    count(mine, secondsOf(mine));
    if (hasHeart(seen)) tell(at("live-rate"), () => say("perMinute", { n: seen.heart_rate }));
    const { reason } = wanted === "check" ? seen.check : seen.enrolment;
    tell(at("live-what"), () => (reason && !["too_short", "too_few_beats"].includes(reason) ? advise(reason) : say("recording")));
    mine.hooks.seen(mine.recording, seen);
    const enough = wanted === "check" ? !seen.check.reason && seen.seconds >= checkSeconds : !seen.enrolment.reason && clean >= good;
    if (enough) return finish(true);
    if (wanted === "check" && seconds >= checkSeconds) mine.look = seconds + 2;
  } catch { /* too short yet, or the service is away: the next look tells */ } finally {
    mine.looking = false;
  }
}

// finish ends the recording. enough is whether it ended because it was.
async function finish(enough, lost = false) {
  const mine = running;
  running = null;
  at("live").hidden = true;
  at("live-ring").style.strokeDashoffset = 1;
  hush();
  tell(at("record"), () => say("record"));
  for (const id of ["live-left", "live-rate", "live-what", "live-battery", "live-count"]) silence(at(id));
  const n = secondsOf(mine);
  if (lost) tell(at("live-state"), () => (n > 0 ? say("strapLost", { n }) : say("strapLostSoon")));
  else silence(at("live-state"));
  mine.hooks?.ended();
  await mine.strap.stop().catch(() => {});
  if (n === 0 || !mine.hooks) return;
  mine.recording.files = [mine.written(mine.samples)];
  mine.hooks.done(mine.recording, enough);
}
