// What the recording is, and what it lacks for a good enrolment.

import { needed } from "./glance.js";
import { formatOf, hasHeart } from "./recordings.js";
import { advise, has, number, say, silence, tell, when } from "./words.js";

const bar = document.getElementById("coach-bar");
const enough = document.getElementById("coach-enough");
const good = document.getElementById("coach-good");
const text = document.getElementById("coach-text");
const facts = document.getElementById("facts");

export function drawCoach(seen) {
  facts.replaceChildren();
  if (!seen) {
    bar.value = 0;
    return silence(text);
  }
  bar.max = seen.coach.wanted;
  bar.value = Math.min(seen.coach.clean_beats, seen.coach.wanted);
  markEnough(seen);
  tell(text, () => coaching(seen));
  if (hasHeart(seen)) fact("factHeart", () => say("perMinute", { n: seen.heart_rate }));
  fact("factFormat", () => formatOf(seen));
  if (seen.device) fact("factDevice", () => seen.device);
  if (seen.start) fact("factStart", () => when(seen.start));
  fact("factRate", () => `${number(seen.file_rate_hz)} Hz`);
  if (seen.lead) fact("factLeads", () => (seen.leads.length > 1 ? `${seen.lead} (${seen.leads.join(", ")})` : seen.lead));
  if (seen.notes.length > 0) fact("factNotes", () => [...new Set(seen.notes.map(noteOf))].join("; "));
}

// markEnough marks on the bar of clean beats where there are enough to enrol at all:
// as many as come in the seconds that are needed.
function markEnough({ coach: { clean_beats: clean, wanted }, seconds }) {
  const share = Math.max(needed.beats, seconds > 0 ? (clean / seconds) * needed.seconds : 0) / wanted;
  enough.style.setProperty("--at", Math.min(share, 1));
  enough.hidden = clean === 0 || share > 0.95;
  good.hidden = share > 0.7 && !enough.hidden; // there is no room for both
}

const noteOf = ({ note }) => say(has(`note_${note}`) ? `note_${note}` : "note_other");

// coaching is what to do next: how many seconds are missing, and what took them.
export function coaching(seen) {
  const next = missing(seen);
  const lost = seen.enrolment.reason || seen.coach.seconds_missing > 0 ? lostTo(seen) : "";
  return lost ? `${next} ${lost}` : next;
}

// lostTo says how much of a recording doesn't count, and the reason for most of it.
function lostTo({ stretches, seconds }) {
  const lost = {};
  for (const { from, to, reason } of stretches) if (reason) lost[reason] = (lost[reason] ?? 0) + to - from;
  const [reason, most] = Object.entries(lost).sort(([, a], [, b]) => b - a)[0] ?? ["", 0];
  if (most < 1 || seconds - most < 1) return ""; // all of it: the reason is said already
  const sum = Object.values(lost).reduce((a, b) => a + b);
  return say("coachLost", { all: number(seconds, 0), lost: number(sum, 0), reason: say(reason), advice: advise(reason) });
}

function missing(seen) {
  const { clean_beats: clean, wanted, seconds_missing: seconds } = seen.coach;
  const { reason, seconds_missing: least } = seen.enrolment;
  if (reason && reason !== "too_short" && reason !== "too_few_beats") return say("coachBad", { reason: say(reason), advice: advise(reason) });
  if (reason) return say("coachNotYet", { clean, wanted, seconds: Math.ceil(least) || 1 });
  if (seconds > 0) return say("coachMore", { clean, wanted, seconds });
  return say("coachDone", { clean });
}

function fact(name, value) {
  const term = document.createElement("dt");
  const description = document.createElement("dd");
  facts.append(tell(term, () => say(name)), tell(description, value));
}
