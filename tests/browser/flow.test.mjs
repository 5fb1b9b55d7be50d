// From sign-up to deletion, at every size: the answer is where the person looks,
// nothing happens twice, and nothing is left for the next person.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { accessible, csv, drawn, enrolled, expect, files, fits, go, house, lines, logIn, logOut, newcomer, password, recordingOf, sample, seenAnswer, signUp, sizes, status } from "./page.mjs";

const it = house();

for (const [name, viewport] of Object.entries(sizes)) {
  test(`every answer is in view on a ${name} of ${viewport.width} by ${viewport.height}`, async (t) => {
    const page = await it.visit(t, { viewport, expected: [status(401), status(409), status(422), status(400), status(403)] });

    await logIn(page, "nobody");
    await seenAnswer(page, "Wrong user name or password");
    await expect(page.locator("#username")).toHaveValue("nobody");
    await page.locator("#tab-sign-up").click();
    await page.locator("#new-username").fill(newcomer());
    await page.locator("#new-password").fill("password1");
    await page.locator("#sign-up").click();
    await seenAnswer(page, "This password is too common");
    const username = await signUp(page);
    await fits(page, "logged in");

    await files(page, csv("report.pdf", "%PDF-1.7"));
    await seenAnswer(page, "A PDF is a picture of an ECG");
    await files(page, csv("empty.csv", ""));
    await seenAnswer(page, "The file is empty");
    await files(page, csv("short.csv", lines.slice(0, 1500).join("\n")));
    await seenAnswer(page, "Too short");

    await sample(page, 0);
    await fits(page, "a recording");
    await page.locator("#enrol").click();
    await seenAnswer(page, "Enrolled");
    await page.locator("#check").click();
    await seenAnswer(page, "Used before");
    await sample(page, 3);
    await page.locator("#check").click();
    await seenAnswer(page, "Not recognised");
    await sample(page, 1);
    await page.locator("#check").click();
    await seenAnswer(page, "It is you");
    await fits(page, "It is you");

    await go(page, 1);
    await page.locator("#consent-give").click();
    await seenAnswer(page, "Your consent is on record.");
    await page.locator("#password-details summary").click();
    await page.locator("#old-password").fill("wrong password");
    await page.locator("#next-password").fill("brady-cardia!");
    await page.locator("#next-password").press("Enter");
    await seenAnswer(page, "Wrong password");
    await page.locator("#old-password").fill(password);
    await page.locator("#next-password").press("Enter");
    await seenAnswer(page, "The password is changed.");
    await page.locator("#delete-model").click();
    await page.locator("#sure-yes").click();
    await seenAnswer(page, "Your enrolled ECG is deleted.");
    await page.locator("#delete-details summary").click();
    await page.locator("#delete-password").fill("brady-cardia!");
    await page.locator("#delete-password").press("Enter");
    await page.locator("#sure-yes").click();
    const notice = page.locator("#notice", { hasText: "Your account and all that was known of you is deleted." });
    await notice.waitFor();
    await expect(notice).toBeInViewport({ ratio: 1 });
    await logIn(page, username);
    await seenAnswer(page, "Wrong user name or password");
    await fits(page, "at the end");
  });
}

test("what a person has is theirs to take, to see and to end", async (t) => {
  const page = await it.visit(t);
  const username = await signUp(page);
  await enrolled(page);
  const download = page.waitForEvent("download");
  await page.locator("#export").click();
  const everything = JSON.parse(readFileSync(await (await download).path(), "utf8"));
  assert.equal(everything.user.username, username);
  assert.equal(everything.recordings.length, 1);
  await page.locator("#activity li", { hasText: "data downloaded" }).waitFor();
  await page.locator("#activity-kind").selectOption("checks");
  await expect(page.locator("#activity li")).toHaveCount(0);
  await expect(page.locator("#sessions li")).toHaveCount(1);
  await page.locator("#end-sessions").click();
  await page.locator("#sure-yes").click();
  await page.locator("#notice", { hasText: "You are logged out everywhere." }).waitFor();
});

