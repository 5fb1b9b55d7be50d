// sdk.js in a page of another origin, as a shop's page would import it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { newcomer, password } from "./page.mjs";
import { startBrowser, startService } from "./service.mjs";

const recording = (name) => readFileSync(join(import.meta.dirname, "../support/recordings/testdata", name), "latin1");
let shop, origin, service, browser;

before(async () => {
  shop = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end("<!doctype html><link rel=icon href=data:,><title>shop</title>"));
  await new Promise((resolve) => shop.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${shop.address().port}`;
  service = await startService({ CORS_ORIGINS: origin });
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  service?.stop();
  shop.closeAllConnections();
  shop.close();
});

test("a page of another origin signs up, enrols by upload, and gets an assertion for itself", async (t) => {
  const page = await browser.newPage();
  t.after(() => page.close());
  await page.goto(origin);
  const seen = await page.evaluate(async ({ base, username, password, enrolment, probe }) => {
    const { LARGEST_REQUEST, Systole } = await import(base + "/sdk.js");
    const systole = new Systole(base, { language: "en" });
    const wide = (text) => text.replaceAll('"\n', "0".repeat(500) + '"\n');
    const shares = [];
    const signedUp = await systole.signUp({ username, password, name: "Hong" });
    const file = new File([wide(enrolment)], "심전도 2026.csv");
    const enrolled = await systole.enrol(file, { rate: 500, progress: (share) => shares.push(share) });
    const checked = await systole.check(probe, { rate: 500, audience: location.origin, audienceNonce: "n-1" });
    const elsewhere = await systole.check(probe, { rate: 500, audience: "https://other.example" });
    const cancelled = await systole.enrol(file, { rate: 500, signal: AbortSignal.abort() });
    const stop = new AbortController();
    const stopped = await systole.enrol(file, { rate: 500, signal: stop.signal, progress: () => stop.abort() });
    const again = await new Systole(base, { language: "en" }).signUp({ username, password, name: "Hong" });
    return {
      large: file.size > LARGEST_REQUEST, signedUp, enrolled, checked, elsewhere, cancelled, stopped, again, last: shares.at(-1),
      grew: shares.every((share, i) => i === 0 || share >= shares[i - 1]), loggedOut: await systole.logOut(), token: systole.token,
    };
  }, { base: service.address, username: newcomer(), password, enrolment: recording("person_01_enrolment.csv"), probe: recording("person_01_probe.csv") });

  assert.ok(seen.large && seen.signedUp.ok && seen.enrolled.ok, JSON.stringify(seen.enrolled));
  assert.deepEqual([seen.last, seen.grew], [1, true]);
  assert.ok(seen.checked.ok && seen.checked.accepted, JSON.stringify(seen.checked));
  const claims = JSON.parse(Buffer.from(seen.checked.assertion.split(".")[1], "base64url"));
  assert.deepEqual([claims.aud, claims.nonce], [origin, "n-1"]);
  assert.deepEqual([seen.elsewhere.code, seen.elsewhere.accepted], ["field_invalid", false]);
  assert.deepEqual([seen.cancelled.code, seen.stopped.code], ["cancelled", "cancelled"]);
  assert.deepEqual([seen.again.code, seen.again.status, typeof seen.again.message], ["username_taken", 409, "string"]);
  assert.deepEqual([seen.loggedOut.ok, seen.token], [true, null]);
});
