// The page: from who somebody is, over a recording, to the answer.

import * as api from "./api.js";
import { clearForms, focusForm, offerAccount, showForm } from "./account.js";
import { answer, clear, notice, refuse, sure, unusable } from "./answer.js";
import { busy, cancelOne, forgetWaits, one, says, wait, waits, whenBusy } from "./one.js";
import { clearRecordings, isLooking, offerRecordings, replace, take, theChosen, theCurrent, theirs } from "./recordings.js";
import { onLanguage, say, silence, switchLanguage, tell, translate } from "./words.js";

const at = (id) => document.getElementById(id);
const samples = [
  { file: "person_01_enrolment.csv", word: "sampleFirst" },
  { file: "person_01_probe.csv", word: "sampleAgain" },
  { file: "person_01_third.csv", word: "sampleThird" },
  { file: "person_04_probe.csv", word: "sampleOther" },
].map(({ file, word }) => ({ file, word, rate: "500", origin: "sample", name: () => say(word), fetch: (signal) => api.sample(file, signal) }));

const keptName = "systole-username";
const keptProof = "systole-proof"; // when a log-in or a check last proved who it is
const proofLasts = 9 * 60_000; // milliseconds, a minute less than the service's
const keptHanded = "systole-handed"; // there where another device, or page, handed its session over
const keptBack = "systole-back"; // {hash, address}: the log-in in this tab that handed over by a code, to go back to
let person = JSON.parse(sessionStorage.getItem(keptName) ?? "null"); // {username, name}
let enrolled = null; // whether there is a model; null while it isn't known
let progress = null; // of the enrolment: {days, of, next}
let enrolment = null; // what the service said of the recording that was enrolled here
let drawn = null; // the recording on the paper

// What the first view doesn't need is fetched behind it, or when it is asked for.

let stage = null; // where recordings are looked at
const staged = import("./stage.js").then((module) => { stage = module; });
let live = null; // recording from a strap
const recordingNow = () => live?.recordingNow() ?? false;
let mine = null; // what a person may ask for

async function showMine() {
  if (!mine && !api.loggedIn()) return;
  if (!mine) {
    const module = await import("./mine.js");
    if (!mine) module.offerMine({ changed: refresh, ended: leave, choose: chooseActs().other });
    mine = module;
  }
  await mine.showMine();
}

// Which step a phone shows.

function step(n, focus = true) {
  if (document.body.dataset.step !== String(n)) {
    document.body.dataset.step = n;
    scrollTo(0, 0);
  }
  for (const button of document.querySelectorAll("[data-go]")) {
    if (button.dataset.go === String(n)) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  }
  const name = { 2: "stepChoose", 3: "stepAsk" }[n];
  tell(document.querySelector("title"), () => (name ? `${say(name)} · Systole` : "Systole"));
  stage?.redraw();
  if (focus && n === 3) at("ask").focus({ preventScroll: true });
}
const onPhone = () => getComputedStyle(document.querySelector(".bar")).display !== "none";

// What is chosen, and what can be done with it.

function recordingsChanged() {
  const recording = theCurrent();
  const seen = recording?.seen;
  if (stage && (recording !== drawn || drawn?.drawnOf !== seen)) {
    drawn = recording;
    if (drawn) drawn.drawnOf = seen;
    clear(at("answer"));
    stage.draw(recording, seen ?? null);
    if (seen) lookedAt(recording);
  }
  for (const button of at("samples").children) {
    const sample = samples[button.dataset.nth];
    button.setAttribute("aria-pressed", String(sample === recording));
    button.classList.toggle("used", Boolean(sample.used));
  }
  offer();
}

// lookedAt is where a recording has just been read: what is wrong with it is the
// answer.
function lookedAt(recording) {
  if (recordingNow()) return;
  const { check, enrolment: forEnrolment } = recording.seen;
  if (check.reason && forEnrolment.reason) {
    step(3, false);
    unusable(at("answer"), forEnrolment, chooseActs());
  } else if (recording === theCurrent()) {
    step(3);
    at("ask").scrollIntoView({ block: "nearest" });
  }
}

