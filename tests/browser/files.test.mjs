// Recordings on their way in: several files, headers and samples, archives that
// never leave the browser whole, large ones, and those that don't say their rate.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { accessible, csv, drawn, enrolled, expect, files, focused, go, house, lines, picture, recordingOf, sample, seenAnswer, signUp, sizes, status } from "./page.mjs";
import { Pulse } from "../../shared/console/assets/pulse.js";
import { strap } from "./strap.mjs";
import { zipped } from "./zip.mjs";

const it = house();
const strict = house({ SAMPLING_RATE_HZ: "0", CHALLENGE: "required" });
const formats = join(import.meta.dirname, "../../shared/ecg/recording/testdata/samples");
const file = (name, as) => ({ name: as ?? name.split("/").pop(), mimeType: "application/octet-stream", buffer: readFileSync(join(formats, name)) });

// kept writes a file that is too large to be handed over otherwise.
function kept(t, name, content) {
  const folder = mkdtempSync(join(tmpdir(), "systole-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const dropped = (page, target, ...named) => page.evaluate(([target, named]) => {
  const data = new DataTransfer();
  for (const [name, content] of named) data.items.add(new File([content], name));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector(target).dispatchEvent(event);
    if (kind === "drop" && !event.defaultPrevented) throw new Error("the browser leaves the page");
  }
}, [target, named]);

// watched notes each form that the page sends, which a browser's own log doesn't have
// of files on a disk: sent(page) returns what was in them.
const watched = (page) => page.evaluate(() => {
  window.sent = [];
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    if (body instanceof FormData) window.sent.push(...[...body.values()].filter((value) => value instanceof Blob));
    return send.call(this, body);
  };
});
const sent = (page) => page.evaluate(() => Promise.all(window.sent.map(async (blob) => new TextDecoder("latin1").decode(await blob.arrayBuffer()))));

test("files that are dropped anywhere become recordings, to be chosen from and removed", async (t) => {
  const page = await it.visit(t);
  await signUp(page);
  await dropped(page, "#trace", ["monday.csv", recordingOf("person_01_enrolment.csv")], ["tuesday.csv", recordingOf("person_01_probe.csv")]);
  await page.locator("#recordings li", { hasText: "tuesday.csv" }).locator("canvas").waitFor();
  await accessible(page, "two recordings");
  await page.locator("#enrol", { hasText: "Enrol with 2 recordings" }).waitFor();
  await page.locator("#recordings .entry", { hasText: "tuesday.csv" }).click();
  await page.locator("#chosen", { hasText: "tuesday.csv" }).waitFor();
  await page.locator("#recordings li", { hasText: "monday.csv" }).locator("input").uncheck();
  await page.locator("#enrol", { hasText: /^Enrol$/ }).waitFor();
  await page.locator("#recordings li", { hasText: "tuesday.csv" }).getByRole("button", { name: "Remove" }).click();
  await expect(page.locator("#recordings li")).toHaveCount(1);
  await focused(page, "removed");
  await page.locator("#recordings li input").check();
  await page.locator("#enrol").click();
  await seenAnswer(page, "Enrolled");
});