test("a second click on a check does nothing", async (t) => {
  const page = await it.visit(t);
  await signUp(page);
  await enrolled(page);
  await sample(page, 1);
  let checks = 0;
  page.on("request", (r) => { if (r.method() === "POST" && r.url().endsWith("/authenticate/check_user/")) checks++; });
  const { x, y, width, height } = await page.locator("#check").boundingBox();
  const press = async (clickCount) => {
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down({ clickCount });
    await page.mouse.up({ clickCount });
  };
  await press(1);
  await press(2); // while the first is on its way
  await seenAnswer(page, "It is you");
  await press(3); // or when it is answered already
  await drawn(page);
  await expect(page.locator(".verdict h3")).toHaveText("It is you");
  await logOut(page); // and whatever a click began has gone out by then
  assert.equal(checks, 1);
});

test("a button is busy, says so, and can be cancelled", async (t) => {
  const page = await it.visit(t);
  await signUp(page);
  await sample(page, 0);
  let answer;
  await page.route("**/authenticate/make_model/", (route) => { answer = () => route.continue(); });
  await page.locator("#enrol").click();
  await page.locator("#enrol[aria-busy=true]", { hasText: "Enrolling…" }).waitFor();
  await accessible(page, "busy");
  await expect.poll(() => typeof answer, { message: "what it asked the service" }).toBe("function");
  await page.locator("#cancel").click();
  await seenAnswer(page, "Cancelled");
  await page.unroute("**/authenticate/make_model/");
  await page.locator("#enrol").click();
  await seenAnswer(page, "Enrolled");
});

test("a log-out ends the session, whatever is underway", async (t) => {
  const page = await it.visit(t);
  await signUp(page);
  await sample(page, 0);
  let held = false;
  await page.route("**/authenticate/make_model/", () => { held = true; });
  await page.locator("#enrol").click();
  await expect.poll(() => held).toBe(true);
  const token = await page.evaluate(() => sessionStorage.getItem("systole-token"));
  await logOut(page);
  const answer = await fetch(`${it.service.address}/members/sessions/`, { headers: { Authorization: `Token ${token}` } });
  assert.equal(answer.status, 401);
  await expect(page.locator(".verdict")).toHaveCount(0);
});

test("a late answer is never drawn under another recording's name", async (t) => {
  const page = await it.visit(t);
  await signUp(page);
  let late, over;
  await page.route("**/console/inspect/", async (route) => {
    if (late) return route.continue();
    over = new Promise((done) => {
      for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => request === route.request() && done());
    });
    await new Promise((go) => { late = go; });
    await route.continue().catch(() => {}); // the page has given it up
  });
  const long = Array.from({ length: 30 }, () => lines).flat();
  await files(page, csv("ten_minutes.csv", long.join("\n")));
  await page.locator("#chosen", { hasText: "Looking at ten_minutes.csv" }).waitFor();
  await expect.poll(() => typeof late, { message: "what it asked the service" }).toBe("function");
  await sample(page, 0);
  late();
  await over;
  await drawn(page);
  await expect(page.locator("#trace-text")).toHaveText(/^20 s of ECG/);
  await expect(page.locator("#chosen")).toHaveText("Recording: Person 1 (20 s)");
});

test("the end of a session leaves nothing for the next person", async (t) => {
  const leftOver = async (page) => {
    await expect(page.locator(".verdict")).toHaveCount(0);
    await expect(page.locator("#details")).toBeHidden();
    await expect(page.locator("#recordings li")).toHaveCount(0);
    await expect(page.locator("#check, #enrol").and(page.locator(":visible"))).toHaveCount(0);
    await expect(page.locator("#trace-text")).toHaveText("");
    await expect.poll(() => page.locator("input[type=password]").evaluateAll((all) => all.map((i) => i.value).join(""))).toBe("");
    const dark = () => page.locator("#trace canvas").evaluate((canvas) => {
      const pixels = canvas.getContext("2d", { willReadFrequently: true }).getImageData(0, 0, canvas.width, canvas.height).data;
      let n = 0;
      for (let i = 0; i < pixels.length; i += 4) if (pixels[i + 3] > 128 && pixels[i] < 90) n++;
      return n;
    });
    await expect.poll(dark, { message: "a trace is still drawn" }).toBe(0);
  };
  const page = await it.visit(t, { expected: [status(401), "willReadFrequently"] });
  const first = await signUp(page);
  await enrolled(page);
  await logOut(page);
  await leftOver(page);
  await expect(page.locator("#username")).toHaveValue("");

  await signUp(page); // another person
  await leftOver(page);
  await logOut(page);
  await logIn(page, first);
  await page.locator("#enrolled", { hasText: /^enrolled$/ }).waitFor();
  await sample(page, 1);

  // The token is revoked elsewhere: the next request finds out.
  const token = await page.evaluate(() => sessionStorage.getItem("systole-token"));
  await page.request.delete(`${it.service.address}/members/sessions/`, { headers: { Authorization: `Token ${token}` } });
  await page.locator("#check").click();
  await page.locator("#notice", { hasText: "You were logged out. Log in to go on." }).waitFor();
  await leftOver(page);
  await expect(page.locator("#username")).toHaveValue(first);
  await expect(page.locator("#username")).toBeFocused();

  // What the same person had chosen comes back with them, and with nobody else.
  await logIn(page, first);
  await page.locator("#chosen", { hasText: "Person 1 (another)" }).waitFor();
  await page.locator("#check:not([aria-disabled=true])").click();
  await seenAnswer(page, "It is you");
  const token2 = await page.evaluate(() => sessionStorage.getItem("systole-token"));
  await page.request.delete(`${it.service.address}/members/sessions/`, { headers: { Authorization: `Token ${token2}` } });
  await page.locator("#check").click();
  await page.locator("#notice", { hasText: "You were logged out. Log in to go on." }).waitFor();
  await signUp(page);
  await leftOver(page);
});