const chooseActs = () => ({
  other: () => { step(2); at("browse").focus(); at("browse").scrollIntoView({ block: "nearest" }); },
  rate: () => { step(2); at("rate").focus(); },
  logIn: () => { leave("sessionEnded"); },
  consent: () => { step(1); at("mine").scrollIntoView(); at("consent-give").focus(); },
});

// offer says what can be done now, and why what can't be done can't.
function offer() {
  const recording = theCurrent();
  const inside = api.loggedIn();
  const seen = recording?.seen;
  const chosen = theChosen();
  const looked = seen !== undefined && recording !== null;
  const ready = inside && recording && !recordingNow();
  at("check").hidden = !(ready && enrolled);
  at("enrol").hidden = !(ready && enrolled !== null);
  at("adds").hidden = !(ready && enrolled) || tooSoon();
  at("to-log-in").hidden = inside || !recording;
  at("hand-off").hidden = !inside || handed();
  at("attack").hidden = !(enrolled && victim() && inside);
  at("cancel").hidden = !(busy() && isAsking());
  at("enrol").classList.toggle("quiet", Boolean(enrolled));
  if (!busy()) says(at("enrol"), () => {
    const n = chosen.length;
    if (isAdding()) return say("enrolAdd");
    if (n > 1) return say(enrolled ? "enrolAgainMany" : "enrolMany", { n });
    return say(enrolled ? "enrolAgain" : "enrol");
  });
  const cannotCheck = !looked || Boolean(recording?.error) || Boolean(seen?.check.reason);
  const cannotEnrol = !looked || chosen.length === 0 || chosen.some((r) => r.seen?.enrolment.reason && chosen.length === 1);
  disable(at("check"), busy() || cannotCheck);
  disable(at("enrol"), busy() || cannotEnrol);
  tell(at("chosen"), () => (recordingNow() ? say("strap") : recording === null ? say("nothingChosen")
    : isLooking() ? say("looking", { name: recording.name() })
    : say("chosen", { name: recording.name() }) + (inside ? "" : `. ${say("logInFirst")}`)));
  at("try").hidden = recording !== null || recordingNow();
  tell(at("coach-days"), () => {
    const days = new Set(chosen.map((r) => r.seen?.start?.slice(0, 10)).filter(Boolean));
    if (days.size > 1) return say("coachDays", { n: chosen.length, days: days.size });
    return days.size === 1 && !seen?.enrolment.reason ? say("coachSecondDay") : "";
  });
  tell(at("why-not"), () => {
    if (!seen) return recording?.unseen ? say("notShown") : "";
    const { reason, seconds_missing: seconds } = seen.enrolment;
    if (!reason || (seen.check.reason && at("answer").hasChildNodes())) return "";
    return seconds > 0 && ["too_short", "too_few_beats"].includes(reason) ? say("tooShortFor", { n: Math.ceil(seconds) }) : "";
  });
}

const isAsking = () => ["check", "enrol"].some((id) => at(id).getAttribute("aria-busy"));

// disable keeps the button where it is for the keyboard: a button that loses its
// focus throws people to the top of the page.
function disable(button, off) {
  if (off || waits(button) > 0) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}
const off = (button) => button.getAttribute("aria-disabled") === "true";

// Choosing.

async function openFiles(list) {
  const files = [...list];
  if (files.length === 0) return;
  notice(null);
  step(2, false);
  const { opened } = await import("./files.js");
  const { recordings, archives } = await opened(files);
  for (const archive of archives) {
    const { openArchive } = await import("./archive.js");
    recordings.push(...await openArchive(archive, take));
  }
  const foreign = recordings.find((r) => r.kind);
  if (foreign) {
    refuse(at("choose-message"), { word: "recording_unsupported", kind: foreign.kind }, { other: () => at("browse").click() });
    at("choose-message").scrollIntoView({ block: "nearest" });
  }
  const readable = recordings.filter((r) => !r.kind);
  if (readable.length > 0) await take(readable);
}

function chooseSample(nth) {
  notice(null);
  const sample = samples[nth];
  take([sample]);
}

// Asking.

