// The service, as this page calls it. Addresses are relative: behind API Gateway
// the page lies below the name of a stage.

import { language } from "./words.js";

const kept = "systole-token";
const patience = 60_000; // milliseconds without any progress
const worthProgress = 1_000_000; // bytes
export const largestRequest = 4_400_000; // bytes of files; more goes by upload

let token = sessionStorage.getItem(kept);
let onEnd = () => {};
const underway = new Set(); // what abandons each request
let proving = false; // whether the next check is asked for as a proof

// Refusal is an answer that is not a success. word is the service's for it, wait
// how many seconds to stay away.
export class Refusal extends Error {
  constructor(status, body, wait) {
    super(body.error ?? "unknown");
    this.status = status;
    // What stands before the service has words of its own, or none.
    this.word = body.error ?? { 413: "body_too_large", 429: "too_many_requests" }[status] ?? (status >= 500 ? "unavailable" : "unknown");
    this.said = body.detail;
    this.params = body;
    this.wait = wait;
  }
}

// Unreachable is no answer at all.
export class Unreachable extends Error {
  constructor() { super("unreachable"); this.word = "unreachable"; }
}

export const cancelled = (error) => error?.name === "AbortError";
export const loggedIn = () => token !== null;

// whenEnded is told that the service no longer knows the session.
export const whenEnded = (tell) => { onEnd = tell; };

export function keepToken(value) {
  token = value;
  if (value === null) sessionStorage.removeItem(kept);
  else sessionStorage.setItem(kept, value);
}

// send makes one request. signal cancels it; progress(share) is told how much of
// the body is gone.
function send(method, address, headers, body, { signal, progress } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => { request.abort(); reject(new DOMException("cancelled", "AbortError")); };
    if (signal?.aborted) return abort();
    request.open(method, address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    let watch;
    const alive = () => { clearTimeout(watch); watch = setTimeout(() => { request.abort(); reject(new Unreachable()); }, patience); };
    request.upload.onprogress = (event) => { alive(); progress?.(event.loaded / event.total); };
    request.onprogress = alive;
    request.onerror = () => reject(new Unreachable());
    request.onload = () => resolve(request);
    request.onloadend = () => { clearTimeout(watch); underway.delete(abort); signal?.removeEventListener("abort", abort); };
    signal?.addEventListener("abort", abort);
    underway.add(abort);
    alive();
    request.send(body);
  });
}

async function call(method, path, body, options) {
  const headers = { "Accept-Language": language() };
  const mine = token;
  if (mine !== null) headers.Authorization = "Token " + mine;
  if (body !== undefined && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  const answer = await send(method, path, headers, body, options);
  const read = parsed(answer.responseText);
  if (answer.status >= 200 && answer.status < 300 && read) return read;
  const refusal = new Refusal(answer.status, read ?? {}, Number(answer.getResponseHeader("Retry-After")) || 0);
  if (refusal.word === "check_first") proving = true;
  if (answer.status === 401 && mine !== null && token === mine) onEnd(refusal);
  throw refusal;
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return null; } // a proxy's own page
}

// withRecordings sends recordings, or the part of each that is compared: within
// the request where they fit, else, and where something on the way takes less, by
// upload before it.
async function withRecordings(path, recordings, fields = {}, { signal, progress } = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) form.set(name, value);
  for (const [name, key] of [["sampling_rate", "rate"], ["lead", "lead"]]) {
    const stated = recordings.find((r) => r[key]);
    if (stated) form.set(name, stated[key]);
  }
  const files = recordings.flatMap((r) => r.parts ?? r.files);
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (bytes <= largestRequest) {
    for (const file of files) form.append("data", file, "recording");
    try {
      return await call("POST", path, form, { signal, progress: bytes > worthProgress ? progress : undefined });
    } catch (error) {
      if (error.status !== 413) throw error;
    }
    form.delete("data");
  }
  form.set("upload", (await uploaded(files, bytes, { signal, progress })).join(","));
  return call("POST", path, form, { signal });
}

async function uploaded(files, bytes, { signal, progress }) {
  const ids = [];
  let sent = 0;
  for (const file of files) {
    const place = await call("POST", "authenticate/uploads/", { size: file.size }, { signal });
    const answer = await send(place.method, nearby(place.url), place.headers, file, {
      signal, progress: (share) => progress?.((sent + share * file.size) / bytes),
    });
    if (answer.status >= 300) throw new Refusal(answer.status, { error: "upload_missing" }, 0);
    sent += file.size;
    ids.push(place.upload);
  }
  return ids;
}

