// The API's page: what it shows to copy works, and an operation can be tried with
// the session of the console.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { accessible, expect, fits, house, newcomer, signUp, sizes } from "./page.mjs";

const it = house();
const recordings = join(import.meta.dirname, "../support/recordings/testdata");

for (const [name, options] of Object.entries({ desktop: { viewport: sizes.desktop }, "dark phone": { viewport: sizes.phone, scheme: "dark" } })) {
  test(`everybody can read it, on a ${name}`, async (t) => {
    const page = await it.visit(t, { ...options, path: "docs" });
    await page.locator("details").evaluateAll((all) => { for (const details of all) details.open = true; });
    await accessible(page, "docs, unfolded"); // which has all that the folded has
    await fits(page, name);
    const broken = await page.locator("article th code").evaluateAll((all) => all.filter((code) => code.getClientRects().length > 1).map((code) => code.textContent));
    assert.deepEqual(broken, [], "names that are broken in two");
  });
}

test("on a phone it is short, and an address that names something shows it", async (t) => {
  const page = await it.visit(t, { viewport: sizes.phone, path: "docs" });
  await expect(page.locator("article pre:visible")).toHaveCount(0);
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(21 * sizes.phone.height);
  await page.locator("#checkUser > details > summary").click();
  await page.locator("#checkUser details > summary", { hasText: "Answers" }).click();
  await page.locator("#checkUser a", { hasText: "replay" }).click();
  await expect(page.locator("#word-replay")).toBeInViewport();
  await page.goto(`${it.service.address}/docs#hasModel`);
  await page.reload();
  await expect(page.locator("#hasModel .sample.curl pre")).toBeVisible();
  await expect(page.locator("#hasModel h3")).toBeInViewport();
});

test("each operation has a call in five languages, of which the chosen one is shown and kept", async (t) => {
  const page = await it.visit(t, { path: "docs" });
  // Those of OpenID and of the page's own have none: clients' libraries, and the page, call them.
  const articles = await page.locator("article:has(.sample)").count();
  const guides = await page.locator("main > section:has(> .sample)").count();
  assert.ok(articles >= 30 && guides >= 6, `${articles} operations, ${guides} guides`);
  for (const language of ["curl", "javascript", "python", "go", "kotlin"]) {
    await page.locator(`[name=language][value=${language}]`).check();
    await expect(page.locator(".sample > pre:visible")).toHaveCount(articles + guides);
    await expect(page.locator(`.sample.${language} > pre:visible`)).toHaveCount(articles + guides);
  }
  await page.locator("[name=language][value=python]").check();
  await page.reload();
  await expect(page.locator(".sample.python > pre:visible")).toHaveCount(articles + guides);
});

// Every sample is run where it comes from (tests/clients). The quick start is also
// run as it is copied from the page, with the client that the page links to.
const pasted = {
  curl: ["bash", "-c"],
  javascript: ["node", "--input-type=module", "-e"],
  python: ["python3", "-B", "-c"],
};

for (const [language, command] of Object.entries(pasted)) {
  test(`the quick start does what it says when pasted: ${language}`, async (t) => {
    const page = await it.visit(t, { path: "docs" });
    const text = (await page.locator(`#quick-start .sample.${language} > pre`).textContent()).replace(/hong-gil-\w+/, newcomer());
    const folder = mkdtempSync(join(tmpdir(), "systole-"));
    t.after(() => rmSync(folder, { recursive: true }));
    copyFileSync(join(recordings, "person_01_enrolment.csv"), join(folder, "enrolment.csv"));
    copyFileSync(join(recordings, "person_01_probe.csv"), join(folder, "probe.csv"));
    for (const [at, name] of [["sdk.js", "sdk.mjs"], ["sdk/systole.py", "systole.py"]]) {
      writeFileSync(join(folder, name), await (await fetch(`${it.service.address}/${at}`)).text());
    }
    const { stdout, stderr } = spawnSync(command[0], [...command.slice(1), text], { cwd: folder, encoding: "utf8", env: { ...process.env, API: it.service.address } });
    assert.match(stdout, language === "curl" ? /저장완료.*\n.*"result":"true","code":200.*\n.*로그아웃/ : /^it is them$/m, stderr);
  });
}

test("an operation is tried with the session of the console", async (t) => {
  const page = await it.visit(t, { expected: ["status of 422"] });
  await signUp(page);
  await page.locator("header a", { hasText: "API" }).click();
  await page.locator("#whose", { hasText: "Your session of the console is used." }).waitFor();
  const tried = async (id) => {
    const article = page.locator(`#${id}`);
    await article.locator("details summary", { hasText: "Try it" }).click();
    return article;
  };
  let article = await tried("listSessions");
  await article.locator("form button").click();
  await article.locator("output", { hasText: /^200, \d+ ms\n\{\n {2}"sessions"/ }).waitFor();
  article = await tried("makeModel");
  await article.locator("input[type=file]").setInputFiles(join(recordings, "person_01_enrolment.csv"));
  await article.locator("form button").click();
  await article.locator("output", { hasText: /^200, .*Saved/s }).waitFor();
  article = await tried("hasModel");
  await article.locator("input[name=enrolment]").fill("true");
  await article.locator("form button").click();
  await article.locator("output", { hasText: /^200, .*"days": 1/s }).waitFor();
  article = await tried("checkUser");
  await article.locator("input[type=file]").setInputFiles(join(recordings, "person_01_enrolment.csv"));
  await article.locator("form button").click();
  await article.locator("output", { hasText: /^422, .*replay/s }).waitFor();
  await page.locator("header a", { hasText: "Console" }).click();
  await page.locator("#enrolled", { hasText: /^enrolled$/ }).waitFor();
});
