// The same page in Firefox, by WebDriver BiDi: $FIREFOX, else /usr/bin/firefox-esr.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { startService } from "./service.mjs";

const root = join(import.meta.dirname, "../..");
let service, browser;

before(async () => {
  service = await startService();
  browser = await puppeteer.launch({ browser: "firefox", executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr", headless: true });
});

after(async () => {
  await browser?.close();
  service?.stop();
});

test("Firefox goes from sign-up to log-out without a complaint", async () => {
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()); });
  await page.setViewport({ width: 1366, height: 768 });
  const title = (wanted) => page.waitForFunction((wanted) => document.querySelector(".verdict h3")?.textContent === wanted, {}, wanted);
  const chosen = (name) => page.waitForFunction((name) => document.getElementById("chosen").textContent.includes(name) && !document.getElementById("details").hidden, {}, name);

  await page.goto(service.address);
  await page.type("#new-username", "fox");
  await page.type("#new-password", "tachy-cardia!");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#enrolled:not([hidden])");
  await page.click("#samples button:nth-child(1)");
  await chosen("(20 s)");
  await page.click("#enrol");
  await title("Enrolled");
  await page.click("#samples button:nth-child(2)");
  await chosen("(another)");
  await page.click("#check");
  await title("It is you");
  await page.waitForFunction(() => { // the answer is in view and has the focus
    const { top, bottom } = document.querySelector(".verdict").getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight && document.activeElement.matches(".verdict");
  });
  await page.click("#language");
  await title("본인입니다");

  const file = await page.$("#file");
  await file.uploadFile(join(root, "shared/ecg/recording/testdata/samples/apple-export/enrol.zip"));
  await page.waitForSelector("#archive li canvas");
  await page.click("#log-out");
  await page.waitForSelector("#notice p");
  await page.goto(service.address + "/docs");
  await page.waitForSelector("#quick-start .copy");
  assert.deepEqual(complaints, []);
});
