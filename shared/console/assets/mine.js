// What a person may ask for: consent, sessions, activity, export, deletion.

import * as api from "./api.js";
import { say, when } from "./words.js";

const at = (id) => document.getElementById(id);
let version = "";

// showMine reads and shows everything.
export async function showMine() {
  at("mine").hidden = !api.loggedIn();
  if (!api.loggedIn()) return;
  const [consent, sessions, activity] = await Promise.all([api.consent(), api.sessions(), api.activity()]);
  version = consent.current_version;
  at("consent-text").textContent = consent.text;
  at("consent-state").textContent = consentState(consent.consent);
  const holds = consent.consent !== null && consent.consent.withdrawn === null;
  at("consent-give").hidden = holds;
  at("consent-withdraw").hidden = !holds;
  list("sessions", sessions.map((s) => say("sessionOf", { issued: when(s.issued), used: when(s.used) }) + (s.current ? ` · ${say("thisOne")}` : "")));
  list("activity", activity.map((e) => `${when(e.at)} · ${say(e.event)}`));
}

function consentState(consent) {
  if (consent === null) return say("consentNone");
  if (consent.withdrawn !== null) return say("consentWithdrawn", { date: when(consent.withdrawn) });
  return say("consentGiven", { date: when(consent.given) });
}

function list(id, lines) {
  at(id).replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
}

// offerMine wires the buttons; changed() is called when the account is another.
export function offerMine(changed) {
  const does = (id, event, act) => at(id).addEventListener(event, async (e) => {
    e.preventDefault();
    try {
      at("mine-answer").textContent = (await act(e))?.detail ?? "";
    } catch (error) {
      at("mine-answer").textContent = error instanceof api.Refusal ? error.message : say("offline");
    }
    await changed();
  });
  does("consent-give", "click", () => api.giveConsent(version));
  does("consent-withdraw", "click", () => api.withdrawConsent());
  does("export", "click", download);
  does("delete-model", "click", () => api.deleteModel());
  does("end-sessions", "click", async () => ended(await api.endSessions()));
  does("delete-form", "submit", async (e) => ended(await api.deleteAccount(new FormData(e.target).get("password"))));
}

function ended(answer) {
  api.keepToken(null);
  at("delete-form").reset();
  return answer;
}

async function download() {
  const everything = await api.exported();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(everything, null, 1)], { type: "application/json" }));
  link.download = "systole.json";
  link.click();
  URL.revokeObjectURL(link.href);
}