test("nothing is replaced or deleted at the first click", async (t) => {
  const page = await it.visit(t);
  await signUp(page);
  await enrolled(page);
  await sample(page, 3);
  await expect(page.locator("#enrol")).toHaveText("Enrol again…");
  await page.locator("#enrol").click();
  await page.locator("#sure[open]", { hasText: "Replace your enrolment?" }).waitFor();
  await accessible(page, "a dialog");
  await expect(page.locator("#sure-no")).toBeFocused();
  await page.keyboard.press("Escape");
  await sample(page, 1);
  await page.locator("#check").click();
  await seenAnswer(page, "It is you");
});

test("who has to wait sees for how long", async (t) => {
  const page = await it.visit(t, { expected: [status(429)] });
  await page.clock.install();
  await page.route("**/members/login/", (route) => route.fulfill({
    status: 429, headers: { "Retry-After": "27" }, contentType: "application/json",
    body: JSON.stringify({ detail: "", code: 429, error: "too_many_log_ins", seconds: 27 }),
  }));
  await logIn(page, "hong");
  await seenAnswer(page, "Too many failed log-ins");
  await page.locator("#log-in", { hasText: /^Log in 0:2\d$/ }).waitFor();
  await page.clock.runFor(10_000);
  await page.locator("#log-in", { hasText: /^Log in 0:1\d$/ }).waitFor();
  let asked = 0;
  page.on("request", (r) => { if (r.url().endsWith("/members/login/")) asked++; });
  await page.locator("#password").press("Enter");
  await page.clock.runFor(20_000);
  await page.locator("#log-in", { hasText: /^Log in$/ }).waitFor();
  assert.equal(asked, 0);
});

