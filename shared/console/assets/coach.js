// What the recording is, and what it lacks for a good enrolment.

import { formatOf, hasHeart } from "./recordings.js";
import { advise, has, number, say, silence, tell, when } from "./words.js";

const bar = document.getElementById("coach-bar");
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
  tell(text, () => coaching(seen));
  if (hasHeart(seen)) fact("factHeart", () => say("perMinute", { n: seen.heart_rate }));
  fact("factFormat", () => formatOf(seen));
  if (seen.device) fact("factDevice", () => seen.device);
  if (seen.start) fact("factStart", () => when(seen.start));
  fact("factRate", () => `${number(seen.file_rate_hz)} Hz`);
  if (seen.lead) fact("factLeads", () => (seen.leads.length > 1 ? `${seen.lead} (${seen.leads.join(", ")})` : seen.lead));
  if (seen.notes.length > 0) fact("factNotes", () => [...new Set(seen.notes.map(noteOf))].join("; "));
}

const noteOf = ({ note }) => say(has(`note_${note}`) ? `note_${note}` : "note_other");

// coaching is what to do next, in one sentence.
export function coaching(seen) {
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
