// The person's recordings: chosen files, samples, archives, the strap's. Each
// keeps what the service said of it, so that an answer that comes late can't be
// taken for another one's.

import * as api from "./api.js";
import { refuse } from "./answer.js";
import { has, lasting, say, size, tell, when } from "./words.js";

const at = (id) => document.getElementById(id);
export const mostAtOnce = 16; // of an enrolment

let all = [];
let current = null;
let changed = () => {};
const looks = new Map(); // recording -> AbortController

// A recording: {files, name(), rate, lead, start, parts, origin, use, used, seen, error}.
export const theCurrent = () => current;
export const theChosen = () => all.filter((r) => r.use && r.seen !== undefined && !r.error);

// hasHeart is false for what has no heart beat: then there is no heart rate, and
// R peaks are noise's.
export const hasHeart = (seen) => !["no_beats", "leads_off", "mains"].includes(seen.check.reason) && seen.beats_found > 1 &&
  !(seen.check.reason && seen.clean_beats < 3);

export const formatOf = (seen) => (has(`format_${seen.format}`) ? say(`format_${seen.format}`) : seen.format);

export const isLooking = () => current !== null && current.seen === undefined && !current.error;

// offerRecordings wires the list. changedNow() is called whenever what is chosen,
// or known of it, is another.
export function offerRecordings(changedNow) {
  changed = changedNow;
  at("rate").addEventListener("change", () => reread({ rate: at("rate").value || null }));
  at("lead").addEventListener("change", () => reread({ lead: at("lead").value }));
}

// theirs are all recordings, for the same person to go on with.
export const theirs = () => [...all];

export function clearRecordings() {
  for (const controller of looks.values()) controller.abort();
  looks.clear();
  all = [];
  current = null;
  at("rate").value = "";
  at("choose-message").replaceChildren();
  at("archive").hidden = true;
  at("archive").replaceChildren();
  draw();
  changed();
}

// take adds recordings, the first of them to be seen at once. Samples, and what
// was used up, make room.
export function take(more) {
  at("choose-message").replaceChildren();
  const keep = more.some((r) => r.origin !== "file") ? [] : all.filter((r) => r.origin === "file" && !r.used);
  for (const gone of all) if (!keep.includes(gone)) stop(gone);
  all = [...keep, ...more].slice(-mostAtOnce);
  for (const r of more) Object.assign(r, { use: true, seen: undefined, error: null });
  current = more[0];
  draw();
  changed();
  return Promise.all(more.map(look));
}

// replace puts a newer state of a recording in its place: the strap's grows.
export async function replace(recording, seen) {
  if (!all.includes(recording)) { all = [recording]; current = recording; recording.use = true; }
  recording.seen = seen;
  draw();
}

function stop(recording) {
  looks.get(recording)?.abort();
  looks.delete(recording);
}

function reread(what) {
  if (!current) return undefined;
  Object.assign(current, what, { seen: undefined, error: null });
  at("choose-message").replaceChildren();
  draw();
  changed();
  return look(current);
}

async function look(recording) {
  stop(recording);
  const controller = new AbortController();
  looks.set(recording, controller);
  try {
    if (recording.fetch && !recording.files) recording.files = [await recording.fetch(controller.signal)];
    const seen = recording.unseen ? null : await api.inspect(recording, controller.signal);
    if (looks.get(recording) !== controller) return;
    if (seen) seen.start ??= recording.start; // a Samsung ECG's own file doesn't say it
    recording.seen = seen;
  } catch (error) {
    if (looks.get(recording) !== controller || api.cancelled(error)) return;
    recording.error = error;
    error.kind ??= partOfSeveral(recording) ? "part" : undefined;
  }
  looks.delete(recording);
  if (recording.error) complain(recording);
  draw();
  changed();
}

const partOfSeveral = ({ files }) => files?.length === 1 && /\.(dat|hea)$/i.test(files[0].name ?? "");

function complain(recording) {
  if (recording !== current) return;
  const acts = {
    again: () => reread({}),
    other: () => at("browse").click(),
    rate: () => at("rate").focus(),
  };
  refuse(at("choose-message"), recording.error, acts);
  if (["rate_unknown", "rate_implausible"].includes(recording.error.word)) askRate(recording);
}

