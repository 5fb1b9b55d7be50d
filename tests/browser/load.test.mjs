// The first view comes in one round trip: it shows and takes input while all other
// files are still on their way, and what is asked for meanwhile is done then. node
// load.mjs tells how long that takes on a slow network.

import { test } from "node:test";
import { accessible, expect, house, newcomer, password, seenAnswer, sizes, status } from "./page.mjs";

const it = house();

// late opens the page whose other files come only when the returned function is
// called.
async function late(t, options) {
  const held = [];
  let open = false;
  const page = await it.visit(t, { ...options, path: "docs" }); // of the same origin
  await page.route("**/console/*", (route) => (open ? route.continue() : held.push(route)));
  await page.goto(it.service.address, { waitUntil: "commit" });
  await page.waitForFunction(() => performance.getEntriesByName("begun").length > 0);
  return { page, arrive: async () => { open = true; await Promise.all(held.map((route) => route.continue())); } };
}

for (const viewport of [sizes.phone, sizes.desktop]) {
  test(`a form is filled in and sent while the scripts are on their way, at ${viewport.width} by ${viewport.height}`, async (t) => {
    const { page, arrive } = await late(t, { viewport, expected: [status(401)] });
    await accessible(page, "before any script");
    await expect(page.locator("#sign-up")).not.toHaveCSS("background-color", "rgba(0, 0, 0, 0)");
    await page.locator("#tab-log-in").click();
    await page.locator("#tab-log-in").press("ArrowLeft");
    const username = newcomer();
    await page.locator("#new-username").fill(username);
    await page.locator("#new-password").fill(password);
    await page.locator("#new-password").press("Enter");
    await page.locator("#sign-up[aria-busy=true]").waitFor();
    await page.locator("#new-password").press("Enter");
    await arrive();
    await page.locator("#account-name", { hasText: username }).waitFor({ state: "attached" });
  });
}

test("the last button that was pressed is pressed when it can answer", async (t) => {
  const { page, arrive } = await late(t, { viewport: sizes.desktop, expected: [status(401)] });
  await page.locator("#theme").click();
  await page.locator("#language").click();
  await page.locator("#language[aria-busy=true]").waitFor();
  await expect(page.locator("#theme")).not.toHaveAttribute("aria-busy");
  await arrive();
  await page.locator("html[lang=ko]").waitFor();
  await page.locator("#tab-log-in").click();
  await page.locator("#username").fill("nobody");
  await page.locator("#password").fill(password);
  await page.locator("#password").press("Enter");
  await seenAnswer(page, "아이디 또는 비밀번호가 올바르지 않습니다");
});
