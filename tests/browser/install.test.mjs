// The page installed: it opens without a network, takes what other apps share,
// and is renewed when the service is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expect, house, recordingOf, sample, seenAnswer, signUp } from "./page.mjs";

const it = house();
const controlled = async (page) => {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.waitForFunction(async () => (await (await caches.open("systole-page")).keys()).length > 15);
};

test("what is installed opens without a network, and says what it can't do", async (t) => {
  const page = await it.visit(t, { serviceWorkers: "allow", expected: ["Failed to load resource", "ERR_INTERNET_DISCONNECTED"] });
  await controlled(page);
  const manifest = await page.evaluate(async () => (await fetch(document.querySelector("[rel=manifest]").href)).json());
  assert.equal(manifest.share_target.action, "../?share");
  assert.equal((await page.request.get(new URL(manifest.icons[0].src, new URL("/console/x", it.service.address)).href)).status(), 200);
  const icon = await page.request.get(await page.locator("[rel=apple-touch-icon]").evaluate((link) => link.href));
  assert.deepEqual([icon.status(), icon.headers()["content-type"]], [200, "image/png"]);
  await page.context().setOffline(true);
  await page.reload();
  await page.locator("#new-username").fill("hong");
  await page.locator("#new-password").fill("tachy-cardia!");
  await page.locator("#new-password").press("Enter");
  await seenAnswer(page, "The service can't be reached");
  await page.context().setOffline(false);
  const kept = await page.evaluate(async () => (await (await caches.open("systole-page")).keys()).map((r) => new URL(r.url).pathname));
  assert.ok(kept.every((path) => path === "/" || path.startsWith("/console/")), `${kept}`);
});

test("a recording that another app shares is opened, once", async (t) => {
  const page = await it.visit(t, { serviceWorkers: "allow", expected: ["willReadFrequently"] });
  await controlled(page);
  await signUp(page);
  await page.evaluate(async (text) => {
    async function share(...names) {
      const form = new FormData();
      for (const name of names) form.append("recording", new File([text], name));
      const answer = await fetch("./?share", { method: "POST", body: form });
      if (!answer.ok) throw new Error(`${answer.status}`);
    }
    await share("another person's.csv", "another one.csv"); // and no page fetches them
    await share("심전도 shared.csv");
    const kept = await (await caches.open("systole-shared")).keys();
    if (kept.length !== 1) throw new Error(`${kept.length} files are kept for the page`);
    location.href = "./?shared";
  }, recordingOf("person_01_enrolment.csv"));
  await page.locator("#chosen", { hasText: "심전도 shared.csv" }).waitFor();
  await page.locator("#details").waitFor();
  await expect(page).toHaveURL(it.service.address + "/");
  await page.reload();
  await page.locator("#chosen", { hasText: "Choose a recording of yours" }).waitFor();
  await sample(page, 0);
});
