// What a person may ask for: consent, password, recovery codes, sessions,
// activity, export, deletion.

import * as api from "./api.js";
import { answer, clear, refuse, sure } from "./answer.js";
import { one } from "./one.js";
import { has, language, onLanguage, say, tell, when } from "./words.js";

const at = (id) => document.getElementById(id);
const page = 10; // entries of the activity shown at first
const checks = ["recognised", "not_recognised", "replay_refused"];
const bad = ["not_recognised", "replay_refused", "log_in_failed", "recovery_failed"];

let shown = null; // {spoken: the language of what the service says, consent, sessions, recovery, activity, next}
let asked = 0; // how often: a late answer is not shown
const consentText = {}; // by language
let most = page;
let hooks = null;

// showMine reads and shows everything.
export async function showMine() {
  at("mine").hidden = !api.loggedIn();
  if (!api.loggedIn()) {
    shown = null;
    most = page;
    for (const id of ["sessions", "activity", "consent-text", "consent-state", "activity-sum", "recovery-left", "codes"]) at(id).replaceChildren();
    for (const id of ["password-form", "recovery-form", "undo-form", "delete-form"]) at(id).reset();
    for (const id of ["password-details", "recovery-details", "undo-details", "delete-details"]) at(id).open = false;
    for (const message of at("mine").querySelectorAll(".message")) clear(message);
    return;
  }
  const mine = ++asked;
  const spoken = language();
  const [consent, sessions, recovery, activity] = await Promise.all([api.consent(), api.sessions(), api.recoveryCodes(), api.activity()]);
  if (!api.loggedIn() || mine !== asked) return;
  consentText[spoken] = consent.text;
  shown = { spoken, consent, sessions, recovery, activity: activity.activity, next: activity.next };
  draw();
}

function draw() {
  if (!shown) return;
  const { consent, sessions, recovery } = shown;
  tell(at("consent-text"), () => consentText[language()] ?? "…");
  tell(at("consent-state"), () => consentState(consent.consent));
  const holds = consent.consent !== null && consent.consent.withdrawn === null;
  at("consent-give").hidden = holds;
  at("consent-withdraw").hidden = !holds;
  at("sessions").replaceChildren(...sessions.map(session));
  at("end-others").hidden = sessions.length < 2;
  tell(at("recovery-left"), () => (recovery.made === null ? say("recoveryNone") : say("recoveryLeft", { n: recovery.left, date: when(recovery.made) })));
  drawActivity();
}

function consentState(consent) {
  if (consent === null) return say("consentNone");
  if (consent.withdrawn !== null) return say("consentWithdrawn", { date: when(consent.withdrawn) });
  return say("consentGiven", { date: when(consent.given) });
}