// nearby is an address of this very machine as the page was opened: a local
// service signs 127.0.0.1, where a person may have typed localhost.
function nearby(address) {
  const url = new URL(address);
  const local = (host) => ["localhost", "127.0.0.1", "[::1]"].includes(host);
  return local(url.hostname) && local(location.hostname) && url.port === location.port ? url.pathname + url.search : address;
}

export const signUp = (person) => call("POST", "members/create/", person);
export const logIn = (person) => call("POST", "members/login/", person);

// last asks for the end of the session. What is still underway is abandoned: its
// answer would be that nobody is logged in.
function last(method, path) {
  for (const abandon of [...underway]) abandon();
  return call(method, path);
}

export const logOut = () => last("POST", "members/logout/");
// enrolment is how far it has come, {days, of, next}: next is when another day may
// be added, null where there are enough. It is null before any.
export const enrolment = async () => (await call("GET", "authenticate/check_user/?enrolment=true")).enrolment ?? null;
export const enrol = (recordings, { mode, ...options } = {}) => withRecordings("authenticate/make_model/", recordings, { mode }, options);

// check asks with a nonce of its own, which every service takes and some demand.
// With proves the check is asked for as a proof of who it is. The recording keeps
// whether another day of enrolment would help: {days, of}.
export async function check(recording, options = {}, proves = false) {
  const { nonce } = await call("POST", "authenticate/challenge/", {}, options);
  const answer = await withRecordings("authenticate/check_user/", [recording], { nonce, prove: (proving || proves) && "true" }, options);
  if (answer.result === "true") proving = false;
  recording.anotherDay = answer.enrolment;
  return answer.result === "true";
}

// A log-in for another application: what is asked for, its steps, its end.
export const flow = (id) => call("GET", "openid/flow?" + new URLSearchParams({ flow: id }));
export const flowPassword = (id, username, password) => call("POST", "openid/password", { flow: id, username, password });
export const endFlow = (id, answer) => call("POST", "openid/flow", { flow: id, answer });
export const flowHandOff = (id) => call("POST", "openid/flow", { flow: id, answer: "hand_off" });
export const flowHeart = async (id, recording, nonce, options) =>
  (await withRecordings("openid/heart", [recording], { flow: id, nonce }, options)).result;

// inspect looks at a recording, or at the part of it that stands for it.
export function inspect({ files, rate, lead, parts = files }, signal) {
  const form = new FormData();
  if (rate) form.set("sampling_rate", rate);
  if (lead) form.set("lead", lead);
  for (const file of parts) form.append("data", file, "recording");
  return call("POST", "console/inspect/", form, { signal });
}

export const deleteModel = () => call("DELETE", "authenticate/model/");
// deleteSince removes what was added to the model at a time or later.
export const deleteSince = (time) => call("DELETE", `authenticate/model/?since=${encodeURIComponent(time.toISOString())}`);
export const consent = () => call("GET", "members/consent/");
export const giveConsent = (version) => call("POST", "members/consent/", { version });
export const withdrawConsent = () => call("DELETE", "members/consent/");
export const changePassword = (password, replacement) => call("POST", "members/password/", { password, new_password: replacement });
export const sessions = async () => (await call("GET", "members/sessions/")).sessions;
export const endSession = (session) => call("POST", "members/sessions/end/", { session });
export const recover = (lost) => call("POST", "members/recover/", lost);
export const recoveryCodes = () => call("GET", "members/recovery_codes/");
export const makeRecoveryCodes = async (password) => (await call("POST", "members/recovery_codes/", { password })).recovery_codes;
export const handOff = (page) => call("POST", "console/hand_off/", { page });
export const takeHandOff = (code) => call("POST", "console/hand_off/take/", { hand_off: code });
export const endSessions = () => last("DELETE", "members/sessions/");
// activity is a page of it and, but at its end, next: the name of the page after it.
export const activity = (after) => call("GET", "members/activity/" + (after ? "?after=" + after : ""));
export const exported = () => call("GET", "members/me/export/");
export const deleteAccount = (password) => call("DELETE", "members/me/", { password });

// sample fetches one of the recordings that come with the page.
export async function sample(name, signal) {
  const answer = await fetch("console/" + name, { signal }).catch((error) => {
    throw cancelled(error) ? error : new Unreachable();
  });
  if (!answer.ok) throw new Refusal(answer.status, { error: "not_found" }, 0);
  return answer.blob();
}