// asking runs what a button of the answer's does, with the upload's progress.
async function asking(button, word, act) {
  if (off(button)) return undefined;
  const whose = person;
  clear(at("answer"));
  clear(at("attack-answer"));
  try {
    const progress = (share) => { at("sending").hidden = false; at("sending").value = share; };
    const result = await one(button, word, (signal) => act({ signal, progress }));
    return whose === person ? result : undefined;
  } catch (error) {
    if (whose !== person) return undefined;
    if (api.cancelled(error)) {
      answer(at("answer"), { kind: "oops", title: () => say("cancelled"), more: () => say("cancelledMore") });
    } else if (api.loggedIn()) {
      if (error.wait && error.status === 429) wait(button, error.wait);
      refuse(at("answer"), error, { ...chooseActs(), again: () => button.click() });
    }
    return undefined;
  } finally {
    at("sending").hidden = true;
    at("sending").value = 0;
    offer();
  }
}

// isAdding says whether the recordings are to join the enrolment as another day.
const isAdding = () => Boolean(enrolled) && at("add-day").checked && !tooSoon();

const stale = () => Date.now() - Number(sessionStorage.getItem(keptProof)) > proofLasts;
const proven = () => sessionStorage.setItem(keptProof, Date.now());

async function enrol() {
  const chosen = theChosen();
  if (off(at("enrol")) || busy()) return;
  if (enrolled && stale()) {
    if (await sure("sureProve")) leave("sessionEnded");
    return;
  }
  const mode = isAdding() ? "add" : "replace";
  if (enrolled && mode === "replace" && !(await sure("sureEnrol"))) return;
  const done = await asking(at("enrol"), "enrolling", async (options) => { await api.enrol(chosen, { ...options, mode }); return true; });
  if (!done) return;
  at("add-day").checked = false;
  for (const r of chosen) r.used = r.genuine = true;
  enrolled = true;
  enrolment = { ...theCurrent()?.seen, at: Date.now() };
  if (handed()) return part("saved");
  showEnrolled();
  recordingsChanged();
  const days = new Set(chosen.map((r) => r.seen?.start?.slice(0, 10)).filter(Boolean));
  keepBeat();
  succeed("saved", ["savedMore", ...(days.size === 1 ? ["savedOneDay"] : [])], theCurrent(), days.size > 1 ? [] : [{ word: "remind", act: remindInAWeek }]);
  refresh();
}

async function check() {
  const recording = theCurrent();
  const proves = stale();
  const result = await asking(at("check"), "checking", (options) => api.check(recording, options, proves));
  if (result && proves) proven();
  if (result === undefined) { if (recording) refresh(); return; }
  recording.used = true;
  recording.genuine = result;
  if (result && handed()) return part("itIs");
  recordingsChanged();
  if (result) succeed("itIs", ["itIsMore", ...(recording.anotherDay ? ["anotherDayHelps"] : [])], recording);
  else {
    navigator.vibrate?.(180);
    const differs = differences(recording.seen);
    const beat = enrolment?.mean_beat?.length ? stage?.beatPicture(recording.seen, enrolment) : undefined;
    answer(at("answer"), {
      kind: "no", title: () => say("itIsNot"),
      more: [() => say("itIsNotMore"), () => say("itIsNotHelp"), ...(differs ? [differs] : []), ...(beat ? [() => say("beatsDiffer")] : [])],
      beat,
      steps: [{ word: "chooseOther", act: chooseActs().other }],
    });
  }
  refresh();
}

const remindInAWeek = async () => (await import("./days.js")).remind(Date.now() + 7 * 86_400_000);

// succeed answers with a heart that beats as fast as the person's.
function succeed(title, more, recording, steps = []) {
  const seen = recording?.seen;
  const beat = stage?.beatPicture(seen);
  const box = answer(at("answer"), { kind: "yes", title: () => say(title), more: more.map((key) => () => say(key, recording?.anotherDay)), steps, beat });
  if (seen?.heart_rate) box.style.setProperty("--beat", `${60 / Math.max(30, Math.min(220, seen.heart_rate))}s`);
  navigator.vibrate?.([40, 60, 40]);
}

