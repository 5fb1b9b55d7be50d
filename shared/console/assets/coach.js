// What the recording is, and what it lacks for a good enrolment.

import { say, when } from "./words.js";

const bar = document.getElementById("coach-bar");
const text = document.getElementById("coach-text");
const facts = document.getElementById("facts");

export function drawCoach(seen) {
  facts.replaceChildren();
  if (!seen) {
    bar.value = 0;
    text.textContent = say("coachEmpty");
    return;
  }
  bar.max = seen.coach.wanted;
  bar.value = Math.min(seen.coach.clean_beats, seen.coach.wanted);
  text.textContent = advice(seen);
  fact("factHeart", `${seen.heart_rate} / min`);
  fact("factFormat", seen.format);
  fact("factDevice", seen.device);
  fact("factStart", seen.start && when(seen.start));
  fact("factRate", `${+seen.file_rate_hz.toFixed(2)} Hz`);
  fact("factLeads", seen.leads.length > 1 ? `${seen.lead} (${seen.leads.join(", ")})` : seen.lead);
  fact("factNotes", seen.notes.map((n) => n.text).join("; "));
}

function advice(seen) {
  const { clean_beats: clean, wanted, seconds_missing: seconds } = seen.coach;
  const { reason } = seen.enrolment;
  if (reason && reason !== "too_short" && reason !== "too_few_beats") return say("coachBad", { reason: say(reason) });
  if (seconds > 0) return say("coachMore", { clean, wanted, seconds });
  return say("coachDone", { clean });
}

function fact(name, value) {
  if (!value) return;
  const term = document.createElement("dt");
  term.textContent = say(name);
  const description = document.createElement("dd");
  description.textContent = value;
  facts.append(term, description);
}
