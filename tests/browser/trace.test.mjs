// The trace: true to its millimetres, the signal that is compared, and quick
// enough to be dragged, over ten minutes and over a day.

import assert from "node:assert/strict";
import { test } from "node:test";
import { frames, lengths } from "./frames.mjs";
import { csv, drawn, expect, files, house, lines, sample, sizes } from "./page.mjs";

const it = house();

const scaled = (page, said) => expect(page.locator("#scale")).toHaveText(said);

// ink returns where the darkest pixels of the trace's canvas are: for each column
// the topmost and the lowest, null where there are none. In CSS pixels.
const ink = (page, colour) => page.locator("#trace canvas").evaluate((canvas, colour) => {
  const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const columns = [];
  for (let x = 0; x < width; x++) {
    let top = null, low = null;
    for (let y = 0; y < height; y++) {
      const i = 4 * (y * width + x);
      const hit = colour === "red" ? data[i] > 150 && data[i + 1] < 80 && data[i + 2] < 110 : data[i] < 90 && data[i + 1] < 90 && data[i + 2] < 90;
      if (data[i + 3] > 200 && hit) { top ??= y; low = y; }
    }
    columns.push(top === null ? null : [top, low]);
  }
  return columns;
}, colour);

test("a second is 25 mm and a millivolt 10, at every step the number that is said", async (t) => {
  const page = await it.visit(t, { expected: ["willReadFrequently"] });
  await sample(page, 0);
  await page.locator("#gain").selectOption("10");
  await scaled(page, "25 mm/s · 10 mm/mV · 1 large box = 0.2 s × 0.5 mV");
  await drawn(page);
  const mm = 4.8;
  // The calibration pulse: 1 mV high, 5 mm wide.
  const pulse = (await ink(page)).slice(0, Math.round(9 * mm)).map((c) => c?.[0]);
  const top = Math.min(...pulse.filter(Number.isFinite));
  const base = pulse[Math.round(1.5 * mm)];
  assert.ok(Math.abs(base - top - 10 * mm) <= 1.5, `pulse of ${base - top} pixels`);
  // The marks of the R peaks stand as far apart as the heart beats.
  const marks = [];
  (await ink(page, "red")).forEach((c, x, all) => { if (c && c[0] < 14 && !all[x - 1]) marks.push(x); });
  const seconds = await page.evaluate(() => Number(document.querySelector("#facts dd").textContent.match(/\d+/)[0]));
  const apart = (marks.at(-1) - marks[0]) / (marks.length - 1);
  assert.ok(Math.abs((60 / (apart / (25 * mm))) - seconds) < 8, `marks ${marks}, ${seconds} a minute`);

  for (const [press, said] of [["+", /^50 mm\/s · 10 mm\/mV · 1 large box = 0.1 s/], ["+", /^100 mm\/s/], ["-", /^50 mm\/s/], ["-", /^25 mm\/s/]]) {
    await page.locator("#trace").press(press);
    await scaled(page, said);
  }
  await page.locator("#gain").selectOption("20");
  await scaled(page, /20 mm\/mV · 1 large box = 0.2 s × 0.25 mV/);
  await page.locator("#zoom-all").click();
  await scaled(page, /^Whole recording/);
});

test("hum and drift are on the paper as recorded, and gone as compared", async (t) => {
  const page = await it.visit(t, { expected: ["willReadFrequently"] });
  const values = lines.map((line) => Number(line.replaceAll('"', "")));
  await files(page, csv("hum.csv", values.map((v, i) => (v + 0.6 * Math.sin((2 * Math.PI * 50 * i) / 500) + i * 0.0002).toFixed(4)).map((v) => `"${v}"`).join("\n")));
  await page.locator("#trace-text", { hasText: "beats" }).waitFor();
  const thickness = async () => {
    await drawn(page);
    const columns = (await ink(page)).slice(60).filter(Boolean).map(([top, low]) => low - top).sort((a, b) => a - b);
    return columns[columns.length >> 1];
  };
  const compared = await thickness();
  await page.locator("#as-recorded").click();
  const recorded = await thickness();
  assert.ok(compared < 12 && recorded > 3 * compared, `${compared} and ${recorded} pixels`);
  // Wherever one goes the drift doesn't carry the trace off the paper.
  for (const key of ["Home", "End"]) {
    await page.locator("#trace").press(key);
    await drawn(page);
    const columns = (await ink(page)).slice(60).filter(Boolean);
    const middle = columns.map(([top, low]) => (top + low) / 2).sort((a, b) => a - b)[columns.length >> 1];
    const { height } = await page.locator("#trace").boundingBox();
    assert.ok(middle > 0.3 * height && middle < 0.9 * height, `${key}: baseline at ${middle} of ${height}`);
  }
});

