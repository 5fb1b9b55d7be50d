// What the page answers, where the person acted: a box with what happened, what
// it means, and the next step as a button. It is brought into view and has focus,
// so that it is seen, and spoken.

import { advise, knows, language, refusal, say, tell } from "./words.js";

// answer puts a box into a place. kind is yes, no or oops; title and more are
// functions; steps are {word, act}. inPlace leaves the focus where it is.
export function answer(place, { kind, mark, title, more = [], steps = [], beat, inPlace = false }) {
  const box = document.createElement("div");
  box.className = `verdict ${kind}`;
  box.tabIndex = -1;
  box.setAttribute("role", "group");
  const sign = document.createElement("span");
  sign.className = "mark";
  sign.ariaHidden = "true";
  sign.textContent = mark ?? { yes: "♥", no: "✕", oops: "!" }[kind];
  const heading = document.createElement("h3");
  heading.id = `${place.id}-title`;
  if (place.id === "notice") heading.ariaLevel = "2"; // nothing but the page's name is above it
  tell(heading, title);
  const text = document.createElement("div");
  text.id = `${place.id}-more`;
  text.append(heading, ...[more].flat().map((sentence) => tell(document.createElement("p"), sentence)));
  const row = document.createElement("div");
  row.className = "row";
  row.append(...steps.map(({ word, act }, nth) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = nth > 0 || kind !== "oops" ? "quiet" : "";
    button.addEventListener("click", act);
    return tell(button, () => say(word));
  }));
  box.setAttribute("aria-labelledby", text.id);
  box.append(sign, text, row);
  if (beat) box.append(beat);
  place.replaceChildren(box);
  if (inPlace) box.setAttribute("role", "status"); else box.focus({ preventScroll: true });
  box.scrollIntoView({ block: "nearest" });
  return box;
}

export const clear = (place) => place.replaceChildren();

// wordOf is what to say of an error. Some words of the service stand for several
// things that a person would tell apart.
export function wordOf(error) {
  const { field, kind = "" } = error.params ?? {};
  if (error.word === "recording_unsupported") {
    const known = [error.kind, kind, kind.split("_")[0]].find((k) => knows(`unsupported_${k}`));
    return known ? `unsupported_${known}` : error.word;
  }
  if (error.word === "field_invalid" && knows(`invalid_${field}`)) return `invalid_${field}`;
  return error.word ?? "unknown";
}

// saying returns title and sentence for an error. What this page has no words for
// is said as the service says it, as long as that is in the right language.
export function saying(error) {
  const word = wordOf(error);
  const then = language();
  const seconds = error.params?.seconds_missing;
  return {
    title: () => refusal(word).title,
    more: () => {
      const better = !knows(word) || (word === "recording_unsupported" && error.params?.kind);
      if (better && error.said && language() === then) return error.said;
      return (seconds > 0 && ["too_short", "too_few_beats"].includes(word) ? say("tooShortFor", { n: Math.ceil(seconds) }) + " " : "") + refusal(word, error.params).more;
    },
  };
}

// refuse answers with what went wrong. acts has what can be done, by the names
// of refusals' steps.
const stepWords = { again: "tryAgain", other: "chooseOther", rate: "setRate", logIn: "logInNow", consent: "agreeAndGo", reload: "tryAgain" };
export function refuse(place, error, acts = {}, options = {}) {
  if (!error.word) console.error(error); // a fault of this page's own
  const all = { reload: () => location.reload(), ...acts };
  const steps = refusal(wordOf(error)).steps.filter((step) => all[step]).map((step) => ({ word: stepWords[step], act: all[step] }));
  return answer(place, { kind: "oops", steps, ...saying(error), ...options });
}

// unusable answers that a recording can't serve, by the reason for it.
export const unusable = (place, verdict, acts, options) =>
  refuse(place, { word: verdict.reason, params: { seconds_missing: verdict.seconds_missing } }, acts, options);

export const reasonText = (reason) => say("unusableFor", { reason: say(reason), advice: advise(reason) });

// notice says something that belongs to no place, until it is closed or
// something else is said.
export function notice(key) {
  const place = document.getElementById("notice");
  place.replaceChildren();
  if (!key) return;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.addEventListener("click", () => notice(null));
  place.append(tell(document.createElement("p"), () => say(key)), tell(close, () => say("close")));
  place.scrollIntoView({ block: "nearest" });
}

// sure asks before something is lost; true for yes.
export function sure(name) {
  const dialog = document.getElementById("sure");
  const at = (id) => document.getElementById(id);
  tell(at("sure-title"), () => say(name));
  tell(at("sure-more"), () => say(`${name}More`));
  tell(at("sure-yes"), () => say(`${name}Do`));
  return new Promise((resolve) => {
    let yes = false;
    at("sure-yes").onclick = () => { yes = true; dialog.close(); };
    at("sure-no").onclick = () => dialog.close();
    dialog.onclose = () => resolve(yes);
    dialog.showModal();
    at("sure-no").focus();
  });
}