test("a service that is away is said to be, and asked again by a button", async (t) => {
  const page = await it.visit(t, { expected: ["Failed to load resource"] });
  await signUp(page);
  await page.route("**/console/*.csv", (route) => route.abort());
  await go(page, 2);
  await page.locator("#samples button").first().click();
  const box = await seenAnswer(page, "The service can't be reached");
  await page.unroute("**/console/*.csv");
  await box.locator("button", { hasText: "Try again" }).click();
  await page.locator("#details").waitFor();
  await page.route("**/authenticate/make_model/", (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad Gateway" }));
  await page.locator("#enrol").click();
  await seenAnswer(page, "The service is busy");
  await page.unroute("**/authenticate/make_model/");
  await page.route("**/members/logout/", (route) => route.abort());
  await page.locator("#log-out").click();
  await page.locator("#notice", { hasText: "You are logged out here." }).waitFor();
});

test("logging in and signing up are two forms that Enter and password managers know", async (t) => {
  const page = await it.visit(t, { expected: [status(409)] });
  const username = await signUp(page);
  await logOut(page);
  await expect(page.locator("#tab-log-in"), "who was here before logs in").toHaveAttribute("aria-selected", "true");
  await page.locator("#username").fill(username);
  await page.locator("#password").fill(password);
  await page.keyboard.press("Enter");
  await page.locator("#account-name", { hasText: username }).waitFor();
  await expect(page.locator("#account-name")).toBeFocused();
  await logOut(page);
  assert.deepEqual(await page.locator("#log-in-form input, #sign-up-form input").evaluateAll((all) => all.map((i) => i.autocomplete).filter(Boolean)),
    ["username", "new-password", "name", "username", "current-password"]);
  await page.locator("#tab-log-in").press("ArrowRight");
  await expect(page.locator("#sign-up-form")).toBeVisible();
  await page.locator("#new-username").fill(username);
  await page.locator("#new-password").fill(password);
  await page.locator("[data-eye=new-password]").click();
  await expect(page.locator("#new-password")).toHaveAttribute("type", "text");
  await page.locator("#new-password").press("Enter");
  const box = await seenAnswer(page, "This user name is taken");
  await expect(page.locator("#new-username")).toHaveAttribute("aria-invalid", "true");
  await box.locator("button").click();
  await expect(page.locator("#username")).toHaveValue(username);
});

test("a session lasts over a reload", async (t) => {
  const page = await it.visit(t);
  const username = await signUp(page);
  await page.locator("#theme").click();
  await page.reload();
  await page.locator("#account-name", { hasText: username }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.style.colorScheme), "dark");
});

test("who attacks the own account is refused, whatever the disguise", async (t) => {
  const page = await it.visit(t, { expected: [status(422), status(429)] });
  await signUp(page);
  await enrolled(page);
  for (const [button, outcome] of [["Replay it", /Refused: Used before/], ["Stretch it by 3 %", /Refused: /], ["Add noise", /Refused: /], ["Shuffle the beats", /Refused: /], ["One beat, repeated", /Refused: /]]) {
    await page.locator("#attacks button", { hasText: button }).click();
    const line = page.locator("#attack-answer p", { hasText: button });
    await expect(line).toHaveText(outcome);
    t.diagnostic(await line.textContent());
  }
  await accessible(page, "attacked");
  await logOut(page);
  await expect(page.locator("#attack-answer p")).toHaveCount(0);
});

test("what differs from the enrolment is shown, and stays in this browser only where it is wanted", async (t) => {
  const page = await it.visit(t);
  const username = await signUp(page);
  await page.locator("#keep-beat").check();
  await enrolled(page);
  const reminder = page.waitForEvent("download");
  await page.locator(".verdict button", { hasText: "Remind me in a week" }).click();
  assert.match(readFileSync(await (await reminder).path(), "utf8"), /BEGIN:VEVENT[^]*SUMMARY:Systole: enrol an ECG of another day/);
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("systole-beat-")));
  await expect.poll(kept).toEqual([`systole-beat-${username}`]);
  await logOut(page);
  await logIn(page, username);
  await page.locator("#enrolled", { hasText: /^enrolled$/ }).waitFor();
  await sample(page, 3);
  await page.locator("#check").click();
  const box = await seenAnswer(page, "Not recognised");
  await expect(box.locator("svg path.before")).toHaveCount(1);
  await expect(box).toHaveText(/heart rate 73 then, 57 now/);
  await page.locator("#keep-beat").uncheck();
  await expect.poll(kept).toEqual([]);
});

test("who was recognised is told when another day of enrolment would help", async (t) => {
  const page = await it.visit(t);
  await signUp(page);
  await enrolled(page);
  await page.route("**/authenticate/check_user/", (route) => (route.request().method() === "POST"
    ? route.fulfill({ contentType: "application/json", body: JSON.stringify({ result: "true", code: 200, enrolment: { days: 1, of: 3 } }) }) : route.continue()));
  await sample(page, 1);
  await page.locator("#check").click();
  await expect(await seenAnswer(page, "It is you")).toHaveText(/1 of 3 days are enrolled/);
});

// progressed has the service say how far the enrolment has come.
const progressed = (page, enrolment) => page.route("**/authenticate/check_user/?enrolment=true", (route) =>
  route.fulfill({ contentType: "application/json", body: JSON.stringify({ code: 200, enrolment }) }));

