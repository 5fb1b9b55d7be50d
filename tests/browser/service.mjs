// A local service for the tests, and a browser to look at it.

import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright";

const root = join(import.meta.dirname, "../..");

// The built service, kept: Go links it anew only where it has changed.
const binary = join(root, ".build/browser/local");

// startService builds the local service and runs it on a free port, all in
// memory, with further settings in env. It returns its address and what ends it.
export async function startService(env = {}) {
  const built = spawnSync("go", ["build", "-o", binary, "./infra/local"], { cwd: root, encoding: "utf8" });
  if (built.status !== 0) throw new Error(built.stderr);
  const service = spawn(binary, ["-memory", "-addr", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, ...env } });
  const stop = () => service.kill();
  for await (const line of createInterface(service.stdout)) {
    const address = line.match(/^listening on (.*)/)?.[1];
    if (address) return { address, stop };
  }
  stop();
  throw new Error("the service didn't say where it listens");
}

// startBrowser starts Chromium. As root it has no sandbox of its own to use.
export const startBrowser = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: process.getuid() === 0 ? ["--no-sandbox"] : [],
});
