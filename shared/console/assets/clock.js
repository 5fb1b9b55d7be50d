// Times of a recording: seconds where it is short, h:mm:ss where it is long.

import { say } from "./words.js";

export function clock(second, length, step = 1) {
  if (length < 120) return say("secondsLong", { n: +second.toFixed(step < 1 ? 1 : 0) });
  const whole = Math.round(second);
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return length < 3600 ? `${m}:${two(s)}` : `${h}:${two(m)}:${two(s)}`;
}
