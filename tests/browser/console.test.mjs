// The console in a real browser, from sign-up to deletion. The README's pictures
// are taken on the way: SCREENSHOTS names the folder to put them in.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startBrowser, startService } from "./service.mjs";
import { strap } from "./strap.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const recording = readFileSync(join(import.meta.dirname, "../../shared/console/assets/person_01_enrolment.csv"), "utf8");
const desktop = { width: 1360, height: 1010 };
const phone = { width: 390, height: 844 };
const screenshots = process.env.SCREENSHOTS;

let service, browser;

before(async () => {
  if (screenshots) mkdirSync(screenshots, { recursive: true });
  service = await startService();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  service?.stop();
});

// visit opens the console in a browser of its own. What the page complains
// about fails the test, but for the statuses named in expected.
async function visit(t, { viewport = desktop, scheme = "light", locale = "en-US", expected = [], script, argument } = {}) {
  const context = await browser.newContext({ viewport, colorScheme: scheme, locale, reducedMotion: "reduce" });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.stack));
  page.on("console", (message) => {
    const known = expected.some((status) => message.text().includes(`status of ${status}`));
    if (["error", "warning"].includes(message.type()) && !known) complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(service.address)) complaints.push(request.url());
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  });
  if (script) await page.addInitScript(script, argument);
  await page.goto(service.address);
  return page;
}

