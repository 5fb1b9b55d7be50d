// The pictures of the READMEs: SCREENSHOTS names the folder to put them in.

import { test } from "node:test";
import { house, picture, sample, seenAnswer, signUp, sizes } from "./page.mjs";

const it = house();

for (const [name, options, title] of [
  ["console-light", { viewport: { width: 1360, height: 1010 } }, "It is you"],
  ["console-dark", { viewport: { width: 1360, height: 1010 }, scheme: "dark", locale: "ko-KR" }, "본인입니다"],
  ["console-phone", { viewport: sizes.phone, deviceScaleFactor: 2 }, "It is you"],
]) {
  test(`the picture ${name}`, async (t) => {
    const page = await it.visit(t, options);
    await signUp(page, name.replace("console-", "hong."));
    await sample(page, 0);
    await page.locator("#enrol").click();
    await page.locator(".verdict.yes").waitFor();
    await sample(page, 1);
    await page.locator("#check").click();
    await seenAnswer(page, title);
    await picture(page, name);
  });
}
