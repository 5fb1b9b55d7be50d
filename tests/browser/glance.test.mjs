// What the gallery of an archive says of an ECG before it is sent, against what the
// service says of the same samples.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { glance } from "../../shared/console/assets/glance.js";
import { startService } from "./service.mjs";

const recordings = join(import.meta.dirname, "../support/recordings/testdata");
let service;
before(async () => { service = await startService(); });
after(() => service?.stop());

const microvolts = (name) => gunzipSync(readFileSync(join(recordings, name))).toString("latin1").trimEnd().split("\n").map((line) => Math.round(1000 * Number(line.replaceAll('"', ""))));
const people = readdirSync(recordings).filter((name) => /^person_\d\d_(enrolment|probe)\.csv\.gz$/.test(name));

// random is a generator whose numbers are the same each time.
function random(seed) {
  return () => { seed = (seed * 48271) % 2147483647; return seed / 2147483647 - 0.5; };
}

async function inspected(uv) {
  const form = new FormData();
  form.set("sampling_rate", "500");
  form.set("data", new Blob([uv.map((v) => `"${v / 1000}"`).join("\n")]), "recording.csv");
  return (await fetch(`${service.address}/console/inspect/`, { method: "POST", body: form })).json();
}

test("of real recordings it says what the service says", async (t) => {
  assert.ok(people.length >= 40);
  const other = [];
  for (const name of people) {
    const uv = microvolts(name);
    const own = glance(uv, 500), theirs = await inspected(uv);
    if (own !== (theirs.enrolment.reason ?? null)) other.push(`${name}: ${own}; the service: ${theirs.enrolment.reason}`);
  }
  t.diagnostic(`${other.length} of ${people.length} otherwise`);
  assert.ok(other.length <= people.length / 20, other.join("\n"));
});

const person = microvolts("person_01_enrolment.csv.gz");
const noise = random(1), hum = (i) => Math.sin((2 * Math.PI * 50 * i) / 500);
for (const [what, uv] of Object.entries({
  "five seconds": person.slice(0, 2500),
  "electrodes off from the third second on": person.map((v, i) => (i < 1500 ? v : 0)),
  "nothing at all": person.map(() => 100),
  "white noise": person.map(() => Math.round(1000 * noise())),
  "a heart in noise": person.map((v) => v + Math.round(8000 * noise())),
  "a heart in a little noise": person.map((v) => v + Math.round(100 * noise())),
  "a heart in a little hum": person.map((v, i) => v + Math.round(200 * hum(i))),
  "a heart on a drifting baseline": person.map((v, i) => v + Math.round(300 * Math.sin(i / 900))),
  "a clipped heart": person.map((v) => Math.max(-20, Math.min(20, v))),
  "hum alone": person.map((_, i) => Math.round(500 * hum(i))),
})) {
  test(`of ${what} it says whether it can be enrolled, as the service does`, async (t) => {
    const own = glance(uv, 500), theirs = await inspected(uv);
    t.diagnostic(`${own}; the service: ${theirs.enrolment.reason}`);
    assert.equal(own === null, !theirs.enrolment.reason);
  });
}
