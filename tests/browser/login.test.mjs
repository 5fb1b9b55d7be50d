// The log-in for another application: its page by keyboard, on a phone, in both
// languages, with files and a strap, and what it refuses.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { accessible, csv, expect, fits, house, lines, newcomer, password, recordingOf, sample, scanned, seenAnswer, sizes, status } from "./page.mjs";
import { strap } from "./strap.mjs";

const server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<!doctype html><title>The shop</title>"));
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
after(() => server.close());
const shop = { origin: `http://127.0.0.1:${server.address().port}` };
const clients = {
  OPENID_CLIENTS: JSON.stringify([{
    client_id: "shop", client_name: "꽃집 <b>Flowers</b>", redirect_uris: [`${shop.origin}/callback`],
    client_secret_sha256: createHash("sha256").update("secret").digest("hex"),
  }]),
};
const it = house(clients);
const strict = house({ ...clients, CHALLENGE: "required" });

// asked opens the page as a person sees it who comes from the shop.
async function asked(t, query = {}, options = {}, there = it) {
  const context = await there.browser.newContext({ viewport: sizes.laptop, locale: "en-US", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.stack));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !(options.expected ?? []).some((what) => message.text().includes(what))) complaints.push(message.text());
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  });
  if (options.script) await page.addInitScript(options.script, options.argument);
  await page.goto(address(query, there));
  return page;
}

const address = (query, there = it) => `${there.service.address}/openid/authorize?${new URLSearchParams({
  client_id: "shop", redirect_uri: `${shop.origin}/callback`, response_type: "code", scope: "openid", state: "the shop's",
  code_challenge: createHash("sha256").update(randomBytes(32).toString("hex")).digest("base64url"), code_challenge_method: "S256", ...query,
})}`;

// person signs somebody up, and enrols them with a recording.
async function person(enrolled = true, there = it) {
  const username = newcomer();
  const made = await fetch(`${there.service.address}/members/create/`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ username, password, name: "홍길동" }),
  });
  const { token } = await made.json();
  if (!enrolled) return username;
  const form = new FormData();
  form.set("sampling_rate", "500");
  form.set("data", new Blob([recordingOf("person_01_enrolment.csv")]), "ecg.csv");
  assert.equal((await fetch(`${there.service.address}/authenticate/make_model/`, { method: "POST", headers: { Authorization: `Token ${token}` }, body: form })).status, 200);
  return username;
}

async function logIn(page, username) {
  await page.locator("#username").fill(username);
  await page.locator("#password").fill(password);
  await page.locator("#password").press("Enter");
}

async function check(page, name, file) {
  await page.locator("#heart-step").waitFor();
  await page.locator("#file").setInputFiles(csv(name, file));
  await page.locator("#check").click();
}

async function back(page) {
  await page.waitForURL(`${shop.origin}/callback?**`);
  return new URL(page.url()).searchParams;
}

test("by password, with the keyboard alone", async (t) => {
  const username = await person(false);
  const page = await asked(t);
  await page.locator("#password-step").waitFor();
  await expect(page.locator("#asked-title")).toHaveText("Log in to 꽃집 <b>Flowers</b>");
  await accessible(page, "the password");
  await page.keyboard.type(username);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  const answer = await back(page);
  assert.ok(answer.get("code"));
  assert.equal(answer.get("state"), "the shop's");
  assert.equal(answer.get("iss"), it.service.address);
});

test("by password and heart, on a phone, in Korean: not with somebody else's", async (t) => {
  const username = await person();
  const page = await asked(t, { acr_values: "urn:systole:acr:heart", ui_locales: "ko", login_hint: username }, { viewport: sizes.phone });
  await page.locator("#password-step").waitFor();
  await expect(page.locator("#username")).toHaveValue(username);
  await expect(page.locator("html")).toHaveAttribute("lang", "ko");
  await logIn(page, username);
  await check(page, "theirs.csv", recordingOf("person_04_probe.csv"));
  await page.locator(".verdict.no").waitFor();
  await accessible(page, "not them");
  await fits(page, "not them");
  await check(page, "mine.csv", recordingOf("person_01_probe.csv"));
  assert.ok((await back(page)).get("code"));
});

// The strap's 130 samples a second from 500, by the nearest.
const resampled = (name) => {
  const values = recordingOf(name).trimEnd().split("\n").map((line) => Number(line.replaceAll('"', "")));
  return Array.from({ length: Math.floor((values.length / 500) * 130) }, (_, i) => Math.round(1000 * values[Math.round((i * 500) / 130) % values.length]));
};

