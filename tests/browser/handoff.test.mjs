// A session that goes on on a phone: the code is read as a camera reads it, and what
// was handed over ends with what it was for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, enrolled, expect, fits, go, house, picture, sample, scanned, seenAnswer, signUp, sizes, status } from "./page.mjs";

const it = house();
const korean = (page) => page.locator("#language").click();

// offered opens the code on a desk, and returns the address that a camera reads of it.
async function offered(page) {
  await go(page, 2);
  await page.locator("#hand-off").click();
  return scanned(page);
}

// phoned opens an address on a phone of its own, and says yes to what it asks.
async function phoned(t, address, viewport = sizes.phone, options = {}) {
  const page = await it.visit(t, { viewport, path: address.slice(it.service.address.length + 1), ...options });
  await page.locator("#sure[open]").waitFor();
  await page.locator("#sure-yes").click();
  return page;
}

for (const [name, viewport] of Object.entries(sizes)) {
  test(`a session goes on on another device of the size of a ${name} until it is them`, async (t) => {
    const desk = await it.visit(t, { viewport });
    await signUp(desk);
    await enrolled(desk);
    const address = await offered(desk);
    assert.match(address, new RegExp(`^${it.service.address}/#hand-off=[A-Z2-7]{26}$`));
    const token = await desk.evaluate(() => sessionStorage.getItem("systole-token"));
    assert.ok(!address.includes(token));
    await accessible(desk, "the code");
    await expect(desk.locator("#hand-off-dialog")).toBeInViewport({ ratio: 1 });
    await fits(desk, "the code");
    await picture(desk, `hand-off-${name}`);

    const phone = await phoned(t, address, viewport);
    await phone.locator("#signed-in:not([hidden])").waitFor({ state: "attached" });
    await expect(phone).toHaveURL(it.service.address + "/");
    assert.notEqual(await phone.evaluate(() => sessionStorage.getItem("systole-token")), token);
    await expect(phone.locator("#hand-off")).toBeHidden();
    await desk.locator("#hand-off-state", { hasText: "Open on the phone" }).waitFor();
    await sample(phone, 1);
    await phone.locator("#check").click();
    await seenAnswer(phone, "It is you");
    await accessible(phone, "the end on the phone");
    await expect.poll(() => phone.evaluate(() => sessionStorage.length)).toBe(0);
    await desk.locator("#hand-off-state", { hasText: "Finished on the phone." }).waitFor();
    await desk.keyboard.press("Escape");
    await expect(desk.locator("#hand-off-dialog")).toHaveCount(0);
  });
}

test("a code is good for one device, and the list of sessions says which", async (t) => {
  const desk = await it.visit(t);
  await signUp(desk);
  const address = await offered(desk);
  await phoned(t, address, sizes.phone, { userAgent: "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36" });
  await desk.locator("#hand-off-state", { hasText: "Open on the phone" }).waitFor();
  await desk.locator("#hand-off-close").press("Enter");
  await desk.reload();
  await desk.locator("#sessions li", { hasText: "Chrome on Android" }).filter({ hasText: "opened with a code, for 15 minutes" }).waitFor();
  const second = await phoned(t, address, sizes.phone, { expected: [status(404)] });
  await seenAnswer(second, "This code is of no use any more");
  await korean(second);
  await second.locator("#notice h3", { hasText: "더 이상 쓸 수 없는 코드입니다" }).waitFor();
});

test("who opens a code that somebody sent is warned, and says no", async (t) => {
  const desk = await it.visit(t);
  await signUp(desk);
  const address = await offered(desk);
  const phone = await it.visit(t, { viewport: sizes.phone, path: address.slice(it.service.address.length + 1), locale: "ko-KR" });
  await phone.locator("#sure-more", { hasText: "다른 사람이 보낸 코드라면 취소하세요" }).waitFor();
  await accessible(phone, "the warning");
  await phone.keyboard.press("Enter"); // Cancel has the focus
  await expect(phone.locator("#signed-out")).toBeVisible();
});

test("what was handed over ends with the desk's session", async (t) => {
  const desk = await it.visit(t);
  await signUp(desk);
  const phone = await phoned(t, await offered(desk), sizes.phone, { expected: [status(401)] });
  await phone.locator("#signed-in:not([hidden])").waitFor({ state: "attached" });
  await sample(phone, 0);
  await desk.locator("#hand-off-close").click();
  await desk.locator("#log-out").click();
  await desk.locator("#signed-out").waitFor();
  await phone.locator("#enrol").click();
  await phone.locator("#notice", { hasText: "log" }).waitFor();
  await expect(phone.locator("#signed-out")).toBeVisible();
});
