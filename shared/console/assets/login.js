// The log-in for another application: who asks for it, the password, the heart, and
// back. What is left to do is the service's to say, after each step.

import * as api from "./api.js";
import { answer, clear, refuse, wordOf } from "./answer.js";
import { opened } from "./files.js";
import { record } from "./live.js";
import { busy, one, says, wait, waits } from "./one.js";
import { keepLanguage, language, say, setLanguage, switchLanguage, tell, translate } from "./words.js";

const at = (id) => document.getElementById(id);
const flow = new URLSearchParams(location.search).get("flow") ?? "";
let state = null; // what the service has said last
let recording = null; // what is to be checked
let acted = false; // whether the person has done a step here

const steps = ["password-step", "heart-step", "go-on"];

// show shows what is left to do.
function show(now) {
  state = { ...state, ...now };
  tell(document.querySelector("title"), () => say("loginFor", { client: state.client }));
  tell(at("asked-title"), () => say("loginFor", { client: state.client }));
  tell(at("asked-level"), () => say(state.level.endsWith(":heart") ? "loginHeart" : "loginPassword"));
  tell(at("asked-profile"), () => say(state.profile ? "loginProfile" : "loginNoProfile", { client: state.client }));
  at("asked-person").hidden = !state.person || state.needs.password;
  if (state.person) tell(at("person-name"), () => state.person.name || state.person.username);
  says(at("give-up"), () => say("loginCancel", { client: state.client }));
  at("give-up").hidden = false;
  step();
}

function step() {
  const { needs, person } = state;
  if (!needs.password && needs.heart && !person.enrolled) {
    reveal(null);
    return answer(at("message"), {
      kind: "oops", title: () => say("notEnrolledYet"), more: () => say("notEnrolledMore"),
      steps: [{ word: "enrolNow", act: enrol }, { word: "enrolOnPhone", act: () => onPhone((now) => now.person?.enrolled) }],
    });
  }
  if (needs.password) return reveal("password-step", at("username").value ? at("password") : at("username"));
  if (needs.heart) return reveal("heart-step", at("browse"));
  if (acted) return goOn();
  says(at("go-on"), () => say("loginGoOn", { client: state.client }));
  return reveal("go-on", at("go-on"));
}

function reveal(name, focus) {
  for (const id of steps) at(id).hidden = id !== name;
  focus?.focus();
}

// attempt runs a step, and says what went wrong with it.
async function attempt(button, word, act, acts = {}) {
  if (waits(button) > 0 || busy()) return undefined;
  clear(at("message"));
  try {
    return await one(button, word, (signal) => act({ signal, progress }));
  } catch (error) {
    if (api.cancelled(error)) return undefined;
    if (error.wait && error.status === 429) wait(button, error.wait);
    if (error.status === 401 && wordOf(error) === "token_invalid") { // logged out meanwhile
      show({ needs: { ...state.needs, password: true }, person: null });
    }
    if (["flow_invalid", "cross_site"].includes(wordOf(error))) {
      reveal(null);
      at("give-up").hidden = true;
    }
    at("rate-field").hidden = !["rate_unknown", "rate_implausible"].includes(wordOf(error)) && at("rate-field").hidden;
    refuse(at("message"), error, { again: () => button.click(), other: () => at("browse").click(), rate: () => at("rate").focus(), ...acts });
    return undefined;
  } finally {
    at("sending").hidden = true;
  }
}

function progress(share) {
  at("sending").hidden = false;
  at("sending").value = share;
}

async function logIn(event) {
  event.preventDefault();
  const { username, password } = at("password-step").elements;
  for (const input of [username, password]) if (input.value === "") return input.focus();
  const said = await attempt(at("enter"), "entering", () => api.flowPassword(flow, username.value, password.value));
  if (!said) return undefined;
  password.value = "";
  acted = true;
  return show(said);
}

