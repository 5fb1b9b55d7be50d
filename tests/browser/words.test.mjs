// The page in both languages and for everybody: no word of one language stays
// when the other is chosen, and axe finds nothing in any state.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, csv, drawn, enrolled, expect, files, fits, focused, go, house, lines, logIn, password, sample, seenAnswer, signUp, sizes, status } from "./page.mjs";

const it = house();

// foreign returns what is seen, or read out, that isn't of the language: Hangul
// in English, Latin words in Korean but for names and units.
const foreign = (page, language) => page.evaluate((language) => {
  const allowed = /^(Systole|API|ECG|ECG-ID|ODC-BY|English|CSV|EDF|BDF|WFDB|DICOM|Apple|Watch|Kardia|Samsung|Withings|AliveCor|Health|Chrome|Edge|Linux|Web|Bluetooth|Hz|RR|mm|mV|s|ms|KB|MB|x|v|zip|export|hong\w*|csv|txt|hea|dat|atc|SCP|ISHNE|HL7|aECG|FHIR|JSON|NumPy|MATLAB|OpenSignals|PhysioNet|Polar|PDF|iPhone|AM|PM|\w+\.(csv|zip|pdf|edf|dat|png))$/;
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (element.checkVisibility({ visibilityProperty: true }) && !["SCRIPT", "STYLE", "NOSCRIPT"].includes(element.tagName) && !element.closest("#language, [data-own]")) texts.push(walker.currentNode.textContent);
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [aria-roledescription]")) {
    if (!element.checkVisibility()) continue;
    for (const name of ["aria-label", "title", "aria-roledescription"]) if (element.getAttribute(name)) texts.push(element.getAttribute(name));
  }
  for (const option of document.querySelectorAll("select:not(#lead) option")) texts.push(option.textContent);
  return texts.flatMap((text) => (language === "en" ? text.match(/[\uac00-\ud7a3]+/g) ?? []
    : (text.match(/[A-Za-z][A-Za-z0-9.\-]*/g) ?? []).map((w) => w.replace(/[.\-]$/, "")).filter((w) => !allowed.test(w) && !allowed.test(w.split("-")[0]))));
}, language);

// bothLanguages reads the page in English, in Korean, and in English again. In the
// language spoken axe reads it, too: each is read at one of the two sizes.
async function bothLanguages(page, where, spoken) {
  const only = (language, how) => expect.poll(() => foreign(page, language), { message: `${where}, ${how}` }).toEqual([]);
  if (spoken === "en") await accessible(page, `${where}, in English`);
  await only("en", "in English");
  await page.locator("#language").click();
  await page.locator("#consent-text", { hasText: /^(?!…)/ }).waitFor({ state: "attached" });
  await expect(page.locator("html")).toHaveAttribute("lang", "ko");
  await only("ko", "in Korean");
  if (spoken === "ko") await accessible(page, `${where}, in Korean`);
  await page.locator("#language").click();
  await only("en", "in English again");
}

for (const [name, spoken, options] of [
  ["light desktop", "en", { viewport: sizes.desktop }], ["dark phone", "ko", { viewport: sizes.phone, scheme: "dark" }],
]) {
  test(`no word of the other language stays, and everybody can use it: ${name}`, async (t) => {
    const page = await it.visit(t, { ...options, expected: [status(401), status(422), status(400), status(409), status(403)] });
    const inBoth = (where) => bothLanguages(page, where, spoken);
    await inBoth("before anything");
    await logIn(page, "nobody");
    await seenAnswer(page, "Wrong user name or password");
    await inBoth("wrong password");
    await page.locator("#lost").click();
    await inBoth("a lost password");
    await page.locator("#not-lost").click();
    await signUp(page);
    await inBoth("logged in");
    await go(page, 1);
    await page.locator("#recovery-details summary").click();
    await page.locator("#recovery-password").fill(password);
    await page.locator("#recovery-password").press("Enter");
    await seenAnswer(page, "Ten new codes");
    await page.locator("#copyCodes").click();
    await inBoth("recovery codes");
    for (const [file, title] of [
      [csv("a.pdf", "%PDF-1.7"), "A PDF is a picture of an ECG"],
      [csv("a.png", "\x89PNG\r\n"), "This is a picture"],
      [csv("a.dat", "\0\x01\0\x02".repeat(400)), "Half of a recording"],
      [csv("short.csv", lines.slice(0, 1500).join("\n")), "Too short"],
      [csv("flat.csv", "\"0.1\"\n".repeat(9000)), "electrodes"],
    ]) {
      await files(page, file);
      await seenAnswer(page, title);
      await inBoth(title);
    }
    await sample(page, 0);
    await inBoth("a recording");
    await page.locator("#enrol").click();
    await seenAnswer(page, "Enrolled");
    await inBoth("enrolled");
    await page.locator("#check").click();
    await seenAnswer(page, "Used before");
    await inBoth("used before");
    await sample(page, 3);
    await page.locator("#check").click();
    await seenAnswer(page, "Not recognised");
    await inBoth("not recognised");
    await sample(page, 1);
    await page.locator("#check").click();
    await seenAnswer(page, "It is you");
    await inBoth("It is you");
    await go(page, 1);
    await page.locator("#consent-give").click();
    await seenAnswer(page, "Your consent is on record.");
    for (const details of await page.locator("#mine details summary").all()) await details.click();
    await inBoth("what is yours");
    await page.locator("#log-out").click();
    await page.locator("#notice p").waitFor();
    await inBoth("logged out");
  });
}