test("with a strap, where a check needs a nonce: it is asked when there is enough", async (t) => {
  const username = await person(true, strict);
  const argument = { samples: resampled("person_01_probe.csv"), frameSamples: 73, everyMs: 20 };
  const page = await asked(t, { acr_values: "urn:systole:acr:heart" }, { script: strap, argument, expected: [status(422)] }, strict);
  await logIn(page, username);
  await page.locator("#record").click();
  await page.locator("#live-left", { hasText: "recorded" }).waitFor();
  assert.ok((await back(page)).get("code"));
});

test("who isn't enrolled is told so, and can go back", async (t) => {
  const page = await asked(t, { acr_values: "urn:systole:acr:heart" });
  await logIn(page, await person(false));
  await page.locator(".verdict", { hasText: "Your heart isn't known here yet" }).waitFor();
  await accessible(page, "not enrolled");
  await page.locator("#give-up").click();
  assert.equal((await back(page)).get("error"), "access_denied");
});

for (const [name, viewport] of Object.entries({ phone: sizes.phone, laptop: sizes.laptop })) {
  test(`who isn't enrolled does so on the way, and comes back, on a ${name}`, async (t) => {
    const page = await asked(t, { acr_values: "urn:systole:acr:heart", ui_locales: "ko" }, { viewport });
    await logIn(page, await person(false));
    await page.locator(".verdict button", { hasText: "지금 등록하기" }).click();
    await page.locator("#notice", { hasText: "심전도를 등록하면 로그인 화면으로 돌아갑니다." }).waitFor();
    await accessible(page, "enrolling on the way");
    await sample(page, 0);
    await page.locator("#enrol").click();
    await page.waitForURL("**/log-in?**");
    await check(page, "mine.csv", recordingOf("person_01_probe.csv"));
    assert.ok((await back(page)).get("code"));
  });

  test(`a phone enrols and checks for the log-in of another device, a ${name}`, async (t) => {
    const page = await asked(t, { acr_values: "urn:systole:acr:heart" }, { viewport });
    await logIn(page, await person(false));
    const onPhone = async (nth, button) => {
      const address = await scanned(page);
      await accessible(page, "the code");
      await expect(page.locator("#hand-off-dialog")).toBeInViewport({ ratio: 1 });
      await fits(page, "the code");
      const phone = await it.visit(t, { viewport: sizes.phone, path: address.slice(it.service.address.length + 1) });
      await phone.locator("#sure-yes").click();
      await phone.locator("#signed-in:not([hidden])").waitFor({ state: "attached" });
      await sample(phone, nth);
      await phone.locator(button).click();
      await seenAnswer(phone, button === "#enrol" ? "Enrolled" : "It is you");
    };
    await page.locator(".verdict button", { hasText: "Enrol on my phone" }).click();
    await onPhone(0, "#enrol");
    await page.locator("#heart-step").waitFor();
    await page.locator("#phone").click();
    await onPhone(1, "#check");
    assert.ok((await back(page)).get("code"));
  });
}

test("a wrong password and a bad recording are said where they were made", async (t) => {
  const username = await person();
  const page = await asked(t, { acr_values: "urn:systole:acr:heart" }, { expected: [status(401), status(422)] });
  await page.locator("#username").fill(username);
  await page.locator("#password").fill("brady-cardia!");
  await page.locator("#password").press("Enter");
  await page.locator(".verdict", { hasText: "Wrong user name or password" }).waitFor();
  await logIn(page, username);
  await check(page, "short.csv", lines.slice(0, 1000).join("\n"));
  await page.locator(".verdict", { hasText: "Too short" }).waitFor();
});

test("who is logged in goes on at once, or is asked if the shop wants that", async (t) => {
  const username = await person(false);
  const page = await asked(t);
  await logIn(page, username);
  await back(page);
  await page.goto(address({}));
  assert.ok((await back(page)).get("code"));
  await page.goto(address({ prompt: "consent", scope: "openid profile" }));
  await page.locator("#person-name", { hasText: "홍길동" }).waitFor();
  await accessible(page, "going on");
  await page.locator("#go-on").click();
  assert.ok((await back(page)).get("code"));
});

test("the page is framed by nobody, and is of no use in another browser", async (t) => {
  const page = await asked(t);
  await page.locator("#password-step").waitFor();
  const answer = await fetch(page.url());
  assert.match(answer.headers.get("content-security-policy"), /frame-ancestors 'none'/);
  assert.equal(answer.headers.get("x-frame-options"), "DENY");
  const other = await asked(t, {}, { expected: [status(409)] });
  await other.goto(page.url());
  await other.locator(".verdict", { hasText: "This log-in is over" }).waitFor();
});