async function choose(files) {
  if (files.length === 0) return;
  clear(at("message"));
  const { recordings, archives } = await opened([...files]);
  if (archives.length > 0) {
    const { openArchive } = await import("./archive.js");
    const rest = await openArchive(archives[0], (chosen) => ready(chosen[0]));
    if (rest) ready(rest);
    return;
  }
  if (recordings[0]?.kind) return refuse(at("message"), { word: "recording_unsupported", kind: recordings[0].kind }, { other: () => at("browse").click() });
  ready(recordings[0]);
}

// ready offers the check of a recording.
function ready(chosen) {
  recording = chosen;
  at("archive").hidden = true;
  at("check").hidden = false;
  says(at("check"), () => say("chosenCheck", { name: recording.name() }));
  at("check").focus();
}

async function check() {
  if (at("rate").value) recording.rate = at("rate").value;
  const result = await attempt(at("check"), "checking", async (options) => {
    const { nonce } = await api.flow(flow); // good for this check, and for two minutes
    return api.flowHeart(flow, recording, nonce, options);
  });
  if (result === undefined) return;
  acted = true;
  at("check").hidden = true;
  if (result === "true") {
    show({ needs: { ...state.needs, heart: false } });
    return;
  }
  answer(at("message"), { kind: "no", title: () => say("itIsNot"), more: () => say("loginNotYou"), steps: [{ word: "chooseOther", act: () => at("browse").click() }] });
}

// onPhone lets a phone do what is to be done: finished(state) says whether it has.
async function onPhone(finished) {
  if (busy()) return;
  clear(at("message"));
  const { handOff, ofFlow } = await import("./handoff.js");
  let now = null;
  handOff(ofFlow(flow, (said) => { now = said; return finished(said); }), (close) => {
    close();
    acted = true;
    show(now);
  });
}

// enrol goes to the console, which comes back here once somebody is enrolled.
async function enrol(event) {
  const code = await attempt(event.currentTarget, null, () => api.flowHandOff(flow));
  if (!code) return;
  const { hash } = new URL(code.address);
  sessionStorage.setItem("systole-back", JSON.stringify({ hash, address: location.href }));
  keepLanguage();
  location.assign(`./${hash}`);
}

async function goOn() {
  const said = await attempt(at("go-on"), "entering", () => api.endFlow(flow, "continue"));
  if (said) location.assign(said.location);
}

async function giveUp() {
  const said = await attempt(at("give-up"), "entering", () => api.endFlow(flow, "cancel"));
  if (said) location.assign(said.location);
}

function begin() {
  const asked = [...(new URLSearchParams(location.search).get("lang") ?? "").split(" ")].map((tag) => tag.slice(0, 2)).find((tag) => ["ko", "en"].includes(tag));
  if (asked) setLanguage(asked);
  const other = () => { at("language").textContent = say("otherLanguage"); at("language").lang = language() === "ko" ? "en" : "ko"; };
  at("language").addEventListener("click", () => { switchLanguage(); other(); });
  translate();
  other();
  says(at("enter"), () => say("logIn"));
  at("password-step").addEventListener("submit", logIn);
  at("browse").addEventListener("click", () => at("file").click());
  at("file").addEventListener("change", () => { choose(at("file").files); at("file").value = ""; });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => { event.preventDefault(); if (!at("heart-step").hidden) choose(event.dataTransfer.files); });
  at("check").addEventListener("click", check);
  at("phone").addEventListener("click", () => onPhone((now) => !now.needs.heart));
  at("go-on").addEventListener("click", goOn);
  at("give-up").addEventListener("click", giveUp);
  at("other-person").addEventListener("click", () => show({ needs: { ...state.needs, password: true }, person: null }));
  at("record").disabled = !("bluetooth" in navigator);
  if (at("record").disabled) tell(at("live-state"), () => say("noBluetooth"));
  at("record").addEventListener("click", () => record({
    wanted: () => "check", begun: () => clear(at("message")), ended: () => {}, draw: () => {}, seen: () => {},
    done: (made, enough) => { ready(made); if (enough) check(); },
  }));
  api.flow(flow).then((said) => {
    at("username").value = new URLSearchParams(location.search).get("login_hint") ?? "";
    show(said);
  }, (error) => refuse(at("message"), error, { again: () => location.reload() }));
}

begin();