function session(s) {
  const item = document.createElement("li");
  const text = document.createElement("span");
  const { spoken } = shown;
  const name = () => (spoken === language() ? s.client ?? say("clientUnknown") : "…"); // until it is asked for anew
  tell(text, () => [name(), say("sessionOf", { issued: when(s.issued), used: when(s.used) }), s.handed_by && say("handedBy"), s.network && !s.current && say(s.network === "same" ? "networkSame" : "networkOther")]
    .filter(Boolean).join(" · "));
  item.append(text);
  if (s.current) {
    const badge = document.createElement("span");
    badge.className = "badge";
    item.append(tell(badge, () => say("thisOne")));
    return item;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet end";
  tell(tell(button, () => say("logOut")), () => say("endSession", { client: name() }), "aria-label");
  button.addEventListener("click", () => run(button, null, () => api.endSession(s.id), "doneSession"));
  item.append(button);
  return item;
}

// listed is what is asked for of the activity that is here.
function listed() {
  const kind = at("activity-kind").value;
  if (kind === "refused") return shown.activity.filter((e) => bad.includes(e.event));
  return shown.activity.filter((e) => kind === "all" || checks.includes(e.event) === (kind === "checks"));
}

function drawActivity() {
  const list = listed();
  at("activity").replaceChildren(...list.slice(0, most).map(event));
  const asked = shown.activity.filter((e) => checks.includes(e.event));
  tell(at("activity-sum"), () => (list.length === 0 ? say("activityNone")
    : asked.length > 0 ? say("activitySum", { refused: asked.filter((e) => bad.includes(e.event)).reduce((sum, e) => sum + (e.count ?? 1), 0) }) : ""));
  const left = list.length - most;
  at("activity-more").hidden = left <= 0 && !shown.next;
  if (left > 0) tell(at("activity-more"), () => say("activityMore", { n: Math.min(left, 2 * page) }));
  else if (shown.next) tell(at("activity-more"), () => say("activityEarlier"));
}

// showMore shows more of the activity, and fetches it when all that is here is
// shown.
async function showMore() {
  const mine = asked;
  const first = at("activity").children.length;
  if (shown.next && listed().length <= most) {
    const { activity, next } = await api.activity(shown.next);
    if (!shown || mine !== asked) return;
    shown.activity = [...shown.activity, ...activity];
    shown.next = next;
  }
  most += 2 * page;
  drawActivity();
  const more = at("activity").children[first];
  if (!more) return;
  more.tabIndex = -1;
  more.focus();
}

function event(e) {
  const item = document.createElement("li");
  const sign = document.createElement("span");
  sign.className = `sign ${bad.includes(e.event) ? "bad" : "good"}`;
  sign.ariaHidden = "true";
  sign.textContent = bad.includes(e.event) ? "✕" : e.event === "recognised" || ["model_made", "model_day_added"].includes(e.event) ? "♥" : "·";
  const what = document.createElement("span");
  if (bad.includes(e.event)) what.className = "bad";
  const time = document.createElement("time");
  time.dateTime = e.at;
  item.append(sign, tell(what, () => happened(e)), tell(time, () => when(e.at)));
  return item;
}

// happened says what an entry is, and of one that counts several how many, since
// when and from how many networks.
function happened(e) {
  const what = say(has(e.event) ? e.event : "eventUnknown");
  if (!(e.count > 1)) return what;
  const from = e.networks > 1 ? say("eventNetworks", { networks: e.networks }) : "";
  return say("eventTimes", { what, count: e.count, from, since: when(e.since) });
}

// place is where a button's answer stands: below it.
function place(button) {
  const after = button.closest("form") ?? button.closest(".row") ?? button.closest("ul") ?? button;
  if (!after.nextElementSibling?.classList.contains("message")) {
    const message = document.createElement("div");
    message.className = "message";
    message.id = `${button.id || after.id}-message`;
    after.after(message);
  }
  return after.nextElementSibling;
}

// offerMine wires the buttons. changed() is called when what is known of the
// account is another, ended(key) when nobody is logged in any more, choose() where
// a check is to come first.
export function offerMine(given) {
  hooks = given;
  act("consent-give", null, () => api.giveConsent(shown.consent.current_version), "doneConsent");
  act("consent-withdraw", "sureWithdraw", api.withdrawConsent, "doneWithdrawn");
  act("export", null, download, "doneExport");
  act("delete-model", "sureModel", api.deleteModel, "doneModel");
  act("end-others", null, () => api.endSession("others"), "doneOthers");
  act("end-sessions", "sureSessions", api.endSessions, "doneSessions", true);
  submit("password-form", null, ({ password, new_password: next }) => api.changePassword(password.value, next.value), "donePassword");
  submit("recovery-form", () => shown.recovery.left > 0 && "sureCodes", makeCodes, "doneCodes");
  // A day begins at midnight where the person is.
  submit("undo-form", "sureUndo", ({ since }) => api.deleteSince(new Date(`${since.value}T00:00`)), "doneUndo");
  submit("delete-form", "sureAccount", ({ password }) => api.deleteAccount(password.value), "doneAccount", true);
  at("activity-kind").addEventListener("change", () => { most = page; drawActivity(); });
  at("activity-more").addEventListener("click", () => one(at("activity-more"), null, showMore).catch((error) => refuse(place(at("activity-more")), error)));
  onLanguage(() => api.loggedIn() && showMine().catch(() => {}));
}

function act(id, question, does, done, ends = false) {
  at(id).addEventListener("click", () => run(at(id), question, does, done, ends));
}

function submit(id, question, does, done, ends = false) {
  const form = at(id);
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    const empty = [...form.elements].find((input) => input.required && !input.value);
    if (empty) {
      refuse(place(form.querySelector("[type=submit]")), { word: "field_missing" });
      return empty.focus();
    }
    run(form.querySelector("[type=submit]"), question, () => does(form.elements), done, ends, form);
  });
}

async function run(button, question, does, done, ends, form) {
  const asked = typeof question === "function" ? question() : question;
  if (asked && !(await sure(asked))) return;
  const where = place(button);
  clear(where);
  try {
    const went = await one(button, null, async () => { await does(); return true; });
    if (!went) return;
    form?.reset();
    if (ends) return hooks.ended(done);
    await hooks.changed();
    answer(where, { kind: "yes", mark: "✓", title: () => say(done) });
  } catch (error) {
    if (api.cancelled(error)) return; // by a log-out
    if (api.loggedIn()) refuse(where, error, { again: () => run(button, null, does, done, ends, form), logIn: () => hooks.ended("sessionEnded"), other: hooks.choose });
    if (error.word === "session_unknown") hooks.changed();
  }
}

async function makeCodes({ password }) {
  const codes = await api.makeRecoveryCodes(password.value);
  const { show } = await import("./recovery.js");
  if (api.loggedIn()) show(at("codes"), codes);
}

async function download() {
  const everything = await api.exported();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(everything, null, 1)], { type: "application/json" }));
  link.download = "systole.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  const { recordings, recordings_withheld: withheld } = everything;
  if (withheld && recordings.length) throw new api.Refusal(403, withheld); // the file says so, too
}
