// Apple's export.zip and Samsung's download, opened in the browser: the person
// sees the ECGs in it, and only those that they choose are sent.

import { answer } from "./answer.js";
import { largestRequest } from "./api.js";
import { opened, recordingOf } from "./files.js";
import { glance } from "./glance.js";
import { mostAtOnce } from "./recordings.js";
import { thumbnail } from "./thumbnail.js";
import { lasting, number, say, size, tell, when } from "./words.js";
import { entriesOf, unpacked } from "./zip.js";

const place = document.getElementById("archive");
const page = 20; // ECGs looked into at once

const isApple = ({ name }) => /(^|\/)electrocardiograms\/[^/]+\.csv$/i.test(name);
const isSamsung = ({ name }) => /com\.samsung\.health\.ecg.*\.json$/i.test(name);
const isSamsungTable = ({ name }) => /(^|\/)com\.samsung\.health\.ecg[^/]*\.csv$/i.test(name);
const dated = ({ name, start }) => start ?? name;
const newestFirst = (a, b) => dated(b).localeCompare(dated(a));

// What holds a recording, and what belongs to one.
const isRecording = ({ name }) => /\.(csv|edf|bdf|hea|dcm|scp|ecg|atc)$/i.test(name) && !/(^|\/)(__MACOSX\/|\.)/.test(name);
const isSignals = ({ name }) => /\.(dat|mat)$/i.test(name);

// openArchive shows what a health app's export has, from which take(recordings) gets
// the chosen ones. Of any other zip it returns the recordings.
export async function openArchive(file, take) {
  let entries;
  try {
    entries = await entriesOf(file);
  } catch {
    return broken();
  }
  const table = entries.find(isSamsungTable);
  const rows = table ? await samsungTable(file, table).catch(() => new Map()) : new Map();
  const ecgs = entries.filter((e) => isApple(e) || isSamsung(e)).map((e) => ({ ...e, ...rows.get(e.name.split("/").pop()) })).sort(newestFirst);
  if (ecgs.length > 0) {
    gallery(file, ecgs, take);
    return [];
  }
  const health = entries.some(({ name }) => /(^|\/)(export(_cda)?\.xml|com\.samsung\.health[^/]*)$/i.test(name));
  const large = file.size > largestRequest;
  const inside = entries.filter(isRecording);
  if (!health && inside.length <= mostAtOnce && inside.length > (large ? 0 : 1)) return taken(file, entries, inside).catch(broken);
  if (!health && !large) return [await recordingOf([file], file.name)]; // which may hold one that the service finds
  show({ title: () => say("archiveNone"), more: () => say("archiveNoneMore") });
  return [];
}

// taken takes the recordings out of a zip, each a file of its own, to be chosen from.
async function taken(file, entries, inside) {
  const files = await Promise.all([...inside, ...entries.filter(isSignals)].map(async (entry) => new File([await unpacked(file, entry)], entry.name.split("/").pop())));
  return (await opened(files)).recordings;
}

function broken() {
  show({ title: () => say("archiveBroken"), more: () => say("archiveBrokenMore") });
  return [];
}

function show(what) {
  place.hidden = false;
  answer(place, { kind: "oops", ...what });
}

function close() {
  place.hidden = true;
  place.replaceChildren();
}

// gallery lists the ECGs, the newest first, with a box to choose each.
function gallery(file, ecgs, take) {
  const title = () => say(ecgs.length === 1 ? "archiveTitleOne" : "archiveTitle", { n: ecgs.length, name: file.name });
  const heading = tell(document.createElement("h3"), title);
  heading.tabIndex = -1;
  const hint = document.createElement("p");
  hint.className = "hint";
  const list = document.createElement("ul");
  list.className = "gallery scroll";
  list.tabIndex = 0;
  tell(list, title, "aria-label");
  const go = document.createElement("button");
  go.type = "button";
  const no = document.createElement("button");
  no.type = "button";
  no.className = "quiet";
  no.addEventListener("click", () => { close(); document.getElementById("browse").focus(); });
  const more = document.createElement("button");
  more.type = "button";
  more.className = "quiet";
  const row = document.createElement("div");
  row.className = "row";
  row.append(go, tell(no, () => say("cancel")), more);
  place.replaceChildren(heading, hint, list, row);
  place.hidden = false;

  const chosen = new Map(); // entry -> its content without the person's name
  const redraw = () => {
    tell(go, () => (chosen.size > 0 ? say("archiveTake", { n: chosen.size }) : say("archiveNothing")));
    go.setAttribute("aria-disabled", String(chosen.size === 0));
    const bytes = [...chosen.values()].reduce((sum, { blob }) => sum + blob.size, 0);
    tell(hint, () => say("archiveHint", { kb: size(bytes), mb: size(file.size) }));
  };
  go.addEventListener("click", async () => {
    if (chosen.size === 0) return;
    const recordings = await Promise.all([...chosen].map(async ([entry, ecg]) => {
      const recording = await recordingOf([new File([ecg.blob], entry.name)], entry.name);
      return { ...recording, rate: isSamsung(entry) ? String(ecg.rateHz) : null, start: ecg.start, name: () => titleOf(entry, ecg) };
    }));
    close();
    await take(recordings);
  });
  let shown = 0;
  const extend = async () => {
    const next = ecgs.slice(shown, shown += page);
    more.hidden = shown >= ecgs.length;
    tell(more, () => say("activityMore", { n: Math.min(page, ecgs.length - shown) }));
    for (const entry of next) list.append(await item(file, entry, chosen, redraw));
  };
  more.addEventListener("click", extend);
  redraw();
  heading.focus({ preventScroll: true });
  place.scrollIntoView({ block: "start" });
  extend();
}