async function accessible(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(", ")}`), [], where);
}

async function picture(page, name) {
  await page.mouse.move(0, 0);
  if (screenshots) await page.screenshot({ path: join(screenshots, name + ".png") });
}

async function signUp(page, username, password = "tachy-cardia!") {
  await page.locator("#account-form [name=username]").fill(username);
  await page.locator("#account-form [name=password]").fill(password);
  await page.locator("#sign-up").click();
  await page.locator("#account-name").filter({ hasText: username }).waitFor();
}

const verdict = (page, kind) => page.locator(`.verdict.${kind} b`).textContent();

async function choose(page, nth) {
  const answered = page.waitForResponse((r) => r.url().endsWith("/console/inspect/"));
  await page.locator("#samples button").nth(nth).click();
  await (await answered).finished();
  await page.locator("#trace canvas").waitFor();
}

test("a person goes from sign-up to deletion", async (t) => {
  const page = await visit(t);
  await accessible(page, "before anything");
  await signUp(page, "hong");

  await choose(page, 0);
  assert.match(await page.locator("#coach-text").textContent(), /^\d+ clean beats of 30, \d+ more seconds\.$/);
  assert.match(await page.locator("#trace-text").textContent(), /^20 s of ECG, \d\d beats, \d\d a minute/);
  assert.equal(await page.locator("#stretches li").textContent(), "0 to 20 s: good");
  await page.locator("#enrol").click();
  assert.equal(await verdict(page, "yes"), "Enrolled");

  await choose(page, 2);
  await page.locator("#check").click();
  assert.equal(await verdict(page, "no"), "Not recognised");
  await choose(page, 1);
  await page.locator("#check").click();
  assert.equal(await verdict(page, "yes"), "It is you");
  await page.locator("#enrolled", { hasText: /^enrolled$/ }).waitFor();
  await accessible(page, "logged in");
  await page.evaluate(() => scrollTo(0, 0));
  await picture(page, "console-light");

  await page.locator("#consent-give").click();
  await page.locator("#consent-state", { hasText: "Given on" }).waitFor();
  await page.locator("#activity", { hasText: "recognised" }).waitFor();
  const download = page.waitForEvent("download");
  await page.locator("#export").click();
  const everything = JSON.parse(readFileSync(await (await download).path(), "utf8"));
  assert.equal(everything.user.username, "hong");
  assert.equal(everything.recordings.length, 1);

  await page.locator("#delete-model").click();
  await page.locator("#enrolled", { hasText: "not enrolled" }).waitFor();
  await page.locator("#delete-form [name=password]").fill("tachy-cardia!");
  await page.locator("#delete-form button").click();
  await page.locator("#account-form").waitFor();
  assert.equal(await page.locator("#mine").isVisible(), false);
});

test("dark, in Korean, from one session to the next", async (t) => {
  const page = await visit(t, { scheme: "dark", locale: "ko-KR" });
  assert.equal(await page.locator("html").getAttribute("lang"), "ko");
  await signUp(page, "길동");
  await choose(page, 0);
  await page.locator("#enrol").click();
  assert.equal(await verdict(page, "yes"), "등록되었습니다");
  await accessible(page, "dark and Korean");
  await page.evaluate(() => scrollTo(0, 0));
  await picture(page, "console-dark");
  await page.reload();
  await page.locator("#enrolled", { hasText: "등록됨" }).waitFor();
  await page.locator("#language").click();
  assert.equal(await page.locator("#who-title").textContent(), "1 Who are you?");
  await page.locator("#theme").click();
  await accessible(page, "light by choice");
  await page.locator("#log-out").click();
  await page.locator("#account-form").waitFor();
});

test("on a phone nothing is wider than the screen", async (t) => {
  const page = await visit(t, { viewport: phone });
  await choose(page, 0);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= phone.width);
  await accessible(page, "phone");
  await page.evaluate(() => document.getElementById("recording").scrollIntoView());
  await picture(page, "console-phone");
});

test("a file that can't be used is refused with what to do", async (t) => {
  const page = await visit(t, { expected: [422] });
  await page.locator("#file").setInputFiles({ name: "report.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") });
  assert.equal(await verdict(page, "no"), "That didn't work");
  assert.match(await page.locator(".verdict").textContent(), /not supported/);
  await accessible(page, "refused");
});

test("a wrong password is said so", async (t) => {
  const page = await visit(t, { expected: [401] });
  await page.locator("#account-form [name=username]").fill("nobody");
  await page.locator("#account-form [name=password]").fill("tachy-cardia!");
  await page.locator("#log-in").click();
  assert.match(await page.locator(".verdict").textContent(), /user name or the password is wrong/);
});

test("ten minutes with a bad stretch are moved through by keyboard, wheel and drag", async (t) => {
  const page = await visit(t);
  const lines = recording.trimEnd().split("\n");
  const long = Array.from({ length: 30 }, () => lines).flat().map((line, i) => (i >= 100_000 && i < 120_000 ? "0" : line));
  await page.locator("#rate").fill("500");
  await page.locator("#file").setInputFiles({ name: "long.csv", mimeType: "text/csv", buffer: Buffer.from(long.join("\n")) });
  await page.locator("#trace-text", { hasText: "600 s" }).waitFor();
  await page.locator("#stretches button", { hasText: "electrodes off" }).click();
  const from = async () => Number(await page.locator("#strip .window").getAttribute("x"));
  assert.ok(Math.abs((await from()) - 200) <= 4);

  await page.locator("#trace").focus();
  const steps = [["Home", 0, 0], ["ArrowRight", 1, 100], ["End", 500, 600]];
  for (const [key, least, most] of steps) {
    await page.keyboard.press(key);
    assert.ok((await from()) >= least && (await from()) <= most, key);
  }
  await page.locator("#zoom-all").click();
  assert.equal(await from(), 0);
  await page.locator("#trace").focus(); // else the wheel moves the page
  await page.locator("#trace").hover();
  for (let i = 0; i < 10; i++) await page.mouse.wheel(0, -200);
  const box = await page.locator("#trace").boundingBox();
  const before = await from();
  await page.mouse.down();
  await page.mouse.move(box.x + 50, box.y + 50, { steps: 10 });
  await page.mouse.up();
  assert.ok((await from()) > before);

  // Ten frames a second is the least that still feels like moving; this holds
  // on the slowest machine that runs the tests.
  const ms = await page.evaluate(async () => {
    document.getElementById("zoom-all").click();
    const start = performance.now();
    for (let i = 0; i < 20; i++) {
      document.getElementById(i % 2 ? "zoom-in" : "zoom-out").click();
      await new Promise(requestAnimationFrame);
    }
    return (performance.now() - start) / 20;
  });
  t.diagnostic(`${ms.toFixed(1)} ms a frame over 600 s`);
  assert.ok(ms < 100, `${ms} ms a frame`);
});

test("a strap's recording is drawn and coached while it comes", async (t) => {
  // The strap's 130 samples a second from 500, by the nearest.
  const values = recording.trimEnd().split("\n").map((line) => Number(line.replaceAll('"', "")));
  const samples = Array.from({ length: 20 * 130 }, (_, i) => Math.round(1000 * values[Math.round((i * 500) / 130)]));
  const page = await visit(t, { script: strap, argument: { samples, frameSamples: 73, everyMs: 20 } });
  await page.locator("#record").click();
  await page.locator("#coach-text", { hasText: "clean beats of 30" }).waitFor();
  await page.locator("#live-state", { hasText: "Recording, 20 s" }).waitFor();
  await page.locator("#record").click();
  await page.locator("#trace-text", { hasText: "20 s of ECG" }).waitFor();
  assert.deepEqual(await page.evaluate(() => window.strapWritten), [[2, 0, 0, 1, 130, 0, 1, 1, 14, 0], [3, 0]]);
  assert.match(await page.locator("#facts").textContent(), /130 Hz/);
});

test("the API's page is accessible", async (t) => {
  const page = await visit(t);
  await page.goto(service.address + "/docs");
  await accessible(page, "docs");
});
