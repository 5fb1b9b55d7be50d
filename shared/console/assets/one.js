// One request at a time: a second click on the button, or on another one, does
// nothing while the first is on its way.

import { say, tell } from "./words.js";

let running = null;
const ends = new Map(); // button -> until when it has to wait
const watchers = [];

export const busy = () => running !== null;
export const cancelOne = () => running?.controller.abort();
export const whenBusy = (watch) => watchers.push(watch);

// one runs act(signal) for a button that is busy meanwhile and says so. What act
// throws is thrown on. It returns undefined where something runs already or the
// button has to wait.
export async function one(button, word, act) {
  if (running || waits(button)) return undefined;
  const mine = running = { button, controller: new AbortController() };
  button.setAttribute("aria-busy", "true");
  const before = button.says;
  if (word) says(button, () => say(word));
  for (const watch of watchers) watch();
  try {
    return await act(mine.controller.signal);
  } finally {
    running = null;
    button.removeAttribute("aria-busy");
    if (word && before) says(button, before);
    for (const watch of watchers) watch();
  }
}

// says sets what a button is called, below any countdown.
export function says(button, sentence) {
  button.says = sentence;
  label(button);
}

function label(button) {
  const sentence = button.says;
  tell(button, () => {
    const left = waits(button);
    return left > 0 ? say("countdown", { what: sentence(), left: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` }) : sentence();
  });
}

// waits is how many seconds are left before a button may be used.
export const waits = (button) => Math.max(0, Math.ceil(((ends.get(button) ?? 0) - Date.now()) / 1000));

// wait keeps a button from being used for some seconds, and counts down in it.
export function wait(button, seconds) {
  ends.set(button, Date.now() + 1000 * seconds);
  button.setAttribute("aria-disabled", "true");
  const tick = () => {
    if (waits(button) === 0) {
      ends.delete(button);
      button.removeAttribute("aria-disabled");
      clearInterval(timer);
      for (const watch of watchers) watch();
    }
    label(button);
  };
  const timer = setInterval(tick, 1000);
  tick();
}

// forgetWaits is for another person.
export function forgetWaits() {
  for (const button of ends.keys()) ends.set(button, 0);
}