test("sixty entries of activity are shown by pages that everybody can use", async (t) => {
  const page = await it.visit(t, { expected: [status(401)] });
  await page.route("**/members/activity/", (route) => route.fulfill({
    contentType: "application/json",
    body: JSON.stringify({ code: 200, activity: Array.from({ length: 60 }, (_, i) => ({ at: new Date(1.77e12 - i * 1e7).toISOString(), event: ["recognised", "not_recognised", "logged_in", "replay_refused", "an_event_of_tomorrow"][i % 5] })) }),
  }));
  await signUp(page);
  await page.locator("#activity li").nth(9).waitFor();
  await expect(page.locator("#activity li")).toHaveCount(10);
  await accessible(page, "ten entries");
  await page.locator("#activity-more").click();
  await expect(page.locator("#activity li")).toHaveCount(30);
  await page.locator("#activity-more").click();
  await page.locator("#activity-more").click();
  await expect(page.locator("#activity li")).toHaveCount(60);
  await expect(page.locator("#activity-more")).toBeHidden();
  await accessible(page, "sixty entries");
  await page.locator("#activity-kind").selectOption("refused");
  await expect(page.locator("#activity .sign.bad")).toHaveCount(10);
  await page.locator("#activity-kind").selectOption("checks");
  await expect(page.locator("#activity li")).toHaveCount(10);
  await expect(page.locator("#activity-sum")).toHaveText(/24/);
});

test("earlier activity is fetched when it is asked for, and a flood is one line", async (t) => {
  const page = await it.visit(t, { expected: [status(401)] });
  const entry = (i, rest) => ({ at: new Date(1.77e12 - i * 1e7).toISOString(), event: "logged_in", count: 1, ...rest });
  await page.route("**/members/activity/*", (route) => route.fulfill({
    contentType: "application/json",
    body: JSON.stringify(new URL(route.request().url()).searchParams.get("after") === "page2"
      ? { code: 200, activity: [entry(9, { event: "model_made" })] }
      : { code: 200, next: "page2", activity: [entry(0, { event: "log_in_failed", count: 37, networks: 12, since: new Date(1.769e12).toISOString() }), entry(1)] }),
  }));
  await signUp(page);
  await page.locator("#activity li", { hasText: "log-in failed: 37 times, from 12 networks since" }).waitFor();
  await expect(page.locator("#activity li")).toHaveCount(2);
  await page.locator("#activity-more", { hasText: "Show earlier ones" }).click();
  await page.locator("#activity li", { hasText: "enrolled" }).waitFor();
  await expect(page.locator("#activity-more")).toBeHidden();
  await accessible(page, "earlier activity");
});

test("every target is large enough for a finger", async (t) => {
  const page = await it.visit(t, { viewport: sizes.phone, hasTouch: true, isMobile: true });
  const small = (where) => expect.poll(() => page.locator("button:visible, select:visible, input:visible:not(.unseen), summary:visible, a.button:visible").evaluateAll((all) => all
    .map((e) => [e.id || e.textContent, (e.type === "checkbox" ? e.closest("label") : e).getBoundingClientRect()])
    .map(([name, { width, height }]) => [name, Math.round(width), Math.round(height)])
    .filter(([, w, h]) => w < 44 || h < 44)), { message: where }).toEqual([]);
  await small("before anything");
  await signUp(page);
  await small("choosing");
  await sample(page, 0);
  await small("a recording");
  await go(page, 1);
  await small("what is yours");
});

test("in forced colours the trace is seen on its paper", async (t) => {
  const page = await it.visit(t, { forcedColors: "active", expected: ["willReadFrequently"] });
  await signUp(page);
  await enrolled(page);
  await drawn(page);
  const colours = await page.locator("#trace canvas").evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const background = getComputedStyle(canvas.parentElement).backgroundColor.match(/\d+/g).slice(0, 3).map(Number);
    let far = 0, near = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] < 200) { near++; continue; }
      const distance = Math.abs(data[i] - background[0]) + Math.abs(data[i + 1] - background[1]) + Math.abs(data[i + 2] - background[2]);
      if (distance > 500) far++; else near++;
    }
    return { far, near };
  });
  assert.ok(colours.far > 500 && colours.far < 0.1 * colours.near, JSON.stringify(colours));
  await accessible(page, "forced colours");
});

test("with text twice as large nothing is cut off or lost", async (t) => {
  for (const viewport of [sizes.laptop, sizes.phone]) {
    const page = await it.visit(t, { viewport });
    await page.evaluate(() => {
      document.documentElement.style.fontSize = "200%";
      document.body.style.fontSize = "1rem";
    });
    await signUp(page);
    await sample(page, 0);
    await page.locator("#enrol").click();
    await page.locator(".verdict h3", { hasText: "Enrolled" }).waitFor();
    await fits(page, `${viewport.width}`);
  }
});

test("everything can be done from the keyboard, and the focus is never lost", async (t) => {
  const page = await it.visit(t);
  const tabTo = async (id) => {
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((id) => document.activeElement.matches(id), id)) return;
    }
    assert.fail(`${id} isn't reached`);
  };
  await tabTo("#new-username");
  await page.keyboard.type(`keys${process.pid}`);
  await tabTo("#new-password");
  await page.keyboard.type("tachy-cardia!");
  await page.keyboard.press("Enter");
  await page.locator("#enrolled:not([hidden])").waitFor();
  await focused(page, "logged in");
  await tabTo("#samples button");
  await page.keyboard.press("Enter");
  await page.locator("#details").waitFor();
  await focused(page, "a recording");
  await tabTo("#enrol");
  await page.keyboard.press("Enter");
  await seenAnswer(page, "Enrolled");
  await tabTo("#trace");
  const label = () => page.locator("#trace").getAttribute("aria-label");
  const before = await label();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((before) => document.getElementById("trace").getAttribute("aria-label") !== before, before);
  await page.locator("#log-out").focus();
  await page.keyboard.press("Enter");
  await page.locator("#notice p").waitFor();
  await focused(page, "logged out");
});