// differences names what a person can change, where the enrolment was made here.
function differences(seen) {
  if (!enrolment?.format || !seen) return null;
  const found = [];
  const days = Math.round((Date.now() - enrolment.at) / 86_400_000);
  if (days > 6) found.push(() => say("differsDays", { n: days }));
  if (Math.abs(seen.heart_rate - enrolment.heart_rate) >= 15) found.push(() => say("differsHeart", { then: enrolment.heart_rate, now: seen.heart_rate }));
  if (seen.format !== enrolment.format || seen.device !== enrolment.device) found.push(() => say("differsDevice"));
  if (seen.lead !== enrolment.lead) found.push(() => say("differsLead"));
  if (seen.trust < enrolment.trust - 0.15) found.push(() => say("differsNoise"));
  return found.length > 0 ? () => say("differs", { what: found.map((f) => f()).join("; ") }) : null;
}

// What is known of the enrolment stays in this browser only where the person
// wants it: the shape of a beat, never the template.
const keptBeat = () => `systole-beat-${person?.username}`;

function keepBeat() {
  if (!at("keep-beat").checked || !person) return localStorage.removeItem(keptBeat());
  if (!enrolment) return undefined;
  const { mean_beat, heart_rate, format, device, lead, trust, at: when } = enrolment;
  return localStorage.setItem(keptBeat(), JSON.stringify({ mean_beat, heart_rate, format, device, lead, trust, at: when }));
}

function recallBeat() {
  const kept = person && localStorage.getItem(keptBeat());
  at("keep-beat").checked = Boolean(kept) || (at("keep-beat").checked && enrolled === false);
  if (enrolled === false && kept) localStorage.removeItem(keptBeat());
  else if (enrolled && kept) enrolment ??= JSON.parse(kept);
}

// Who somebody is.

// held is what somebody had chosen whose session ended by itself. It isn't shown,
// and comes back for the same person only.
let held = null; // {username, recordings}
const holdFor = 10 * 60_000; // milliseconds

function hold(username) {
  const mine = held = { username, recordings: theirs() };
  setTimeout(() => { if (held === mine) held = null; }, holdFor);
}

function entered(user, said = null) {
  const again = held?.username === user.username ? held.recordings : [];
  held = null;
  if (again.length > 0) take(again);
  person = { username: user.username, name: user.name };
  sessionStorage.setItem(keptName, JSON.stringify(person));
  if (!handed()) proven();
  notice(said);
  clear(at("answer"));
  enrolled = null;
  progress = null;
  showPerson();
  refresh();
  const next = theCurrent() ? 3 : 2;
  step(next, false);
  (onPhone() ? at(next === 3 ? "ask" : "choose") : at("account-name")).focus({ preventScroll: true });
}

function showPerson() {
  const inside = api.loggedIn();
  at("signed-out").hidden = inside;
  at("signed-in").hidden = !inside;
  at("account-name").textContent = inside ? person?.name ?? "" : "";
  for (const id of ["password-form", "recovery-form", "delete-form"]) at(id).elements.username.value = inside ? person?.username ?? "" : "";
  showEnrolled();
  offer();
}

function showEnrolled() {
  at("enrolled").hidden = enrolled === null;
  at("enrolled").classList.toggle("none", !enrolled);
  if (enrolled !== null) tell(at("enrolled"), () => say(enrolled ? "enrolled" : "notEnrolled"));
  offerAttack();
  showDays();
}

async function showDays() {
  if (!progress && !at("days").hasChildNodes()) return;
  const { drawDays } = await import("./days.js");
  drawDays(progress, () => { at("add-day").checked = true; offer(); chooseActs().other(); });
}

// tooSoon says whether it is too early for another day: the list of days says when.
const tooSoon = () => Boolean(progress?.next) && new Date(progress.next) > new Date();

// offerAttack shows what a thief could try, once there is something to imitate:
// a recording that was enrolled or accepted.
async function offerAttack() {
  at("attack").hidden = !(enrolled && victim() && api.loggedIn());
  if (at("attack").hidden || at("attacks").hasChildNodes() || offerAttack.begun) return;
  offerAttack.begun = true;
  const { offerAttacks } = await import("./attack.js");
  offerAttacks({
    victim, done: refresh,
    other: async (signal) => ({ files: [await (victim() === samples[3] ? samples[1] : samples[3]).fetch(signal)], rate: "500" }),
  });
}
const victim = () => (theCurrent()?.seen && theCurrent().genuine ? theCurrent() : null);