test("what has no heart has no R marks and no heart rate", async (t) => {
  const page = await it.visit(t, { expected: ["willReadFrequently"] });
  let seed = 1;
  const noise = Array.from({ length: 8000 }, () => { seed = (seed * 48271) % 2147483647; return (seed / 2147483647 - 0.5).toFixed(4); });
  await files(page, csv("noise.csv", noise.map((v) => `"${v}"`).join("\n")));
  await page.locator("#trace-text", { hasText: "no heart beat to be seen" }).waitFor();
  await drawn(page);
  assert.equal((await ink(page, "red")).filter((c) => c && c[0] < 14).length, 0);
  await expect(page.locator("#facts")).not.toHaveText(/Heart rate/);
  await expect(page.locator("#coach-text")).toHaveText(/^Not usable/);
});

test("the wheel is the page's, and the pointer reads values", async (t) => {
  const page = await it.visit(t, { viewport: sizes.netbook });
  const inspected = page.waitForResponse(/inspect/);
  await sample(page, 0);
  const { r_peaks: peaks } = await (await inspected).json();
  await page.locator("#trace").click();
  await page.locator("#trace").hover();
  const before = await page.evaluate(() => scrollY);
  await page.mouse.wheel(0, 300);
  await page.waitForFunction((before) => scrollY > before, before);
  await page.locator("#trace").hover();
  const cursor = page.locator("#cursor", { hasText: /^\d+\.\d{3} s, -?\d+\.\d\d mV · RR \d+ ms, \d+ \/ min$/ });
  await cursor.waitFor();
  const [second, , rr, rate] = (await cursor.textContent()).match(/[\d.]+/g).map(Number);
  const next = peaks.findIndex((peak) => peak >= second);
  assert.ok(Math.abs(rr - 1000 * (peaks[next] - peaks[next - 1])) <= 1, `${rr} ms at ${second} s of ${peaks}`);
  assert.equal(rate, Math.round(60 / (peaks[next] - peaks[next - 1])));
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -200);
  await page.keyboard.up("Control");
  await page.locator("#scale", { hasText: "50 mm/s" }).waitFor();
});

test("ten minutes with a bad stretch are moved through by buttons, keys and drags", async (t) => {
  const page = await it.visit(t);
  const long = Array.from({ length: 30 }, () => lines).flat().map((line, i) => (i >= 100_000 && i < 120_000 ? "0" : line));
  await files(page, csv("long.csv", long.join("\n")));
  await page.locator("#trace-text", { hasText: "10 min" }).waitFor();
  const from = async () => {
    await drawn(page);
    const [, minutes, seconds] = (await page.locator("#trace").getAttribute("aria-label")).match(/trace, (\d+):(\d+)/);
    return 60 * minutes + Number(seconds);
  };
  await page.locator("#stretches button", { hasText: "electrodes off" }).click();
  assert.ok(Math.abs((await from()) - 215) <= 8, `${await from()}`);
  await page.locator("#trace").focus();
  for (const [key, least, most] of [["Home", 0, 0], ["ArrowRight", 1, 100], ["End", 500, 600]]) {
    await page.keyboard.press(key);
    const at = await from();
    assert.ok(at >= least && at <= most, `${key}: ${at}`);
  }
  const strip = await page.locator("#overview").boundingBox();
  await page.mouse.click(strip.x + strip.width / 2, strip.y + 20);
  assert.ok(Math.abs((await from()) - 297) <= 8);
  const box = await page.locator("#trace").boundingBox();
  const before = await from();
  await page.mouse.move(box.x + box.width - 50, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + 100, box.y + 50, { steps: 10 });
  await page.mouse.up();
  assert.ok((await from()) > before);
});

// How long that takes is told by node frames.mjs. Here a frame in the middle of all
// may be no slower than the eye, on a machine that does other things besides.
for (const [name, seconds] of Object.entries(lengths)) {
  test(`a frame of ${name} costs what its pixels cost`, async (t) => {
    const page = await it.visit(t, { viewport: sizes.desktop });
    const cost = await frames(page, seconds);
    for (const speed of [25, 1, "whole"]) assert.ok(cost[speed].median <= 33, `${speed}: ${JSON.stringify(cost)}`);
    assert.ok(cost.megabytes <= 150, JSON.stringify(cost));
  });
}

test("what is printed has its true size", async (t) => {
  const page = await it.visit(t);
  await sample(page, 0);
  await page.evaluate(() => { window.print = () => {}; });
  await page.locator("#print").click();
  await page.locator("#sheet svg").first().waitFor({ state: "attached" });
  await expect(page.locator("#sheet svg")).toHaveCount(2); // 20 s in rows of 10
  await expect(page.locator("#sheet svg").first()).toHaveAttribute("width", "250mm");
  await page.emulateMedia({ media: "print" });
  await expect.poll(async () => (await page.locator("#sheet svg").first().boundingBox()).width).toBeCloseTo((250 / 25.4) * 96, 0);
});
