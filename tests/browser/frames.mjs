// What it costs to move through a recording: node frames.mjs draws ten minutes and a
// day at three scales and tells milliseconds a frame, and megabytes.

import { pathToFileURL } from "node:url";
import { startBrowser, startService } from "./service.mjs";

export const lengths = { "ten minutes": 600, "24 hours": 86_400 }; // seconds

// frames drags through a made-up recording of so many seconds at 250 Hz in the page,
// and returns what that costs.
export async function frames(page, seconds) {
  await page.locator("#gain option").first().waitFor({ state: "attached" }); // the trace's script has come
  return page.evaluate(drag, seconds);
}

async function drag(seconds) {
  const url = performance.getEntriesByType("resource").map((e) => e.name).find((name) => /\/trace\.\w+\.js$/.test(name));
  const { Trace } = await import(url);
  const samples = new Int16Array(seconds * 250);
  for (let i = 0; i < samples.length; i++) samples[i] = 1000 * Math.exp(-(((i % 210) - 60) ** 2) / 18) + 40 * Math.sin(i / 40) + ((i * 7919) % 23);
  const peaks = Float64Array.from({ length: Math.floor(samples.length / 210) }, (_, k) => (k * 210 + 60) / 250);
  const trace = new Trace(document.getElementById("trace"), () => {});
  const began = performance.now();
  trace.show({ samples, compared: samples, rate_hz: 250, r_peaks: peaks });
  cancelAnimationFrame(trace.drawing);
  trace.drawing = 0;
  trace.draw();
  const first = performance.now() - began;
  const cost = { first };
  for (const speed of [25, 1, null]) {
    trace.atSpeed(speed);
    const times = [];
    for (let k = 0; k < 60; k++) {
      trace.from = (k / 60) * Math.max(0, seconds - trace.span());
      const start = performance.now();
      trace.draw();
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    cost[speed ?? "whole"] = { median: times[30], p95: times[57] };
  }
  cost.megabytes = (performance.memory?.usedJSHeapSize ?? 0) / 1e6;
  return cost;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const service = await startService();
  const browser = await startBrowser();
  try {
    for (const [name, seconds] of Object.entries(lengths)) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(service.address);
      const { first, megabytes, ...speeds } = await frames(page, seconds);
      const each = Object.entries(speeds).map(([speed, { median, p95 }]) => `${speed === "whole" ? speed : `${speed} mm/s`} ${median.toFixed(1)}/${p95.toFixed(1)}`);
      console.log(`${name}: first picture ${Math.round(first)} ms; a frame, median/p95 in ms: ${each.join(", ")}; ${megabytes.toFixed(0)} MB`);
      await page.close();
    }
  } finally {
    await browser.close();
    service.stop();
  }
}