test("the coach says how many seconds are missing, and what took them", async (t) => {
  const page = await it.visit(t);
  await files(page, csv("off.csv", [...lines.slice(0, 6000), ...Array(4000).fill('"0"')].join("\n")));
  await expect(page.locator("#coach-good")).toBeVisible(); // and where there is enough on the way there
  await page.locator("#coach-text", { hasText: /more .*\. Of 20 s \d+ s don't count: electrodes off\. Attach the electrodes again\.$/ }).waitFor();
  await page.locator("#language").click();
  await expect(page.locator("#coach-text")).toHaveText(/20초 중 \d+초는 쓸 수 없습니다: 전극 떨어짐\. 전극을 다시 붙여 주세요\.$/);
});

test("a header and its samples are one recording", async (t) => {
  const page = await it.visit(t, { expected: [status(422)] });
  const parts = ["enrol.hea", "enrol.dat"].map((name) => file(`wfdb-parts/${name}`));
  await files(page, ...parts);
  await page.locator("#facts", { hasText: "PhysioNet" }).waitFor();
  await page.locator("#trace-text", { hasText: "beats" }).waitFor();
});

test("the same file can be chosen again, also after a sample", async (t) => {
  const page = await it.visit(t);
  const mine = csv("mine.csv", recordingOf("person_04_probe.csv"));
  await files(page, mine);
  await page.locator("#chosen", { hasText: "mine.csv" }).waitFor();
  await sample(page, 0);
  await files(page, mine);
  await page.locator("#chosen", { hasText: "mine.csv" }).waitFor();
});

test("of Apple's export only the chosen ECGs leave the computer, and no name", async (t) => {
  const apple = (day, body) => `Name,Gil-dong Hong\nDate of Birth,"Jan 1, 1990"\nRecorded Date,2026-03-${day} 10:26:00 +0100\nClassification,Sinus Rhythm\nSymptoms,\nSoftware Version,1.90\nDevice,"Watch4,4"\nSample Rate,500 hertz\n\n\nLead,Lead I\nUnit,µV\n\n${body}`;
  const microvolts = (name) => recordingOf(name).replaceAll('"', "").trim().split("\n").map((v) => Math.round(1000 * v)).join("\n");
  const zip = await zipped({
    "apple_health_export/export.xml": "<HealthData>" + "a secret ".repeat(700_000) + "</HealthData>",
    "apple_health_export/electrocardiograms/ecg_2026-03-01.csv": apple("01", microvolts("person_01_enrolment.csv")),
    "apple_health_export/electrocardiograms/ecg_2026-03-09.csv": apple("09", microvolts("person_01_probe.csv")),
    "apple_health_export/electrocardiograms/ecg_2026-03-20.csv": apple("20", microvolts("person_04_probe.csv")),
  });
  const page = await it.visit(t);
  await signUp(page);
  await watched(page);
  await files(page, { name: "export.zip", mimeType: "application/zip", buffer: zip });
  await page.locator("#archive li").nth(2).locator("canvas").waitFor();
  await expect(page.locator("#archive h3")).toHaveText(/^3 ECGs in export.zip$/);
  await expect(page.locator("#archive .good")).toHaveText(["seems good", "seems good", "seems good"]);
  assert.deepEqual(await sent(page), [], "something was sent before anything was chosen");
  await accessible(page, "an archive");
  await picture(page, "console-archive");
  await page.locator("#archive li input").nth(1).check();
  await page.locator("#archive li input").nth(2).check();
  await page.locator("#archive button", { hasText: "Take 2" }).click();
  await page.locator("#enrol", { hasText: "Enrol with 2 recordings" }).waitFor();
  await page.locator("#facts", { hasText: "Apple Watch" }).waitFor();
  await page.locator("#enrol").click();
  await seenAnswer(page, "Enrolled");
  const gone = await sent(page);
  assert.equal(gone.length, 4); // each to be looked at, and both to be enrolled
  for (const file of gone) {
    assert.match(file, /Sinus Rhythm/);
    assert.doesNotMatch(file, /Gil-dong|1990|secret/);
  }
});

test("of Samsung's download each ECG has its date, its length and its quality before it is sent", async (t) => {
  const millivolts = (name) => recordingOf(name).replaceAll('"', "").trim().split("\n").map(Number);
  const folder = "samsunghealth_hong_20260310/";
  const wave = (name, samples) => ({ [`${folder}jsons/com.samsung.health.ecg/${name[0]}/${name}`]: JSON.stringify({ wave: samples }) });
  const zip = await zipped({
    [`${folder}com.samsung.health.ecg.20260310.csv`]: ["com.samsung.health.ecg,6230020,3", "datauuid,com.samsung.health.ecg.start_time,com.samsung.health.ecg.sample_frequency,com.samsung.health.ecg.data,",
      "1,2026-03-01 09:00:00.000,500,b7.json,", "2,2026-03-09 09:00:00.000,500,a1.json,", "3,2026-02-01 09:00:00.000,500,c3.json,"].join("\n"),
    ...wave("b7.json", millivolts("person_01_enrolment.csv")),
    ...wave("a1.json", millivolts("person_01_probe.csv")),
    ...wave("c3.json", millivolts("person_01_probe.csv").map((v, i) => (i < 2000 ? v : 0))),
  });
  const page = await it.visit(t, { timezoneId: "Asia/Seoul" });
  await signUp(page);
  await watched(page);
  await files(page, { name: "samsunghealth.zip", mimeType: "application/zip", buffer: zip });
  const entries = page.locator("#archive li");
  await expect(entries).toHaveText([/Mar 9, 2026, 6:00 PM\D*12 s · 500 Hz\D*seems good$/, /Mar 1, 2026.*20 s · 500 Hz.*seems good$/, /Feb 1, 2026.*seems unusable: electrodes off$/]);
  await accessible(page, "Samsung's download");
  await page.locator("#language").click();
  await expect(entries.last()).toHaveText(/쓰기 어려워 보임: 전극 떨어짐$/);
  await page.locator("#language").click();
  assert.deepEqual(await sent(page), [], "something was sent before anything was chosen");
  await entries.nth(0).locator("input").check();
  await entries.nth(1).locator("input").check();
  await page.locator("#archive button", { hasText: "Take 2" }).click();
  await page.locator("#coach-days", { hasText: "2 recordings of 2 days" }).waitFor();
  await expect(page.locator("#facts")).toHaveText(/Mar 9, 2026, 6:00/);
  await page.locator("#enrol").click();
  await seenAnswer(page, "Enrolled");
});

test("of a zip of several recordings each can be chosen, and a record in two files is one", async (t) => {
  const page = await it.visit(t);
  await signUp(page);
  const part = (name) => readFileSync(join(formats, "wfdb-parts", name));
  const zip = await zipped({
    "week/monday.csv": recordingOf("person_01_enrolment.csv"), "week/notes.txt": "slept well",
    "__MACOSX/week/._monday.csv": "nothing", "week/enrol.hea": part("enrol.hea"), "week/enrol.dat": part("enrol.dat"),
  });
  await files(page, { name: "week.zip", mimeType: "application/zip", buffer: zip });
  await expect(page.locator("#recordings li")).toHaveCount(2);
  await page.locator("#recordings .entry", { hasText: "enrol.hea" }).click();
  await page.locator("#facts", { hasText: "PhysioNet" }).waitFor();
  await page.locator("#recordings .entry", { hasText: "monday.csv" }).click();
  await page.locator("#trace-text", { hasText: "20 s of ECG" }).waitFor();
});

test("an archive without an ECG, or a broken one, is said to be", async (t) => {
  const page = await it.visit(t);
  await files(page, { name: "export.zip", mimeType: "application/zip", buffer: await zipped({ "apple_health_export/export.xml": "<HealthData/>" }) });
  await seenAnswer(page, "There is no ECG in this archive");
  await accessible(page, "no ECG");
  await files(page, { name: "export.zip", mimeType: "application/zip", buffer: Buffer.from("PK\x03\x04 and nothing more") });
  await seenAnswer(page, "This archive can't be opened");
});

// A day in each format that Holter recorders write: 20 s over and over.
const days = {
  EDF: () => {
    const buffer = readFileSync(join(formats, "edf/enrol.edf"));
    const number = (from, length) => Number(buffer.toString("latin1", from, from + length));
    const header = Buffer.from(buffer.subarray(0, number(184, 8)));
    const times = Math.ceil(86_400 / (number(236, 8) * number(244, 8)));
    header.write(String(times * number(236, 8)).padEnd(8), 236, "latin1");
    header.write("HONG-1234 M 01-JAN-1990 Gil_dong", 8, "latin1");
    return { "day.edf": [header, ...Array(times).fill(buffer.subarray(header.length))] };
  },
  ISHNE: () => {
    const buffer = readFileSync(join(formats, "ishne/enrol.ecg"));
    const header = Buffer.from(buffer.subarray(0, buffer.readInt32LE(22)));
    header.write("Gil_dong\0", 28, "latin1");
    return { "day.ecg": [header, ...Array(4320).fill(buffer.subarray(header.length))] };
  },
  WFDB: () => {
    const header = readFileSync(join(formats, "wfdb-parts/enrol.hea"), "latin1");
    return { "enrol.hea": [Buffer.from(header.replace(" 10000 ", ` ${4320 * 10_000} `) + "# Gil_dong, 35, M\n")], "enrol.dat": Array(4320).fill(readFileSync(join(formats, "wfdb-parts/enrol.dat"))) };
  },
};

for (const [name, made] of Object.entries(days)) {
  test(`all of a day's ${name} is looked at and printed, and the beginning alone is sent, of nobody`, async (t) => {
    const page = await it.visit(t, { expected: ["willReadFrequently"] });
    await watched(page);
    const inspected = page.waitForResponse(/inspect/);
    await files(page, ...Object.entries(made()).map(([file, parts]) => kept(t, file, Buffer.concat(parts))));
    await page.locator("#trace-text", { hasText: "All of it is there" }).waitFor();
    await expect(page.locator("#trace-text")).toHaveText(/Of 24 h the first 10 minutes are shown and compared/);
    const gone = (await sent(page)).join("");
    assert.ok(gone.length > 500_000 && gone.length < 4_500_000 && !/dong/.test(gone), `${gone.length} bytes`);
    // What is drawn at the end is what is drawn at the beginning, as recorded.
    await page.locator("#as-recorded").click();
    await page.locator("#zoom-paper").click();
    const heart = async () => {
      await drawn(page);
      return page.locator("#trace canvas").evaluate((canvas) => {
        const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let n = 0;
        for (let i = 0; i < data.length; i += 4) if ((i / 4) % width > 60 && data[i + 3] > 200 && data[i] < 90 && data[i + 1] < 90) n++;
        return n;
      });
    };
    await page.locator("#trace").press("Home");
    const first = await heart();
    // What the page reads of the file is what the service reads of it.
    const { samples, rate_hz: rateHz } = await (await inspected).json();
    const { x, y, width } = await page.locator("#trace").boundingBox();
    const off = [];
    for (let k = 1; k <= 15; k++) {
      await page.mouse.move(x + (k * width) / 16, y + 40);
      await drawn(page);
      const [second, mV] = (await page.locator("#cursor", { hasText: "mV" }).textContent()).split(",").map(parseFloat);
      off.push(Math.abs(mV - samples[Math.round(second * rateHz)] / 1000));
    }
    assert.ok(off.sort((a, b) => a - b)[10] < 0.05, `${off} mV`);
    await page.locator("#trace").press("End");
    await page.locator("#trace[aria-label$='to 24:00:00']").waitFor();
    const last = await heart();
    assert.ok(first > 1000 && last > 0.6 * first && last < 1.6 * first, `${first} and ${last} dark pixels`);
    await page.evaluate(() => { window.print = () => {}; });
    await page.locator("#print").click();
    await page.locator("#sheet svg").first().waitFor({ state: "attached" });
    await expect(page.locator("#sheet h2")).toHaveText(/23:59:5\d/);
    assert.deepEqual(await page.locator("#sheet svg").evaluateAll((all) => all.map((svg) => svg.getAttribute("width"))), ["250mm"]);
  });
}

test("of 24 hours the part is sent that is compared", async (t) => {
  const page = await it.visit(t);
  await signUp(page);
  const day = Buffer.concat(days.EDF()["day.edf"]);
  const path = kept(t, "day.edf", day);
  const began = performance.now();
  await files(page, path);
  await page.locator("#trace-text", { hasText: "Of 24 h the first 10 minutes are shown and compared." }).waitFor();
  t.diagnostic(`${(day.length / 1e6).toFixed(1)} MB: first picture after ${Math.round(performance.now() - began)} ms`);
  await watched(page);
  await page.locator("#enrol").click();
  await seenAnswer(page, "Enrolled");
  const gone = (await sent(page)).join("").length;
  assert.ok(gone > 500_000 && gone < 4_500_000, `${gone} bytes sent`);

  // All of it can be looked at, without being sent.
  await page.locator("#trace-text", { hasText: "All of it is there" }).waitFor();
  t.diagnostic(`all of it after ${Math.round(performance.now() - began)} ms`);
  await page.locator("#as-recorded").click();
  await page.locator("#zoom-all").click();
  await page.locator("#trace[aria-label='ECG trace, 0:00:00 to 24:00:00']").waitFor();
  await page.locator("#zoom-paper").click();
  await page.locator("#trace").press("End");
  await page.locator("#trace[aria-label$='to 24:00:00']").waitFor();
  const box = await page.locator("#trace").boundingBox();
  const costs = await page.evaluate(async ({ x, y, width }) => {
    const times = [];
    let last = performance.now();
    const trace = document.getElementById("trace");
    const move = (kind, clientX) => trace.dispatchEvent(new PointerEvent(kind, { pointerId: 1, clientX, clientY: y + 50, bubbles: true }));
    trace.setPointerCapture = () => {};
    move("pointerdown", x + 50);
    for (let k = 0; k < 60; k++) {
      move("pointermove", x + 50 + (k * (width - 100)) / 60);
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - last);
      last = performance.now();
    }
    move("pointerup", x + width - 50);
    return times.sort((a, b) => a - b);
  }, box);
  const memory = await page.evaluate(() => performance.memory.usedJSHeapSize / 1e6);
  t.diagnostic(`dragging: ${costs[30].toFixed(1)} ms a frame, p95 ${costs[57].toFixed(1)} ms; ${memory.toFixed(0)} MB`);
  assert.ok(costs[30] <= 100, `${costs[30]} ms`);
  assert.ok(memory < 150, `${memory} MB`);
});

test("what is large and can't be taken apart goes by upload, with progress", async (t) => {
  const page = await it.visit(t, { expected: [status(413)] });
  await signUp(page);
  const values = lines.map((line) => Number(line.replaceAll('"', "")));
  const samples = Float32Array.from({ length: 1_500_000 }, (_, i) => values[i % values.length]);
  const head = `{'descr': '<f4', 'fortran_order': False, 'shape': (${samples.length},), }`.padEnd(117) + "\n";
  await files(page, kept(t, "long.npy", Buffer.concat([Buffer.from(`\x93NUMPY\x01\0\x76\0${head}`, "latin1"), Buffer.from(samples.buffer)])));
  await page.locator("#why-not", { hasText: "Too large to be shown before it is sent." }).waitFor();
  await go(page, 2);
  await page.locator("#rate").fill("500");
  await page.locator("#rate").press("Enter");
  await page.evaluate(() => {
    window.shares = [];
    const bar = document.getElementById("sending");
    new MutationObserver(() => { if (!bar.hidden) window.shares.push(bar.value); }).observe(bar, { attributes: true });
  });
  await page.locator("#enrol").click();
  await seenAnswer(page, "Enrolled");
  const shares = await page.evaluate(() => window.shares);
  assert.ok(shares.length > 0 && shares.every((share) => share <= 1), `progress ${shares}`);
  await page.route("**/authenticate/uploads/", (route) => route.fulfill({ status: 413, contentType: "application/json", body: JSON.stringify({ code: 413, error: "body_too_large", limit_bytes: 64 << 20 }) }));
  await page.locator("#enrol").click();
  await page.locator("#sure-yes").click();
  await expect(await seenAnswer(page, "Too large")).toHaveText(/at most 67.1 MB/);
});

for (const [name, contentType, body] of [
  ["for a function", "application/json", '{"message": "Request Too Long"}'],
  ["for the gateway", "text; charset=utf-8", "HTTP content length exceeded 10485760 bytes."],
]) {
  test(`what is too large ${name} goes by upload, and is too large where that is, too`, async (t) => {
    const page = await it.visit(t, { expected: [status(413), status(413), status(413)] });
    await signUp(page);
    await page.route("**/authenticate/make_model/", (route) =>
      (route.request().headers()["content-type"].includes("multipart") && route.request().postDataBuffer().length > 20_000 ? route.fulfill({ status: 413, contentType, body }) : route.continue()));
    await sample(page, 0);
    await page.locator("#enrol").click();
    await seenAnswer(page, "Enrolled");
    await page.route("**/authenticate/uploads/", (route) => route.fulfill({ status: 413, contentType, body }));
    await page.locator("#enrol").click();
    await page.locator("#sure-yes").click();
    await seenAnswer(page, "Too large");
  });
}

test("a file that doesn't say its rate is asked about, and read at once", async (t) => {
  const page = await strict.visit(t, { expected: [status(422)] });
  // Without the mains' hum, by which the service would tell the rate.
  const values = lines.concat(lines).map((line) => Number(line.replaceAll('"', "")));
  const humless = values.map((_, i) => values.slice(Math.max(0, i - 9), i + 1).reduce((a, b) => a + b) / 10);
  await files(page, csv("forty.csv", humless.map((v) => v.toFixed(4)).join("\n")));
  await seenAnswer(page, "At which rate was it recorded?");
  await page.locator("#rate-chips button", { hasText: /500 Hz · \d\d a minute/ }).waitFor();
  await accessible(page, "asked for the rate");
  await page.locator("#rate").fill("500");
  await page.locator("#rate").press("Enter");
  await page.locator("#trace-text", { hasText: "40 s of ECG" }).waitFor();
  await go(page, 2);
  await page.locator("#rate").fill("250");
  await page.locator("#rate").press("Tab");
  await page.locator("#trace-text", { hasText: "80 s of ECG" }).waitFor();
});

test("where each check needs a nonce the page brings one", async (t) => {
  const page = await strict.visit(t);
  await signUp(page);
  await sample(page, 0);
  await page.locator("#enrol").click();
  await seenAnswer(page, "Enrolled");
  await sample(page, 1);
  await page.locator("#check").click();
  await seenAnswer(page, "It is you");
});

// The strap's samples, 130 a second, from 500, by the nearest.
const resampled = (seconds, rate = 130) => {
  const values = lines.map((line) => Number(line.replaceAll('"', "")));
  return Array.from({ length: seconds * rate }, (_, i) => Math.round(1000 * values[Math.round((i * 500) / rate) % values.length]));
};

test("a strap's recording is drawn and coached while it comes, and kept when it ends", async (t) => {
  const page = await it.visit(t, { script: strap, argument: { samples: resampled(20), frameSamples: 73, everyMs: 20, battery: 87 } });
  await page.locator("#record").click();
  await page.locator("#live-battery", { hasText: "Battery 87 %" }).waitFor();
  await page.locator("#coach-text", { hasText: "clean beats" }).waitFor();
  await page.locator("#live-left", { hasText: "20 s recorded" }).waitFor();
  await accessible(page, "recording");
  await page.locator("#record").click();
  await page.locator("#trace-text", { hasText: "20 s of ECG" }).waitFor();
  await expect.poll(() => page.evaluate(() => window.strapWritten)).toEqual([[2, 0, 0, 1, 130, 0, 1, 1, 14, 0], [3, 0]]);
  await expect(page.locator("#facts")).toHaveText(/130 Hz/);
});

test("a recording stops by itself when there is enough, and a live check asks by itself", async (t) => {
  const page = await it.visit(t, { expected: [status(422)], script: strap, argument: { samples: resampled(60), frameSamples: 73, everyMs: 20 } });
  await signUp(page);
  await page.locator("#record").click();
  await page.locator("#enrol:not([hidden], [aria-disabled=true])").waitFor();
  await page.locator("#record", { hasText: "Connect and record" }).waitFor();
  await page.locator("#coach-text", { hasText: "a good enrolment" }).waitFor();
  await page.locator("#enrol").click();
  await seenAnswer(page, "Enrolled");
  await page.locator("#record").click();
  await seenAnswer(page, "Used before"); // the stand-in sends the same heart beats again
});

test("a live check counts down, beats as the heart does where that is wanted, and decides by itself", async (t) => {
  const page = await it.visit(t, { expected: [status(422)], script: strap, argument: { samples: resampled(30), frameSamples: 65, everyMs: 150, battery: 40 }, reducedMotion: "no-preference" });
  await page.evaluate(() => {
    Object.assign(window, { felt: 0, heard: 0, counts: [] });
    Object.defineProperty(navigator, "vibrate", { value: (ms) => { window.felt += ms === 25; return true; } });
    const create = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () { window.heard++; return create.call(this); };
    const left = document.getElementById("live-count");
    new MutationObserver(() => window.counts.push(left.textContent)).observe(left, { childList: true, characterData: true, subtree: true });
  });
  await signUp(page);
  await enrolled(page);
  await page.locator("#record").click();
  await page.locator("#sound").click();
  await page.locator("#sound[aria-pressed=true]").waitFor();
  await page.locator("#live-rate", { hasText: "/ min" }).waitFor();
  await picture(page, "console-live");
  await accessible(page, "a live check");
  await page.locator("#live").waitFor({ state: "hidden" });
  await page.locator(".verdict").waitFor();
  const { felt, heard, counts } = await page.evaluate(() => ({ felt: window.felt, heard: window.heard, counts: window.counts }));
  assert.ok(felt >= 5 && heard >= 1 && heard <= felt, `${felt} beats felt, ${heard} heard`);
  const seconds = counts.map((text) => parseInt(text, 10)).filter(Number.isFinite);
  assert.ok(seconds[0] <= 10 && seconds.includes(5) && seconds.every((n, i) => i === 0 || n < seconds[i - 1]), `${counts}`);
});

test("the beats of a stream are those that the service finds", async (t) => {
  const page = await it.visit(t);
  for (const [nth, name, rate] of [[0, "person_01_enrolment.csv", 130], [0, "person_01_enrolment.csv", 250], [3, "person_04_probe.csv", 130]]) {
    await sample(page, nth);
    const values = recordingOf(name).trimEnd().split("\n").map((line) => Number(line.replaceAll('"', "")));
    const samples = Array.from({ length: Math.floor((values.length / 500) * rate) }, (_, i) => Math.round(1000 * values[Math.round((i * 500) / rate)]));
    const beats = [];
    new Pulse(rate, (second) => beats.push(second)).take(samples);
    const found = Number((await page.locator("#trace-text").textContent()).match(/(\d+) beats/)[1]);
    assert.ok(beats.length >= found - 3 && beats.length <= found, `${name} at ${rate} Hz: ${beats.length} of ${found}`); // those of its first 1.5 s are learnt from
  }
});

test("a strap that is lost keeps what came, and says so", async (t) => {
  const page = await it.visit(t, { script: strap, argument: { samples: resampled(20), frameSamples: 73, everyMs: 20 } });
  await page.locator("#record").click();
  await page.locator("#live-left", { hasText: "20 s recorded" }).waitFor();
  await page.evaluate(() => { window.strapGone = true; window.strapLost(); });
  await page.locator("#live-state", { hasText: "The strap's connection was lost after 20 s." }).waitFor();
  await page.locator("#trace-text", { hasText: "20 s of ECG" }).waitFor();
});

test("a strap that comes back goes on where it was", async (t) => {
  const page = await it.visit(t, { script: strap, argument: { samples: resampled(20), frameSamples: 73, everyMs: 100, battery: 87 } });
  await page.locator("#record").click();
  await page.locator("#live-left", { hasText: /^\d s recorded/ }).waitFor();
  await page.evaluate(() => window.strapLost());
  await page.locator("#live-state", { hasText: "connecting again" }).waitFor();
  await page.locator("#live-state", { hasText: "Connected again." }).waitFor();
  await accessible(page, "connected again");
  await page.locator("#language").click();
  await page.locator("#live-state", { hasText: "다시 연결되어" }).waitFor();
  await page.locator("#live-left", { hasText: "20초" }).waitFor();
  await expect.poll(() => page.evaluate(() => window.strapWritten.filter(([command]) => command === 2).length)).toBe(2);
});

test("a Movesense is read by its own protocol", async (t) => {
  const page = await it.visit(t, { script: strap, argument: { samples: resampled(20, 250), frameSamples: 16, everyMs: 4, movesense: true } });
  await page.locator("#record").click();
  await page.locator("#live-left", { hasText: /^(19|20) s recorded/ }).waitFor();
  await page.locator("#record").click();
  await page.locator("#trace-text", { hasText: /(19|20) s of ECG/ }).waitFor();
  await expect(page.locator("#facts")).toHaveText(/250 Hz/);
  await page.waitForFunction(() => window.strapWritten.length > 1);
  const [start, stop] = await page.evaluate(() => window.strapWritten);
  assert.equal(String.fromCharCode(...start.slice(2)), "/Meas/ECG/250");
  assert.deepEqual([start.slice(0, 2), stop], [[1, 1], [2, 1]]);
});

test("recording needs no chatter: the state is spoken once", async (t) => {
  const page = await it.visit(t, { viewport: sizes.phone, script: strap, argument: { samples: resampled(20), frameSamples: 73, everyMs: 20 } });
  await page.evaluate(() => {
    window.spoken = 0;
    for (const region of document.querySelectorAll("[role=status], [aria-live]")) {
      new MutationObserver(() => window.spoken++).observe(region, { childList: true, characterData: true, subtree: true });
    }
  });
  await go(page, 2);
  await page.locator("#record").click();
  await page.locator("#live-left", { hasText: "20 s recorded" }).waitFor({ state: "attached" });
  assert.ok(await page.evaluate(() => window.spoken) <= 3);
});
