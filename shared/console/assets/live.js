// Recording from a strap, with the coach looking on.

import * as polar from "./polar.js";
import { say } from "./words.js";

const longest = 600; // seconds
const inspectEvery = 5; // seconds

const button = document.getElementById("record");
const state = document.getElementById("live-state");
let end = null; // while recording

export function translateLive() {
  button.textContent = say(end ? "stop" : "record");
  button.disabled = !polar.supported();
  if (!polar.supported()) state.textContent = say("noBluetooth");
}

// offerLive lets the person record. draw(samples, rateHz) shows what came so
// far; done(recording) takes it now and then, and at the end.
export function offerLive(draw, done) {
  button.addEventListener("click", () => (end ? finish() : begin(draw, done)));
  translateLive();
}

let finish = async () => {};

async function begin(draw, done) {
  const samples = [];
  let inspected = 0;
  const recording = () => ({ file: polar.written(samples), rate: polar.rateHz, label: "Polar H10" });
  finish = async () => {
    const stopping = end;
    end = null;
    translateLive();
    state.textContent = "";
    await stopping?.();
    if (samples.length > 0) await done(recording());
  };
  const take = (more) => {
    samples.push(...more);
    const seconds = Math.floor(samples.length / polar.rateHz);
    state.textContent = say("recording", { seconds });
    draw(samples, polar.rateHz);
    if (seconds >= longest) finish();
    else if (seconds >= inspected + inspectEvery) {
      inspected = seconds;
      done(recording(), true);
    }
  };
  try {
    end = await polar.record(take, () => finish());
    translateLive();
  } catch (error) {
    state.textContent = say("recordFailed", { why: error.message });
  }
}
