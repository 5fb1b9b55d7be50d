// The service, as this page calls it. Addresses are relative: behind API Gateway
// the page lies below the name of a stage.

import { language } from "./words.js";

const kept = "systole-token";
let token = sessionStorage.getItem(kept);

// Refusal is an answer that is not a success; its message is a sentence for the
// person.
export class Refusal extends Error {
  constructor(status, body) {
    super(body.detail);
    this.status = status;
    this.word = body.error;
  }
}

export const loggedIn = () => token !== null;

export function keepToken(value) {
  token = value;
  if (value === null) sessionStorage.removeItem(kept);
  else sessionStorage.setItem(kept, value);
}

async function call(method, path, body) {
  const headers = { "Accept-Language": language() };
  if (token !== null) headers.Authorization = "Token " + token;
  if (body !== undefined && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  const answer = await fetch(path, { method, headers, body });
  const read = await answer.json();
  if (answer.ok) return read;
  if (answer.status === 401) keepToken(null);
  throw new Refusal(answer.status, read);
}

function upload(path, recording) {
  const form = new FormData();
  if (recording.rate) form.set("sampling_rate", recording.rate);
  form.set("data", recording.file, "recording");
  return call("POST", path, form);
}

export const signUp = (person) => call("POST", "members/create/", person);
export const logIn = (person) => call("POST", "members/login/", person);
export const logOut = () => call("POST", "members/logout/");
export const hasModel = async () => (await call("GET", "authenticate/check_user/")).code === 200;
export const inspect = (recording) => upload("console/inspect/", recording);
export const enrol = (recording) => upload("authenticate/make_model/", recording);
export const check = async (recording) => (await upload("authenticate/check_user/", recording)).result === "true";
export const deleteModel = () => call("DELETE", "authenticate/model/");
export const consent = () => call("GET", "members/consent/");
export const giveConsent = (version) => call("POST", "members/consent/", { version });
export const withdrawConsent = () => call("DELETE", "members/consent/");
export const sessions = async () => (await call("GET", "members/sessions/")).sessions;
export const endSessions = () => call("DELETE", "members/sessions/");
export const activity = async () => (await call("GET", "members/activity/")).activity;
export const exported = () => call("GET", "members/me/export/");
export const deleteAccount = (password) => call("DELETE", "members/me/", { password });

// sample fetches one of the recordings that come with the page.
export async function sample(name) {
  const answer = await fetch("console/" + name);
  return answer.blob();
}
