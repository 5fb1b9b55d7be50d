// The API's page: what it shows to copy works, and an operation can be tried with
// the session of the console.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { accessible, house, newcomer, signUp, sizes } from "./page.mjs";

const it = house();
const recordings = join(import.meta.dirname, "../support/recordings/testdata");

for (const [name, options] of Object.entries({ desktop: { viewport: sizes.desktop }, "dark phone": { viewport: sizes.phone, scheme: "dark" } })) {
  test(`everybody can read it, on a ${name}`, async (t) => {
    const page = await it.visit(t, { ...options, path: "docs" });
    await accessible(page, "docs");
    for (const details of await page.locator("article details summary, #clients summary").all()) await details.evaluate((summary) => { summary.parentElement.open = true; });
    await accessible(page, "docs, unfolded");
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= options.viewport.width);
  });
}

test("each operation has a call in five languages, of which the chosen one is shown and kept", async (t) => {
  const page = await it.visit(t, { path: "docs" });
  const articles = await page.locator("article").count();
  assert.ok(articles >= 24);
  for (const language of ["curl", "javascript", "python", "go", "kotlin"]) {
    await page.locator(`[name=language][value=${language}]`).check();
    assert.equal(await page.locator(".sample:visible").count(), articles + 1); // and the quick start
    assert.equal(await page.locator(`.sample.${language}:visible`).count(), articles + 1);
  }
  await page.locator("[name=language][value=python]").check();
  await page.reload();
  assert.equal(await page.locator(".sample.python:visible").count(), articles + 1);
});

// parsed runs a language's own parser over all of its samples.
const parsed = (t, samples, extension, command, wrap = (text) => text) => {
  const folder = mkdtempSync(join(tmpdir(), "systole-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const paths = samples.map((text, i) => {
    const path = join(folder, `sample${i}.${extension}`);
    writeFileSync(path, wrap(text));
    return path;
  });
  for (const path of paths) {
    const { status, stderr } = spawnSync(command[0], [...command.slice(1), path], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  }
};

test("what is shown to copy is of its language", async (t) => {
  const page = await it.visit(t, { path: "docs" });
  const of = (language) => page.locator(`article .sample.${language} pre`).allTextContents();
  parsed(t, await of("curl"), "sh", ["bash", "-n"]);
  parsed(t, await of("javascript"), "mjs", ["node", "--check"]);
  parsed(t, await of("python"), "py", ["python3", "-m", "py_compile"]);
  parsed(t, await of("go"), "go", ["gofmt", "-e"], (text) => `package sample\n\nfunc call() error {\n${text}\n}\n`);
});

test("the quick start does what it says", async (t) => {
  const page = await it.visit(t, { path: "docs" });
  const text = (await page.locator("#quick-start .sample.curl pre").textContent())
    .replace("http://127.0.0.1:8080", it.service.address).replace('"hong"', `"${newcomer()}"`);
  const folder = mkdtempSync(join(tmpdir(), "systole-"));
  t.after(() => rmSync(folder, { recursive: true }));
  copyFileSync(join(recordings, "person_01_enrolment.csv"), join(folder, "enrolment.csv"));
  copyFileSync(join(recordings, "person_01_probe.csv"), join(folder, "probe.csv"));
  const { stdout, stderr } = spawnSync("bash", ["-c", text], { cwd: folder, encoding: "utf8" });
  assert.match(stdout, /저장완료.*\n.*"result":"true","code":200.*\n.*로그아웃/, stderr);
});

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
  article = await tried("checkUser");
  await article.locator("input[type=file]").setInputFiles(join(recordings, "person_01_enrolment.csv"));
  await article.locator("form button").click();
  await article.locator("output", { hasText: /^422, .*replay/s }).waitFor();
  await page.locator("header a", { hasText: "Console" }).click();
  await page.locator("#enrolled", { hasText: /^enrolled$/ }).waitFor();
});
