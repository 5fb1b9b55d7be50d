// The page: from who somebody is, over a recording, to the answer.

import * as api from "./api.js";
import { drawBeats, redrawBeats } from "./beats.js";
import { drawCoach } from "./coach.js";
import { offerLive, translateLive } from "./live.js";
import { offerMine, showMine } from "./mine.js";
import { drawQuality, markWindow } from "./quality.js";
import { Trace } from "./trace.js";
import { say, switchLanguage, translate } from "./words.js";

const at = (id) => document.getElementById(id);
const trace = new Trace(at("trace"), markWindow);
const samples = [
  { file: "person_01_enrolment.csv", word: "sampleFirst" },
  { file: "person_01_probe.csv", word: "sampleAgain" },
  { file: "person_04_probe.csv", word: "sampleOther" },
];

let recording = null; // {file, rate, label}
let seen = null; // how the service sees it
let username = sessionStorage.getItem("systole-username") ?? "";

function drawText() {
  translate();
  translateLive();
  at("theme").textContent = say(dark() ? "themeToLight" : "themeToDark");
  at("samples").replaceChildren(...samples.map(({ file, word }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = say(word);
    button.addEventListener("click", async () => choose({ file: await api.sample(file), rate: 500, label: say(word) }));
    return button;
  }));
  drawSeen();
}

function drawSeen() {
  at("trace-text").textContent = seen
    ? say("traceText", { seconds: Math.round(seen.seconds), beats: seen.beats_found, rate: seen.heart_rate })
    : say("traceEmpty");
  at("trace").setAttribute("aria-label", say("trace"));
  drawQuality(seen, (from, to) => trace.view(from, to));
  if (seen) trace.paper();
  drawBeats(seen);
  drawCoach(seen);
  offer();
}

// offer says what can be done now.
function offer() {
  const ready = recording !== null && api.loggedIn();
  at("enrol").disabled = at("check").disabled = !ready;
  at("chosen").textContent = recording === null ? say("nothingChosen")
    : say(ready ? "chosen" : "logInFirst", { file: recording.label });
}

// choose looks at a recording. live leaves the trace to the one who records.
async function choose(next, live = false) {
  recording = next;
  if (!live) answer();
  try {
    seen = await api.inspect(recording);
    if (!live) trace.show(seen.samples, seen.rate_hz, seen.r_peaks);
    drawSeen();
  } catch (error) {
    if (live) return; // too short yet
    seen = null;
    drawSeen();
    refuse(error);
  }
}

function answer(kind, mark, title, more) {
  if (!kind) return at("answer").replaceChildren();
  const box = document.createElement("div");
  box.className = "verdict " + kind;
  const sign = document.createElement("span");
  sign.className = "mark";
  sign.ariaHidden = "true";
  sign.textContent = mark;
  const text = document.createElement("span");
  const strong = document.createElement("b");
  strong.textContent = title;
  text.append(strong, more);
  box.append(sign, text);
  at("answer").replaceChildren(box);
}

function refuse(error) {
  answer("no", "!", say("refused"), error instanceof api.Refusal ? error.message : say("offline"));
}

async function drawAccount() {
  const inside = api.loggedIn();
  at("account-form").hidden = inside;
  at("signed-in").hidden = !inside;
  offer();
  if (inside) {
    at("account-name").textContent = username;
    const enrolled = await api.hasModel();
    at("enrolled").textContent = say(enrolled ? "enrolled" : "notEnrolled");
    at("enrolled").classList.toggle("none", !enrolled);
  }
  await showMine();
}

// changed draws what may be another account, or none any more.
const changed = () => drawAccount().catch(async (error) => {
  if (api.loggedIn()) return refuse(error);
  await drawAccount();
});

async function enter(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  const [name, password] = [form.get("username"), form.get("password")];
  try {
    const entered = event.submitter.value === "login" ? await api.logIn({ username: name, password })
      : await api.signUp({ username: name, password, name: form.get("name") || name });
    api.keepToken(entered.token);
    username = entered.user.name;
    sessionStorage.setItem("systole-username", username);
    event.target.reset();
    answer();
  } catch (error) {
    refuse(error);
  }
  await changed();
}

const ask = (act) => async () => {
  try {
    await act();
  } catch (error) {
    refuse(error);
  }
  await changed();
};

const enrol = ask(async () => {
  await api.enrol(recording);
  answer("yes", "♥", say("saved"), say("savedMore"));
});

const check = ask(async () => {
  if (await api.check(recording)) answer("yes", "♥", say("itIs"), say("itIsMore"));
  else answer("no", "✕", say("itIsNot"), say("itIsNotMore"));
});

const logOut = ask(async () => {
  await api.logOut();
  api.keepToken(null);
  answer();
});

const dark = () => {
  const chosen = document.documentElement.style.colorScheme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

function redraw() {
  at("theme").textContent = say(dark() ? "themeToLight" : "themeToDark");
  trace.redraw();
  redrawBeats();
}

function wire() {
  at("account-form").addEventListener("submit", enter);
  at("log-out").addEventListener("click", logOut);
  at("enrol").addEventListener("click", enrol);
  at("check").addEventListener("click", check);
  at("file").addEventListener("change", () => at("file").files.length > 0 && chooseFile(at("file").files[0]));
  at("drop").addEventListener("dragover", (event) => { event.preventDefault(); at("drop").classList.add("over"); });
  at("drop").addEventListener("dragleave", () => at("drop").classList.remove("over"));
  at("drop").addEventListener("drop", (event) => {
    event.preventDefault();
    at("drop").classList.remove("over");
    if (event.dataTransfer.files.length > 0) chooseFile(event.dataTransfer.files[0]);
  });
  at("zoom-in").addEventListener("click", () => trace.zoom(0.6));
  at("zoom-out").addEventListener("click", () => trace.zoom(1 / 0.6));
  at("zoom-paper").addEventListener("click", () => trace.paper());
  at("zoom-all").addEventListener("click", () => trace.all());
  at("theme").addEventListener("click", () => {
    document.documentElement.style.colorScheme = dark() ? "light" : "dark";
    redraw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  at("language").addEventListener("click", () => { switchLanguage(); drawText(); changed(); });
  offerLive((live, rateHz) => trace.show(live, rateHz, [], true), choose);
  offerMine(changed);
}

const chooseFile = (file) => choose({ file, rate: at("rate").value || null, label: file.name });

wire();
drawText();
changed();
