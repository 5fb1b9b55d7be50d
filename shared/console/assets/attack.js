// Attack yourself: the recording that is enrolled, or was accepted, sent again in
// every disguise that a thief would think of.

import * as api from "./api.js";
import { saying } from "./answer.js";
import { busy, one, says, wait, waits } from "./one.js";
import { written } from "./strap.js";
import { say, tell } from "./words.js";

const at = (id) => document.getElementById(id);
const rateHz = 250; // of what the service shows of a recording

// disguises turn what the service showed of a recording into samples in
// microvolts.
const disguises = {
  attackReplay: null, // the file itself
  attackStretch: ({ samples }) => Array.from({ length: Math.floor(samples.length * 1.03) - 2 }, (_, i) => between(samples, i / 1.03)),
  attackNoise: ({ samples }) => samples.map((uv) => Math.round(uv + 30 * (Math.random() + Math.random() + Math.random() - 1.5))),
  attackShuffle: ({ samples, r_peaks: peaks }) => shuffled(cuts(samples, peaks)).flat(),
  attackSynthetic: ({ mean_beat: beat }) => Array.from({ length: 20 }, () => [...beat, ...ramp(beat.at(-1), beat[0], 60)]).flat(),
  attackOther: null, // a sample
};

function between(samples, x) {
  const i = Math.floor(x);
  return Math.round(samples[i] + (x - i) * ((samples[i + 1] ?? samples[i]) - samples[i]));
}

// cuts takes a recording apart in the middle between beats.
function cuts(samples, peaks) {
  const middles = peaks.slice(1).map((p, i) => Math.round(((p + peaks[i]) / 2) * rateHz));
  return [0, ...middles].map((from, i) => samples.slice(from, middles[i] ?? samples.length));
}

function shuffled(parts) {
  const mixed = [...parts];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
  }
  return mixed;
}

const ramp = (from, to, n) => Array.from({ length: n }, (_, i) => Math.round(from + ((to - from) * (i + 1)) / (n + 1)));

// offerAttacks makes the buttons. victim() is the recording that is imitated,
// other() somebody else's; done() is called after each.
export function offerAttacks({ victim, other, done }) {
  for (const name of Object.keys(disguises)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    says(button, () => say(name));
    button.addEventListener("click", () => attack(name, button, victim(), other, done));
    at("attacks").append(button);
  }
}

async function attack(name, button, victim, other, done) {
  if (busy() || waits(button) || !victim) return;
  try {
    const accepted = await one(button, "checking", async (signal) => api.check(await disguised(name, victim, other, signal), { signal }));
    if (accepted === undefined) return;
    report(name, accepted ? () => say("attackThrough") : () => say("attackHeld", { why: say("itIsNot") }), !accepted);
  } catch (error) {
    if (!api.loggedIn() || api.cancelled(error)) return;
    if (error.status === 429) for (const each of at("attacks").children) wait(each, error.wait || 30);
    const held = error.status === 422;
    report(name, () => say(held || error.status === 429 ? "attackHeld" : "attackNoAnswer", { why: saying(error).title() }), held || error.status === 429);
  }
  done();
}

async function disguised(name, victim, other, signal) {
  if (name === "attackReplay") return victim;
  if (name === "attackOther") return other(signal);
  return { files: [written(disguises[name](victim.seen))], rate: rateHz };
}

// report adds a line; the last attempt of a kind replaces the one before.
function report(name, sentence, held) {
  at("attack-answer").querySelector(`[data-attack="${name}"]`)?.remove();
  const line = document.createElement("p");
  line.dataset.attack = name;
  line.className = held ? "held" : "through";
  tell(line, () => `${held ? "♥" : "!"} ${say(name)} · ${sentence()}`);
  at("attack-answer").append(line);
  line.scrollIntoView({ block: "nearest" });
}
