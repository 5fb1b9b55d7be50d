// The same page in WebKit, the engine of Safari: MiniBrowser of WebKitGTK at $WEBKIT,
// else where Debian has it, by its WebDriver, on a screen of Xvfb's.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Builder, By, Key, until } from "selenium-webdriver";
import { DriverService } from "selenium-webdriver/remote/index.js";
import { startService } from "./service.mjs";

const root = join(import.meta.dirname, "../..");
const recordings = join(root, "tests/support/recordings/testdata");
const limit = 60_000; // milliseconds, of a busy machine
let service, screen, webdriver, browser;

// miniBrowser is where Debian keeps it, below the folder of the processor's kind.
function miniBrowser() {
  const found = readdirSync("/usr/lib").map((folder) => `/usr/lib/${folder}/webkit2gtk-4.1/MiniBrowser`).find((path) => existsSync(path));
  assert.ok(process.env.WEBKIT ?? found, "no MiniBrowser: apt-get install webkit2gtk-driver xvfb");
  return process.env.WEBKIT ?? found;
}

// startScreen starts a screen without a monitor, and returns its name.
async function startScreen() {
  screen = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1440x1000x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const [number] = await new Promise((resolve, reject) => {
    screen.stdio[3].once("data", (line) => resolve(String(line).match(/\d+/)));
    screen.once("error", reject);
  });
  return `:${number}`;
}

before(async () => {
  const binary = miniBrowser();
  service = await startService();
  const display = await startScreen();
  webdriver = new DriverService.Builder("WebKitWebDriver").setLoopback(true).setEnvironment({ ...process.env, DISPLAY: display, LC_ALL: "C" }).build();
  browser = await new Builder().usingServer(await webdriver.start()).withCapabilities({
    browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary, args: ["--automation"] },
  }).build();
  await browser.manage().window().setRect({ x: 0, y: 0, width: 1366, height: 768 });
});

after(async () => {
  await browser?.quit();
  await webdriver?.kill();
  screen?.kill();
  service?.stop();
});

const one = (css) => browser.wait(until.elementLocated(By.css(css)), limit, css);
const seen = async (css) => browser.wait(until.elementIsVisible(await one(css)), limit, css);
async function click(css) {
  const element = await seen(css);
  await browser.executeScript((element) => element.scrollIntoView({ block: "center", behavior: "instant" }), element);
  await element.click();
}
const type = async (css, ...keys) => (await seen(css)).sendKeys(...keys);
const holds = (what, script, ...given) => browser.wait(() => browser.executeScript(script, ...given), limit, what);
const text = (css, wanted) => holds(`${css}: ${wanted}`, "return document.querySelector(arguments[0])?.textContent.includes(arguments[1])", css, wanted);

// answered waits for an answer of a title, which is in view and has the focus.
const answered = (title) => holds(title, () => {
  const box = document.querySelector(".verdict");
  if (box?.querySelector("h3").textContent !== arguments[0]) return false;
  const { top, bottom } = box.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight && document.activeElement === box;
}, title);

async function chosen(name) {
  await (await one("#file")).sendKeys(join(recordings, name)); // behind a button, and never seen
  await text("#chosen", name);
  await holds(name, "return !document.getElementById('details').hidden");
}

// watched notes what the page complains of, which this WebDriver doesn't tell.
const watched = () => browser.executeScript(() => {
  window.complaints = [];
  addEventListener("error", (event) => window.complaints.push(event.message));
  addEventListener("unhandledrejection", (event) => window.complaints.push(String(event.reason)));
  document.addEventListener("securitypolicyviolation", (event) => window.complaints.push(`${event.violatedDirective}: ${event.blockedURI}`));
});
const complaints = () => browser.executeScript(() => window.complaints);

test("WebKit goes from sign-up to log-out without a complaint", async (t) => {
  await browser.get(service.address);
  await watched();
  t.diagnostic(await browser.executeScript(() => navigator.userAgent));
  await type("#new-username", "safari");
  await type("#new-password", "tachy-cardia!", Key.ENTER);
  await seen("#enrolled");
  await chosen("person_01_enrolment.csv");
  await click("#enrol");
  await answered("Enrolled");
  await chosen("person_01_probe.csv");
  await click("#check");
  await answered("It is you");
  await click("#language");
  await text(".verdict h3", "본인입니다");
  await click("#language");
  await text(".verdict h3", "It is you");

  await click("#zoom-in");
  await text("#scale", "50 mm/s");
  const label = () => browser.executeScript(() => document.getElementById("trace").ariaLabel);
  const before = await label();
  await type("#trace", Key.ARROW_RIGHT);
  await browser.wait(async () => (await label()) !== before, limit, "the trace moves by key");
  await holds("the trace is drawn", () => {
    const canvas = document.querySelector("#trace canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, i) => i % 4 === 3 && value > 200 && data[i - 3] < 90 && data[i - 2] < 90);
  });

  await (await one("#file")).sendKeys(join(root, "shared/ecg/recording/testdata/samples/apple-export/enrol.zip"));
  await seen("#archive li canvas");
  await click("#archive li input");
  await click("#archive .row button");
  await text("#facts", "Apple Watch");
  assert.deepEqual(await complaints(), []);

  await browser.get(`${service.address}/docs`);
  await watched();
  await click("[name=language][value=python]");
  await seen("#quick-start .sample.python .copy");
  await click("#listSessions details details:has(form) > summary");
  await click("#listSessions form button");
  await text("#listSessions output", '"sessions"');
  assert.deepEqual(await complaints(), []);

  await browser.get(service.address);
  await watched();
  await click("#log-out");
  await text("#notice p", "You are logged out.");
  assert.deepEqual(await complaints(), []);
});
