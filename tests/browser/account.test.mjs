// Getting back in, and where one is logged in: recovery codes from the day they
// are made to the day the password is lost, and sessions ended one by one.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { accessible, enrolled, expect, fits, focused, go, house, logIn, logOut, newcomer, password, sample, seenAnswer, signUp, sizes, status } from "./page.mjs";

const it = house();
const next = "brady-cardia!";

// makeCodes makes ten codes on the page, and returns them.
async function makeCodes(page, word = password) {
  await go(page, 1);
  if (!(await page.locator("#recovery-password").isVisible())) await page.locator("#recovery-details summary").click();
  await page.locator("#recovery-password").fill(word);
  await page.locator("#recovery-password").press("Enter");
  await seenAnswer(page, "Ten new codes");
  return page.locator("#codes li").allTextContents();
}

async function recover(page, username, code, word = next) {
  await go(page, 1);
  await page.locator("#tab-log-in").click();
  if (await page.locator("#lost").isVisible()) await page.locator("#lost").click();
  await page.locator("#lost-username").fill(username);
  await page.locator("#recovery-code").fill(code);
  await page.locator("#recovered-password").fill(word);
  await page.locator("#recovered-password").press("Enter");
}

for (const [name, viewport] of Object.entries(sizes)) {
  test(`a lost password is replaced with a code on a ${name} of ${viewport.width} by ${viewport.height}`, async (t) => {
    const page = await it.visit(t, { viewport, expected: [status(401), status(403), status(400)] });
    const narrow = async (where) => {
      await fits(page, where);
      await accessible(page, where);
    };
    const username = await signUp(page, newcomer());
    await go(page, 1);
    await page.locator("#recovery-details summary").click();
    await page.locator("#recovery-left", { hasText: "You have none." }).waitFor();
    await page.locator("#recovery-password").fill("wrong password");
    await page.locator("#recovery-password").press("Enter");
    await seenAnswer(page, "Wrong password");
    const codes = await makeCodes(page);
    assert.equal(new Set(codes).size, 10);
    await page.locator("#recovery-left", { hasText: "10 of 10 left" }).waitFor();
    await narrow("codes");
    await logOut(page);
    await expect(page.locator("#codes li"), "codes are left for the next person").toHaveCount(0);

    await recover(page, username, "7K3M-9QXA-0V5T-R2WD-H8CE-4NPB");
    await seenAnswer(page, "Wrong user name or recovery code");
    await narrow("a wrong code");
    await recover(page, username, codes[0], "password1");
    await seenAnswer(page, "This password is too common");
    await recover(page, username, codes[0].toLowerCase().replaceAll("-", " "));
    await page.locator("#notice", { hasText: "The new password is set." }).waitFor();
    await go(page, 1);
    await page.locator("#recovery-details summary").click();
    await page.locator("#recovery-left", { hasText: "9 of 10 left" }).waitFor();
    await page.locator("#activity li", { hasText: "password set with a recovery code" }).waitFor({ state: "attached" });
    await narrow("back in");
  });
}

test("codes are copied, printed and downloaded, and a new set is asked for first", async (t) => {
  const page = await it.visit(t, { permissions: ["clipboard-read", "clipboard-write"], script: () => { window.print = () => { window.printed = document.getElementById("sheet").textContent; }; } });
  await signUp(page);
  const codes = await makeCodes(page);
  await page.locator("#copyCodes").click();
  await page.locator("#codes [role=status]", { hasText: "Copied." }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), codes.join("\n"));
  const download = page.waitForEvent("download");
  await page.locator("#downloadCodes").click();
  const file = readFileSync(await (await download).path(), "utf8");
  await page.locator("#printCodes").click();
  const paper = await page.evaluate(() => window.printed);
  for (const code of codes) {
    assert.ok(file.includes(code) && paper.includes(code), code);
  }
  await page.locator("#recovery-password").fill(password);
  await page.locator("#recovery-password").press("Enter");
  await page.locator("#sure-title", { hasText: "Make new codes?" }).waitFor();
  await accessible(page, "asked");
  await page.locator("#sure-yes").click();
  await page.waitForFunction((old) => document.querySelector("#codes li").textContent !== old, codes[0]);
});