const titleOf = (entry, ecg) => (ecg?.start ? when(ecg.start) : entry.name.split("/").pop());

async function item(file, entry, chosen, redraw) {
  const ecg = await look(file, entry).catch(() => null);
  const li = document.createElement("li");
  const check = document.createElement("label");
  check.className = "check";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.disabled = !ecg;
  tell(box, () => say("use", { name: titleOf(entry, ecg) }), "aria-label");
  box.addEventListener("change", () => {
    if (!box.checked) chosen.delete(entry);
    else if (chosen.size >= mostAtOnce) box.checked = false;
    else chosen.set(entry, ecg);
    redraw();
  });
  check.append(box);
  const text = document.createElement("div");
  text.className = "entry";
  const title = tell(document.createElement("b"), () => titleOf(entry, ecg));
  const detail = document.createElement("span");
  text.append(title, detail);
  li.append(check, text);
  if (!ecg) { tell(detail, () => say("archiveBroken")); return li; }
  const kind = document.createElement("span");
  kind.dataset.own = ""; // in the words of the file
  kind.textContent = ecg.kind;
  tell(detail, () => [lasting(ecg.samples.length / ecg.rateHz), `${number(ecg.rateHz, 0)} Hz`].join(" · "));
  const reason = glance(ecg.samples, ecg.rateHz);
  const quality = document.createElement("span");
  quality.className = reason ? "bad" : "good";
  tell(quality, () => (reason ? say("seemsBad", { reason: say(reason) }) : say("seemsGood")));
  const canvas = document.createElement("canvas");
  canvas.ariaHidden = "true";
  text.append(kind, quality, canvas);
  requestAnimationFrame(() => thumbnail(canvas, ecg.samples, ecg.rateHz));
  return li;
}

async function look(file, entry) {
  const blob = await unpacked(file, entry);
  const text = await blob.text();
  return isSamsung(entry) ? samsung(text, blob, entry) : apple(text);
}

// apple takes the rows of a key and a value, in any language, and the numbers
// below. What stands before the date is the owner's name and birth date: they
// stay here.
function apple(text) {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const isNumber = (line) => /^-?[\d.,]+(e-?\d+)?$/i.test(line) && (line.match(/,/g) ?? []).length < 2;
  const first = lines.findIndex(isNumber);
  if (first < 0) throw new Error("no numbers");
  const valueOf = (line) => line.slice(line.indexOf(",") + 1).replaceAll('"', "").trim();
  const dated = lines.slice(0, first).findIndex((line) => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}$/.test(valueOf(line)));
  const head = lines.slice(0, first).map((line, i) => (i < dated && line.includes(",") ? line.slice(0, line.indexOf(",") + 1) : line));
  const rate = head.map(valueOf).map((value) => value.match(/^(\d{3}(?:[.,]\d+)?)\s*\p{L}/u)?.[1]).find(Boolean);
  const numbers = lines.slice(first).filter(isNumber);
  const [date, time, zone] = dated < 0 ? [] : valueOf(lines[dated]).split(" ");
  return {
    blob: new Blob([[...head, ...lines.slice(first)].join("\n")]),
    samples: numbers.map((line) => Number(line.replace(",", "."))), rateHz: Number(rate?.replace(",", ".")) || 512,
    start: date && `${date}T${time}${zone.slice(0, 3)}:${zone.slice(3)}`, kind: dated < 0 ? "" : valueOf(lines[dated + 1] ?? ""),
  };
}

// samsungTable reads when each ECG began, and its rate, by the name of its file. The
// table's second line names its columns, and its times are those of Greenwich.
async function samsungTable(file, entry) {
  const [, names = "", ...rows] = (await (await unpacked(file, entry)).text()).split(/\r?\n/);
  const column = (name) => names.split(",").findIndex((own) => own.trim().split(".").pop() === name);
  const [data, start, rate] = ["data", "start_time", "sample_frequency"].map(column);
  return new Map(rows.map((row) => row.split(",")).filter((fields) => fields[data]).map((fields) => [fields[data].trim(), {
    start: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(fields[start]) ? `${fields[start].trim().replace(" ", "T")}Z` : undefined,
    rateHz: Number(fields[rate]) || undefined,
  }]));
}

function samsung(text, blob, { start = null, rateHz = 500 }) {
  const found = [];
  const walk = (value) => {
    if (Array.isArray(value) && value.length > found.length && typeof value[0] === "number") found.splice(0, found.length, ...value);
    else if (value && typeof value === "object") Object.values(value).forEach(walk);
  };
  walk(JSON.parse(text));
  if (found.length === 0) throw new Error("no samples");
  return { blob, samples: found, rateHz, start, kind: "" };
}
