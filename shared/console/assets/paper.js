// ECG paper on a canvas: squares of 1 mm, every fifth line strong. What a
// millimetre is in time and millivolts is the trace's to say.

export const mm = 4.8; // CSS pixels; more than on paper, for screens are further away

// inks are the page's colours as a canvas knows them, read once a theme.
let known = null;
export const forgetInks = () => { known = null; };
export function inks() {
  if (known) return known;
  const probe = document.createElement("span");
  probe.className = "probe";
  document.body.append(probe);
  known = {};
  for (const name of ["grid", "grid-strong", "trace", "heart", "faint", "good", "bad", "ink", "paper", "line"]) {
    probe.style.color = `var(--${name})`;
    known[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return known;
}

// sized fits a canvas to its place and returns its context in CSS pixels.
export function sized(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const ink = canvas.getContext("2d");
  ink.setTransform(scale, 0, 0, scale, 0, 0);
  ink.clearRect(0, 0, width, height);
  return { ink, width, height };
}

// rule draws lines at first, first + step, ... on one axis.
export function rule(ink, { from, to, first, step, colour, upright, length }) {
  if (!(step >= 2.5)) return;
  ink.strokeStyle = colour;
  ink.lineWidth = 1;
  ink.beginPath();
  for (let at = first; at <= to; at += step) {
    if (at < from) continue;
    const x = Math.round(at) + 0.5;
    if (upright) { ink.moveTo(x, 0); ink.lineTo(x, length); } else { ink.moveTo(0, x); ink.lineTo(length, x); }
  }
  ink.stroke();
}

// squares rules paper whose strong lines go through (x, y).
export function squares(ink, width, height, x, y) {
  const { grid, "grid-strong": strong } = inks();
  for (const [step, colour] of [[mm, grid], [5 * mm, strong]]) {
    rule(ink, { from: 0, to: width, first: x - Math.ceil(x / step) * step, step, colour, upright: true, length: height });
    rule(ink, { from: 0, to: height, first: y - Math.ceil(y / step) * step, step, colour, upright: false, length: width });
  }
}