// refresh asks what the service knows of the account.
async function refresh() {
  const whose = person;
  try {
    const come = api.loggedIn() ? await api.enrolment() : null;
    if (whose !== person) return;
    progress = come;
    enrolled = api.loggedIn() ? progress !== null : null;
    if (!enrolled) enrolment = null;
    if (enrolled !== null) recallBeat();
    showPerson();
    await showMine();
  } catch (error) {
    if (whose === person && api.loggedIn() && !api.cancelled(error) && !at("answer").hasChildNodes()) refuse(at("answer"), error, { again: refresh });
  }
}

// leave ends the session on this page: nothing of the person stays.
function leave(key) {
  const was = person;
  if (key === "doneAccount") localStorage.removeItem(keptBeat());
  if (key === "sessionEnded" && was) hold(was.username); else held = null;
  at("keep-beat").checked = false;
  cancelOne();
  live?.abandon();
  api.keepToken(null);
  for (const kept of [keptName, keptProof, keptHanded, keptBack]) sessionStorage.removeItem(kept);
  person = null;
  enrolled = null;
  enrolment = null;
  progress = null;
  at("add-day").checked = false;
  clearRecordings();
  for (const sample of samples) Object.assign(sample, { used: false, genuine: false, seen: undefined });
  for (const id of ["answer", "attack-answer"]) clear(at(id));
  silence(at("live-state"));
  forgetWaits();
  clearForms();
  showForm("log-in");
  showPerson();
  showMine();
  step(1, false);
  notice(key);
  if (key === "sessionEnded" && was) at("username").value = was.username;
  focusForm();
}

const handed = () => sessionStorage.getItem(keptHanded) !== null;

// part ends a session that was handed over here, once what it is for is done.
async function part(title) {
  await api.logOut().catch(() => {}); // else it ends by itself
  const back = JSON.parse(sessionStorage.getItem(keptBack));
  leave(null);
  if (back) return location.assign(back.address);
  answer(at("notice"), { kind: "yes", title: () => say(title), more: [() => say("handedDone")] });
}

// takeOver goes on with the session of another device, by the code behind #.
async function takeOver() {
  const { hash } = location;
  history.replaceState(null, "", location.pathname);
  const kept = sessionStorage.getItem(keptBack);
  const back = JSON.parse(kept)?.hash === hash;
  if (!back && !(await sure("sureHandOff"))) return;
  try {
    const { token, user } = await api.takeHandOff(hash.slice("#hand-off=".length));
    if (person) leave(null);
    api.keepToken(token);
    sessionStorage.setItem(keptHanded, "");
    if (back) sessionStorage.setItem(keptBack, kept);
    else sessionStorage.removeItem(keptBack);
    entered(user, back ? "enrolThenBack" : null);
  } catch (error) {
    refuse(at("notice"), error, { again: () => location.assign(hash) });
  }
}
const atHandOff = () => location.hash.startsWith("#hand-off=");

// logOut doesn't wait for a check or an enrolment that is underway: it is abandoned.
async function logOut() {
  if (at("log-out").getAttribute("aria-busy")) return;
  let key = "doneLogOut";
  await (busy() ? api.logOut() : one(at("log-out"), null, api.logOut)).catch((error) => { if (error.word === "unreachable") key = "doneLogOutHere"; });
  if (api.loggedIn()) leave(key);
}

