// Who somebody is: logging in and signing up, each in a form of its own that
// password managers know.

import * as api from "./api.js";
import { refuse, wordOf } from "./answer.js";
import { one, says, wait } from "./one.js";
import { say, tell } from "./words.js";

const at = (id) => document.getElementById(id);
const known = "systole-known"; // whether somebody logged in from this browser
export const { showForm } = globalThis.begun; // of the page itself
const recovery = at("recover-form");
const forms = { "sign-up": at("sign-up-form"), "log-in": at("log-in-form") };

// Where a refusal belongs, when not below the form.
const fieldOf = {
  username_taken: "username", username_invalid: "username",
  password_too_short: "password", password_too_long: "password", password_common: "password", password_like_username: "password",
  credentials_invalid: "password", recovery_invalid: "recovery_code", invalid_age: "age", invalid_name: "name",
};

// offerAccount wires the forms; entered(user) is called for who got in.
export function offerAccount(entered) {
  for (const [name, form] of Object.entries(forms)) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      enter(name, form, entered);
    });
    form.addEventListener("input", (event) => clearField(event.target));
  }
  at("lost").addEventListener("click", () => showRecovery(true));
  at("not-lost").addEventListener("click", () => showRecovery(false));
  recovery.addEventListener("submit", (event) => { event.preventDefault(); recover(entered); });
  recovery.addEventListener("input", (event) => clearField(event.target));
  says(at("recover"), () => say("setPassword"));
  says(at("sign-up"), () => say("signUp"));
  says(at("log-in"), () => say("logIn"));
  for (const eye of document.querySelectorAll("[data-eye]")) eye.addEventListener("click", () => see(eye));
}

export function focusForm() {
  const form = forms["log-in"].parentElement.hidden ? forms["sign-up"] : forms["log-in"];
  form.elements.username.focus();
  form.scrollIntoView({ block: "nearest" });
}

export function clearForms() {
  showRecovery(false, false);
  for (const form of [...Object.values(forms), recovery]) {
    form.reset();
    for (const input of form.elements) clearField(input);
    form.querySelector(".message")?.remove();
  }
  for (const eye of document.querySelectorAll("[data-eye]")) see(eye, false);
}

function see(eye, shown = at(eye.dataset.eye).type === "password") {
  at(eye.dataset.eye).type = shown ? "text" : "password";
  tell(eye, () => say(shown ? "hide" : "show"));
  tell(eye, () => say(shown ? "hidePassword" : "showPassword"), "aria-label");
}

// showRecovery shows how one gets back in without the password, in place of the
// log-in.
function showRecovery(shown, focus = true) {
  const [to, from] = shown ? [recovery, forms["log-in"]] : [forms["log-in"], recovery];
  if (to.hidden) to.elements.username.value = from.elements.username.value;
  to.hidden = false;
  from.hidden = true;
  if (focus) to.elements[to.elements.username.value ? 1 : 0].focus();
}

// recover sets a new password for a recovery code, and logs in with it.
async function recover(entered) {
  const button = at("recover");
  const { username, recovery_code: code, password } = recovery.elements;
  for (const input of [username, code, password]) {
    if (input.value === "") return complain(recovery, { word: "field_missing" }, input);
  }
  let done = false; // whether the code is used up
  try {
    const user = await one(button, "entering", async () => {
      await api.recover({ username: username.value, recovery_code: code.value, new_password: password.value });
      done = true;
      return api.logIn({ username: username.value, password: password.value });
    });
    if (!user) return;
    api.keepToken(user.token);
    clearForms();
    entered(user.user, "doneRecovered");
  } catch (error) {
    if (done) {
      showRecovery(false);
      return complain(forms["log-in"], error);
    }
    if (error.wait) wait(button, error.wait);
    complain(recovery, error, recovery.elements[fieldOf[wordOf(error)]]);
  }
}

async function enter(name, form, entered) {
  const button = at(name);
  const { username, password, name: called, age, gender } = form.elements;
  for (const input of [username, password]) {
    if (input.value === "") return complain(form, { word: "field_missing" }, input);
  }
  try {
    const user = await one(button, "entering", () => (name === "log-in"
      ? api.logIn({ username: username.value, password: password.value })
      : api.signUp({
        username: username.value, password: password.value, name: called.value.trim() || username.value.trim(),
        ...(age.value && { age: Number(age.value) }), ...(gender.value && { gender: gender.value }),
      })));
    if (!user) return;
    api.keepToken(user.token);
    localStorage.setItem(known, "1");
    clearForms();
    showForm("log-in");
    entered(user.user);
  } catch (error) {
    if (error.wait) wait(button, error.wait);
    const input = form.elements[fieldOf[wordOf(error)]];
    if (input && (input === age || input === called)) form.querySelector("details").open = true;
    complain(form, error, input);
  }
}

// complain says what is wrong below the field that it is about, else below the
// form.
function complain(form, error, input) {
  form.querySelector(".message")?.remove();
  for (const other of form.elements) clearField(other);
  const place = document.createElement("div");
  place.className = "message";
  place.id = `${form.id}-message`;
  (input?.closest(".field") ?? form).append(place);
  const acts = { again: () => form.requestSubmit() };
  const box = refuse(place, error, acts);
  if (error.word === "username_taken") offerLogIn(box);
  if (!input) return;
  input.setAttribute("aria-invalid", "true");
  input.dataset.described = input.getAttribute("aria-describedby") ?? "";
  input.setAttribute("aria-describedby", `${place.id}-more ${input.dataset.described}`.trim());
  input.focus({ preventScroll: true });
  if (error.word === "credentials_invalid") input.select();
}

function offerLogIn(box) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.addEventListener("click", () => { showForm("log-in"); forms["log-in"].elements.password.focus(); });
  box.querySelector(".row").append(tell(button, () => say("logInNow")));
}

function clearField(input) {
  if (!input.hasAttribute?.("aria-invalid")) return;
  input.removeAttribute("aria-invalid");
  if (input.dataset.described) input.setAttribute("aria-describedby", input.dataset.described);
  else input.removeAttribute("aria-describedby");
  input.form.querySelector(".message")?.remove();
}
