// How long a first visit waits on a slow telephone network: node load.mjs. The
// network is that of the developer tools' "Fast 3G": 1.44 Mbit/s, and 562.5 ms
// before each answer.

import { startBrowser, startService } from "./service.mjs";

const fast3G = { offline: false, latency: 562.5, downloadThroughput: (1.6e6 / 8) * 0.9, uploadThroughput: (750e3 / 8) * 0.9 };
const runs = 5;

// visited returns milliseconds since the visit began: shown is the first paint, taken
// when the page takes input, done when all scripts have come; and bytes by then.
async function visited(browser, address) {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  await network.send("Network.emulateNetworkConditions", fast3G);
  await page.goto(address);
  await page.waitForFunction(() => performance.getEntriesByName("done").length && performance.getEntriesByName("first-contentful-paint").length);
  const seen = await page.evaluate(() => {
    const at = (name) => performance.getEntriesByName(name)[0].startTime;
    const here = performance.getEntriesByType("navigation")[0];
    const files = performance.getEntriesByType("resource").filter((e) => e.responseEnd <= at("done"));
    return { shown: at("first-contentful-paint"), taken: at("begun"), done: at("done"), bytes: here.transferSize + files.reduce((sum, e) => sum + e.transferSize, 0) };
  });
  await context.close();
  return seen;
}

const service = await startService();
const browser = await startBrowser();
try {
  const all = [];
  for (let i = 0; i < runs; i++) all.push(await visited(browser, service.address));
  const median = (name) => Math.round(all.map((one) => one[name]).sort((a, b) => a - b)[runs >> 1]);
  console.log(`median of ${runs}: shown after ${median("shown")} ms, takes input after ${median("taken")} ms, all there after ${median("done")} ms, ${(median("bytes") / 1000).toFixed(1)} KB`);
} finally {
  await browser.close();
  service.stop();
}