// askRate offers the usual rates, with the heart rate that each would give.
async function askRate(recording) {
  const tried = { ...recording, rate: 500 };
  at("rate-ask").hidden = false;
  const chips = (heart) => at("rate-chips").replaceChildren(...[125, 128, 130, 250, 256, 300, 360, 500, 512, 1000].map((rate) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    const would = heart && Math.round((heart * rate) / 500);
    tell(button, () => (would ? say("rateChipHeart", { rate, heart: would }) : say("rateChip", { rate })));
    button.addEventListener("click", () => reread({ rate: String(rate) }));
    return button;
  }));
  chips(0);
  try {
    const seen = await api.inspect(tried);
    if (recording === current) chips(hasHeart(seen) ? seen.heart_rate : 0);
  } catch { /* then without heart rates */ }
}

export function show(recording) {
  current = recording;
  at("choose-message").replaceChildren();
  if (recording.error) complain(recording);
  draw();
  changed();
}

function remove(recording) {
  stop(recording);
  const nth = all.indexOf(recording);
  all = all.filter((r) => r !== recording);
  if (current === recording) current = all[Math.min(nth, all.length - 1)] ?? null;
  at("choose-message").replaceChildren();
  draw();
  changed();
  (at("recordings").querySelectorAll(".entry")[Math.min(nth, all.length - 1)] ?? at("browse")).focus();
}

function draw() {
  at("rate-ask").hidden = !["rate_unknown", "rate_implausible"].includes(current?.error?.word);
  at("yours").hidden = current === null || (current.origin === "sample" && all.length === 1);
  const focused = document.activeElement?.dataset?.key;
  at("recordings").replaceChildren(...all.map(entry));
  if (focused) at("recordings").querySelector(`[data-key="${focused}"]`)?.focus();
  const leads = current?.seen?.leads ?? [];
  at("lead-field").hidden = leads.length < 2;
  at("lead").replaceChildren(...leads.map((lead) => new Option(lead, lead, false, lead === current.seen.lead)));
  at("rate").value = current?.rate ?? "";
  at("rate").placeholder = current?.seen ? +current.seen.file_rate_hz.toFixed(2) : "";
}

function entry(recording, nth) {
  const item = document.createElement("li");
  item.className = recording === current ? "current" : "";
  const box = document.createElement("label");
  box.className = "check";
  const use = document.createElement("input");
  use.type = "checkbox";
  use.checked = recording.use;
  use.dataset.key = `use-${nth}`;
  tell(use, () => say("use", { name: recording.name() }), "aria-label");
  use.addEventListener("change", () => { recording.use = use.checked; changed(); });
  box.append(use);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "entry";
  button.dataset.key = `entry-${nth}`;
  button.setAttribute("aria-pressed", String(recording === current));
  button.addEventListener("click", () => show(recording));
  const name = tell(document.createElement("b"), recording.name);
  const detail = tell(document.createElement("span"), () => detailOf(recording));
  if (recording.error || recording.seen?.enrolment.reason) detail.className = "bad";
  button.append(name, detail);
  const x = document.createElement("button");
  x.type = "button";
  x.className = "quiet square";
  x.textContent = "×";
  x.dataset.key = `remove-${nth}`;
  tell(x, () => say("remove", { name: recording.name() }), "aria-label");
  x.addEventListener("click", () => remove(recording));
  item.append(box, button, x);
  const { seen } = recording;
  if (seen) {
    const thumb = document.createElement("canvas");
    thumb.ariaHidden = "true";
    button.append(thumb);
    import("./thumbnail.js").then(({ thumbnail }) => requestAnimationFrame(() => thumbnail(thumb, seen.compared, seen.rate_hz)));
  }
  return item;
}

function detailOf({ seen, error, files, used, name }) {
  if (error) return "!";
  if (seen === undefined) return say("looking", { name: name() });
  if (seen === null) return size(files.reduce((sum, f) => sum + f.size, 0));
  const parts = [lasting(seen.seconds_in_all), seen.start ? when(seen.start) : formatOf(seen)];
  parts.push(seen.enrolment.reason ? say(seen.enrolment.reason) : say("good"));
  if (used) parts.push("✓");
  return parts.join(" · ");
}