for (const [name, viewport] of Object.entries({ phone: sizes.phone, laptop: sizes.laptop })) {
  test(`the days of enrolment are counted, offered and put into a calendar, on a ${name}`, async (t) => {
    const page = await it.visit(t, { viewport });
    await signUp(page);
    await expect(page.locator("#days")).toBeHidden();
    await enrolled(page);
    await go(page, 1);
    const days = page.locator("#days li");
    await expect(days).toHaveText(["♥ Day 1 enrolled", /^Day 2: from .*\d/, "Day 3"]);
    await fits(page, "the first day");
    await accessible(page, "the first day");
    const entry = page.waitForEvent("download");
    await page.locator("#days button", { hasText: "Put it into my calendar" }).click();
    const lines = readFileSync(await (await entry).path(), "utf8").split("\r\n");
    const date = lines.find((line) => line.startsWith("DTSTART")).match(/^DTSTART;VALUE=DATE:(\d{4})(\d\d)(\d\d)$/).slice(1).join("-");
    const ahead = new Date(`${date}T09:00`) - Date.now();
    assert.ok(ahead > 12 * 3.6e6 - 60_000 && ahead < 36 * 3.6e6, `${ahead / 3.6e6} hours ahead`); // not before the service takes it
    assert.ok(lines.includes("BEGIN:VALARM") && lines.every((line) => Buffer.byteLength(line) <= 75));
    await sample(page, 1);
    await expect(page.locator("#check")).toBeVisible();
    await expect(page.locator("#add-day")).toBeHidden(); // it would be refused

    await progressed(page, { days: 2, of: 3, next: "2026-01-02T03:04:05Z" });
    await page.reload();
    await go(page, 1);
    await expect(days).toHaveText(["♥ Day 1 enrolled", "♥ Day 2 enrolled", "Day 3: now"]);
    await page.locator("#language").click();
    await expect(days).toHaveText(["♥ 1일째 등록됨", "♥ 2일째 등록됨", "3일째: 지금"]);
    await page.locator("#language").click();
    await page.locator("#days button", { hasText: "Add a recording of today" }).click();
    await expect(page.locator("#browse")).toBeFocused();
    await sample(page, 1);
    await expect(page.locator("#add-day")).toBeChecked();
    await expect(page.locator("#enrol")).toHaveText("Add as another day");

    await progressed(page, { days: 3, of: 3, next: null });
    await page.reload();
    await go(page, 1);
    await expect(page.locator("#days")).toContainText("All 3 days are enrolled.");
    await expect(page.locator("#days button")).toHaveCount(0);
  });
}

test("after several failed checks the button counts down, in both languages", async (t) => {
  const page = await it.visit(t, { expected: [status(429)] });
  await signUp(page);
  await enrolled(page);
  await sample(page, 3);
  const again = async () => {
    await page.locator("#check:not([aria-disabled=true])").click();
    await page.waitForFunction(() => document.querySelector(".verdict h3") && !document.querySelector("[aria-busy=true]"));
    return page.locator(".verdict h3").textContent();
  };
  let tries = 0;
  while (await again() === "Not recognised") assert.ok(++tries < 10);
  await seenAnswer(page, "Too many failed checks");
  await page.locator("#check[aria-disabled=true]", { hasText: /^Is it me\? \d:\d\d$/ }).waitFor();
  await accessible(page, "waiting for a check");
  await page.locator("#language").click();
  await page.locator("#check", { hasText: /^본인 확인 \d:\d\d$/ }).waitFor();
  let asked = 0;
  page.on("request", (r) => { if (r.method() === "POST") asked++; });
  await page.locator("#check").click({ force: true });
  await drawn(page);
  await expect(page.locator("#check")).not.toHaveAttribute("aria-busy");
  assert.equal(asked, 0);
});

for (const [name, viewport] of Object.entries(sizes)) {
  test(`who enrols again long after the log-in is asked first, on a ${name}`, async (t) => {
    const page = await it.visit(t, { viewport });
    const username = await signUp(page);
    await enrolled(page);
    await page.locator("#activity li", { hasText: "enrolled" }).waitFor({ state: "attached" }); // what follows an enrolment is there
    await page.evaluate(() => sessionStorage.setItem("systole-proof", "0"));
    await sample(page, 1);
    await page.locator("#enrol").click();
    await page.locator("#sure-title", { hasText: "Is it still you?" }).waitFor();
    await accessible(page, "asked for a proof");
    await page.keyboard.press("Enter"); // Cancel has the focus
    await page.locator("#check").click(); // which proves it
    await seenAnswer(page, "It is you");
    await page.locator("#enrol").click();
    await page.locator("#sure-title", { hasText: "Replace your enrolment?" }).waitFor();
    await page.locator("#sure-no").click();
    await page.evaluate(() => sessionStorage.setItem("systole-proof", "0"));
    await page.locator("#enrol").click();
    await page.locator("#sure-yes", { hasText: "Log in again" }).click();
    await logIn(page, username);
    await page.locator("#enrol:not([hidden])").waitFor(); // what was chosen is there again
  });
}
