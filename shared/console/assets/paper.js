// ECG paper: small squares of 1 mm, large ones of 5 mm; 25 mm are a second and
// 10 mm a millivolt.

const mm = 4.8; // CSS pixels; more than on paper, for screens are further away
export const pixelsASecond = 25 * mm;
export const pixelsAMillivolt = 10 * mm;

// resolved turns a custom property, which may be light-dark(), into a colour
// that a canvas knows.
export function resolved(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

// drawPaper is a hook of uPlot that rules the paper under the trace. Lines that
// would lie closer than 4 pixels are left out.
export function drawPaper(u) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const [x, y, name] of [[0.04, 0.1, "grid"], [0.2, 0.5, "grid-strong"], [1, 0, "grid-strong"]]) {
    ctx.strokeStyle = resolved(name);
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    rule(u, "x", x, (at) => { ctx.moveTo(at, bbox.top); ctx.lineTo(at, bbox.top + bbox.height); });
    rule(u, "y", y, (at) => { ctx.moveTo(bbox.left, at); ctx.lineTo(bbox.left + bbox.width, at); });
    ctx.stroke();
  }
  ctx.restore();
}

function rule(u, axis, step, line) {
  const { min, max } = u.scales[axis];
  const length = axis === "x" ? u.bbox.width : u.bbox.height;
  if (!(step > 0) || !(max > min) || (length * step) / (max - min) < 4 * devicePixelRatio) return;
  for (let k = Math.ceil(min / step); k * step <= max; k++) {
    line(Math.round(u.valToPos(k * step, axis, true)) + 0.5);
  }
}