const dark = () => {
  const chosen = document.documentElement.style.colorScheme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

function themed() {
  tell(at("theme"), () => say(dark() ? "themeToLight" : "themeToDark"));
  stage?.redraw();
}

function wire() {
  at("log-out").addEventListener("click", logOut);
  // The second half of a double click may come when the first has its answer.
  for (const kind of ["mousedown", "click"]) {
    for (const part of [at("ask"), at("who"), at("mine"), at("attack")]) {
      part.addEventListener(kind, (event) => {
        if (event.detail < 2 || !event.target.closest("button")) return;
        event.preventDefault();
        event.stopPropagation();
      }, true);
    }
  }
  at("record").addEventListener("click", record);
  at("enrol").addEventListener("click", enrol);
  at("add-day").addEventListener("change", refresh);
  at("check").addEventListener("click", check);
  at("cancel").addEventListener("click", cancelOne);
  at("hand-off").addEventListener("click", async () => {
    const { handOff, ofSession } = await import("./handoff.js");
    handOff(ofSession(), refresh);
  });
  addEventListener("hashchange", () => atHandOff() && takeOver());
  at("keep-beat").addEventListener("change", keepBeat);
  at("to-log-in").addEventListener("click", () => { step(1); focusForm(); });
  at("to-mine").addEventListener("click", () => step(1, false));
  at("browse").addEventListener("click", () => at("file").click());
  at("file").addEventListener("change", () => {
    const files = [...at("file").files];
    at("file").value = ""; // so that the same file can be chosen again
    openFiles(files);
  });
  for (const button of document.querySelectorAll("[data-go]")) button.addEventListener("click", () => step(button.dataset.go));
  wireDrop();
  at("samples").append(...samples.map(sampleButton));
  at("try").append(...samples.slice(0, 1).map(sampleButton));
  at("language").addEventListener("click", switchLanguage);
  at("theme").addEventListener("click", () => {
    document.documentElement.style.colorScheme = dark() ? "light" : "dark";
    localStorage.setItem("systole-theme", dark() ? "dark" : "light");
    themed();
  });
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) matchMedia(query).addEventListener("change", themed);
}

function sampleButton(sample, nth) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.dataset.nth = nth;
  button.addEventListener("click", () => chooseSample(nth));
  return tell(button, sample.name);
}

// The whole window takes what is dropped: a file beside the mark would else
// replace the page.
function wireDrop() {
  let depth = 0;
  const files = (event) => event.dataTransfer?.types.includes("Files");
  const over = (shown) => { at("over").hidden = !shown; };
  addEventListener("dragenter", (event) => { if (files(event)) { depth++; over(true); } });
  addEventListener("dragleave", (event) => { if (files(event) && --depth <= 0) { depth = 0; over(false); } });
  addEventListener("dragover", (event) => { if (files(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    depth = 0;
    over(false);
    openFiles(event.dataTransfer.files);
  });
}

// record begins a recording from a strap, or ends it.
async function record() {
  await staged;
  live ??= await import("./live.js");
  live.record(hooks);
}

const hooks = {
  wanted: () => (enrolled ? "check" : "enrolment"),
  begun: () => { notice(null); clear(at("answer")); drawn = null; stage.empty(); offer(); step(3); },
  draw: (values, rateHz) => stage.follow(values, rateHz),
  seen: (recording, seen) => {
    stage.look(seen);
    replace(recording, seen);
  },
  ended: () => offer(),
  done: async (recording, enough) => {
    await take([recording]);
    if (enough && api.loggedIn() && enrolled && !recording.seen?.check.reason) check();
  },
};

async function start() {
  api.whenEnded(() => person && leave("sessionEnded"));
  whenBusy(offer);
  offerAccount(entered);
  offerRecordings(recordingsChanged);
  wire();
  at("record").disabled = !("bluetooth" in navigator);
  if (at("record").disabled) tell(at("live-state"), () => say("noBluetooth"));
  says(at("check"), () => say("check"));
  onLanguage(() => tell(at("language"), () => say("otherLanguage")));
  onLanguage(() => at("language").setAttribute("lang", document.documentElement.lang === "ko" ? "en" : "ko"));
  if (api.loggedIn() && !person) api.keepToken(null);
  translate();
  themed();
  showPerson();
  step(api.loggedIn() ? 2 : 1, false);
  recordingsChanged();
  if (api.loggedIn()) refresh();
  globalThis.begun.ready();
  await staged;
  themed();
  recordingsChanged();
  if (atHandOff()) takeOver();
  const { install, sharedFiles } = await import("./install.js");
  install();
  openFiles(await sharedFiles());
}

start();
