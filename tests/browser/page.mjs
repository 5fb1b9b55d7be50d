// What the tests of the page share: the page in a browser of its own, and what a
// person does and sees there.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before } from "node:test";
import jsQR from "jsqr";
import { expect as once } from "playwright/test";
import { PNG } from "pngjs";
import { startBrowser, startService } from "./service.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const screenshots = process.env.SCREENSHOTS;

// What the page shows comes in its own time: expect asks until it is so, for as long
// as a busy machine may take.
export const expect = once.configure({ timeout: 30_000 });

// Every size that the page is held to.
export const sizes = {
  phone: { width: 390, height: 844 },
  tablet: { width: 820, height: 1180 },
  netbook: { width: 1024, height: 768 },
  laptop: { width: 1366, height: 768 },
  desktop: { width: 1440, height: 900 },
};

export const password = "tachy-cardia!";
export const recordingOf = (name) => readFileSync(join(import.meta.dirname, "../../shared/console/assets", name), "utf8");
export const lines = recordingOf("person_01_enrolment.csv").trimEnd().split("\n");
export const csv = (name, content) => ({ name, mimeType: "text/csv", buffer: Buffer.from(content, "latin1") });

// house is a service and a browser for the tests of a file.
export function house(env) {
  const it = { service: null, browser: null };
  before(async () => {
    it.service = await startService(env);
    it.browser = await startBrowser();
  });
  after(async () => {
    await it.browser?.close();
    it.service?.stop();
  });

  // visit opens the page in a browser context of its own. What it complains about
  // fails the test, but for the statuses named in expected.
  it.visit = async (t, { viewport = sizes.laptop, scheme = "light", locale = "en-US", expected = [], script, argument, path = "", ...more } = {}) => {
    const context = await it.browser.newContext({ viewport, colorScheme: scheme, locale, reducedMotion: "reduce", serviceWorkers: "block", ...more });
    const page = await context.newPage();
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(error.stack || String(error)));
    page.on("console", (message) => {
      const known = [...expected, "Service Worker registration blocked"].some((what) => message.text().includes(what));
      if (["error", "warning"].includes(message.type()) && !known) complaints.push(message.text());
    });
    page.on("request", (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(it.service.address)) complaints.push(request.url());
    });
    t.after(async () => {
      await context.close();
      assert.deepEqual(complaints, []);
    });
    if (script) await page.addInitScript(script, argument);
    await page.goto(it.service.address + "/" + path);
    return page;
  };
  return it;
}

export const status = (n) => `status of ${n}`;

export async function accessible(page, where) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(", ")}`), [], where);
}

// drawn waits until what was asked for is on the screen, canvases included.
export const drawn = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

// fits holds the page to the width of the screen.
export const fits = (page, where) => expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth), { message: `${where}: wider than the screen` }).toBeLessThanOrEqual(0);

// focused holds the page to its focus: lost, it is the body's.
export const focused = (page, where) => expect(page.locator("body :focus"), where).toHaveCount(1);

export async function picture(page, name) {
  if (!screenshots) return;
  mkdirSync(screenshots, { recursive: true });
  await page.mouse.move(0, 0);
  await drawn(page);
  await page.screenshot({ path: join(screenshots, name + ".png") });
}

let people = 0;
export const newcomer = () => `hong${process.pid}x${++people}`;

export async function signUp(page, username = newcomer()) {
  await go(page, 1);
  await page.locator("#tab-sign-up").click();
  await page.locator("#new-username").fill(username);
  await page.locator("#new-password").fill(password);
  await page.locator("#new-password").press("Enter");
  await page.locator("#signed-in:not([hidden]) #enrolled:not([hidden])").waitFor({ state: "attached" });
  return username;
}

export async function logOut(page) {
  await page.locator("#log-out").click();
  await page.locator("#notice", { hasText: "You are logged out." }).waitFor();
}

export async function logIn(page, username, word = password) {
  await go(page, 1);
  await page.locator("#tab-log-in").click();
  await page.locator("#username").fill(username);
  await page.locator("#password").fill(word);
  await page.locator("#password").press("Enter");
}

// go shows a step where a phone shows one at a time.
export async function go(page, step) {
  const button = page.locator(`[data-go="${step}"]`);
  if (await button.isVisible()) await button.click();
}

// sample chooses one of the page's recordings and waits until it is read.
export async function sample(page, nth) {
  await go(page, 2);
  await page.locator("#samples button").nth(nth).click();
  await page.locator("#chosen", { hasText: await page.locator("#samples button").nth(nth).textContent() }).waitFor();
  await page.locator("#details").waitFor();
}

// scanned is what a camera reads of the code on the screen.
export async function scanned(page) {
  const code = page.locator("#hand-off-picture svg");
  await code.waitFor();
  const { data, width, height } = PNG.sync.read(await code.screenshot());
  return jsQR(new Uint8ClampedArray(data), width, height)?.data;
}

export async function files(page, ...chosen) {
  await go(page, 2);
  await page.locator("#file").setInputFiles(chosen);
}

export async function enrolled(page) {
  await sample(page, 0);
  await page.locator("#enrol").click();
  await seenAnswer(page, "Enrolled");
}

// seenAnswer waits for an answer of the title and holds it to what makes it one:
// all of it is in view, nothing lies over it, and it has the focus, or describes
// the field that has.
export async function seenAnswer(page, title) {
  const box = page.locator(".verdict", { has: page.locator("h3", { hasText: title }) });
  await box.waitFor();
  await expect.poll(() => box.evaluate((element) => {
    const { top, bottom, left, right } = element.getBoundingClientRect();
    const on = (x, y) => element.contains(document.elementFromPoint(x, y));
    const bar = document.querySelector(".bar").getBoundingClientRect();
    const floor = bar.height > 0 ? bar.top : innerHeight;
    const active = document.activeElement;
    return {
      within: top >= 0 && bottom <= floor + 0.5 && left >= 0 && right <= innerWidth,
      uncovered: on((left + right) / 2, top + 3) && on((left + right) / 2, bottom - 3),
      spoken: active === element || (active.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean).some((id) => element.querySelector(`#${id}`)) || element.getAttribute("role") === "status",
      place: `${Math.round(top)} to ${Math.round(bottom)} of ${innerHeight}`,
    };
  }), { message: title }).toEqual({ within: true, uncovered: true, spoken: true, place: expect.any(String) });
  return box;
}