test("after a recovery the heart is asked for before the enrolment can be deleted", async (t) => {
  const page = await it.visit(t, { expected: [status(403)] });
  const username = await signUp(page);
  await enrolled(page);
  const [code] = await makeCodes(page);
  await logOut(page);
  await recover(page, username, code);
  await page.locator("#notice", { hasText: "The new password is set." }).waitFor();
  const remove = async () => {
    await page.locator("#delete-model").click();
    await page.locator("#sure-yes").click();
  };
  await remove();
  await seenAnswer(page, "Confirm with your heart first");
  await sample(page, 1);
  await page.locator("#check").click();
  await seenAnswer(page, "It is you");
  await remove();
  await seenAnswer(page, "Your enrolled ECG is deleted.");
});

test("sessions have their client's name and are ended one by one, and all others at once", async (t) => {
  const page = await it.visit(t);
  const username = await signUp(page);
  const elsewhere = async (agent) => {
    const answer = await fetch(it.service.address + "/members/login/", {
      method: "POST", headers: { "Content-Type": "application/json", "User-Agent": agent }, body: JSON.stringify({ username, password }),
    });
    return (await answer.json()).token;
  };
  const alive = async (token) => (await fetch(it.service.address + "/members/sessions/", { headers: { Authorization: `Token ${token}` } })).ok;
  const phone = await elsewhere("okhttp/4.9.1");
  const other = await elsewhere("curl/8.14.1");
  await page.reload();
  const items = page.locator("#sessions li");
  await items.nth(2).waitFor();
  await expect(items.nth(0)).toHaveText(/^Chrome on Linux · .*this one$/);
  await items.filter({ hasText: "Android app (okhttp) · " }).waitFor();
  await expect(items.nth(0).locator("button")).toHaveCount(0);
  await accessible(page, "three sessions");
  await page.locator("#language").click();
  await items.filter({ hasText: "Android 앱 (okhttp)" }).waitFor();
  await page.locator("#language").click();
  await items.filter({ hasText: "Android app (okhttp)" }).waitFor();

  await page.getByRole("button", { name: "Log out Android app (okhttp)" }).focus();
  await page.keyboard.press("Enter");
  await seenAnswer(page, "You are logged out there.");
  await expect(items).toHaveCount(2);
  assert.deepEqual([await alive(phone), await alive(other)], [false, true]);
  await page.locator("#end-others").click();
  await seenAnswer(page, "You are logged out everywhere else.");
  await expect(items).toHaveCount(1);
  assert.equal(await alive(other), false);
  await expect(page.locator("#end-others")).toBeHidden();
  await page.locator("#activity li", { hasText: "logged out everywhere else" }).waitFor();
});

test("a code that is used up while the log-in fails leads to the log-in", async (t) => {
  const page = await it.visit(t, { expected: [status(503)] });
  const username = await signUp(page);
  const [code] = await makeCodes(page);
  await logOut(page);
  await page.route("**/members/login/", (route) => route.fulfill({ status: 503, contentType: "application/json", body: "{}" }));
  await recover(page, username, code);
  await seenAnswer(page, "The service is busy");
  await page.unroute("**/members/login/");
  await expect(page.locator("#username")).toHaveValue(username);
  await page.locator("#password").fill(next);
  await page.locator("#password").press("Enter");
  await page.locator("#signed-in:not([hidden])").waitFor();
});

test("a code is used from the keyboard alone", async (t) => {
  const page = await it.visit(t);
  const username = await signUp(page);
  const [code] = await makeCodes(page);
  await logOut(page);
  await page.locator("#username").fill(username);
  await page.locator("#lost").focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#recovery-code")).toBeFocused(); // the name came along
  await page.keyboard.type(code);
  await page.keyboard.press("Tab");
  await page.keyboard.type(next);
  await page.keyboard.press("Enter");
  await page.locator("#notice", { hasText: "The new password is set." }).waitFor();
  await focused(page, "back in");
  await logOut(page);
  await logIn(page, username, next);
  await page.locator("#signed-in:not([hidden])").waitFor();
});
