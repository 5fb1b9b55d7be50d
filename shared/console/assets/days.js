// Days of enrolment: which are enrolled, when the next may be added, what it gives,
// and an entry for the person's own calendar.

import { say, soon, tell } from "./words.js";

const place = document.getElementById("days");
let shown = null;

// drawDays shows the progress of the enrolment, {days, of, next}; null clears.
// add() is called for a recording of today.
export function drawDays(progress, add) {
  const next = progress?.next && new Date(progress.next);
  const open = next && next <= new Date();
  const now = JSON.stringify([progress, open]);
  if (now === shown) return; // the focus may be on its button
  shown = now;
  place.replaceChildren();
  place.hidden = !progress;
  if (!progress) return;
  const { days, of } = progress;
  const list = document.createElement("ol");
  for (let n = 1; n <= of; n++) list.append(day(n, n <= days, n === days + 1, next, open));
  tell(list, () => say("daysTitle"), "aria-label");
  place.append(list, sentence(() => (next ? say("daysGive") : say("daysAll", { of }))));
  if (!next) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.addEventListener("click", open ? add : () => remind(next));
  place.append(tell(button, () => say(open ? "addToday" : "remindThen")));
}

function day(n, done, isNext, next, open) {
  const item = document.createElement("li");
  if (done) item.className = "done";
  return tell(item, () => {
    if (done) return say("dayDone", { n });
    if (!isNext) return say("dayLater", { n });
    return open ? say("dayNow", { n }) : say("dayFrom", { n, when: soon(next) });
  });
}

function sentence(text) {
  const p = document.createElement("p");
  p.className = "hint";
  return tell(p, text);
}

// remind makes an entry of a whole day, at nine in the morning of which the calendar
// reminds (RFC 5545): the day of a time, or the next where its morning is over.
export function remind(time) {
  const two = (n) => String(n).padStart(2, "0");
  const morning = new Date(time);
  if (morning.getHours() >= 9) morning.setDate(morning.getDate() + 1);
  const date = `${morning.getFullYear()}${two(morning.getMonth() + 1)}${two(morning.getDate())}`;
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Systole//console//EN",
    "BEGIN:VEVENT", `UID:${crypto.randomUUID()}`, `DTSTAMP:${stamp}`, `DTSTART;VALUE=DATE:${date}`,
    `SUMMARY:${say("remindTitle")}`, ...folded(`URL:${location.origin}${location.pathname}`),
    "BEGIN:VALARM", "ACTION:DISPLAY", `DESCRIPTION:${say("remindTitle")}`, "TRIGGER;RELATED=START:PT9H", "END:VALARM",
    "END:VEVENT", "END:VCALENDAR"];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([lines.join("\r\n") + "\r\n"], { type: "text/calendar" }));
  link.download = "systole.ics";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// folded is a long line of a calendar, in lines of at most 75 bytes.
const folded = (line) => line.match(/.{1,70}/gu).map((part, i) => (i > 0 ? ` ${part}` : part));
