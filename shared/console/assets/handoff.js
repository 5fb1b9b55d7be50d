// Going on on a phone, which has the strap or the files: a QR code opens this page
// there with a code that is exchanged once. The token stays here.

import * as api from "./api.js";
import { refuse } from "./answer.js";
import { say, silence, tell } from "./words.js";

const every = 2500; // milliseconds between two looks at whether the phone has come
const quiet = 4; // modules of white around the code, as ISO/IEC 18004 asks for
const svg = "http://www.w3.org/2000/svg";

function element(name, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
}

// handOff shows the code until it is closed. done() is called when the phone has
// finished.
export function handOff(done) {
  const title = tell(element("h2", { id: "hand-off-title" }), () => say("handOff"));
  const how = tell(element("p", { id: "hand-off-how" }), () => say("handOffHow"));
  const picture = element("div", { id: "hand-off-picture" });
  const state = element("p", { id: "hand-off-state", role: "status" });
  const message = element("div", { id: "hand-off-message" });
  const fresh = tell(element("button", { type: "button", className: "quiet", hidden: true }), () => say("handOffNew"));
  const close = tell(element("button", { type: "button", id: "hand-off-close" }), () => say("close"));
  const dialog = element("dialog", { id: "hand-off-dialog" }, title, how, picture, state, message, element("div", { className: "row" }, fresh, close));
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.setAttribute("aria-describedby", how.id);
  document.body.append(dialog);
  const view = { dialog, picture, state, message, fresh, done };
  fresh.addEventListener("click", () => begin(view));
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { clearTimeout(view.timer); dialog.remove(); });
  dialog.showModal();
  begin(view);
}

async function begin(view) {
  const { picture, state, message, fresh } = view;
  message.replaceChildren();
  fresh.hidden = true;
  try {
    const before = new Set((await api.sessions()).map((s) => s.id));
    const { rows, expires_in: seconds } = await api.handOff(location.origin + location.pathname);
    picture.replaceChildren(drawn(rows));
    if (["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)) {
      picture.append(tell(element("p", { className: "hint" }), () => say("handOffLocal", { host: location.host })));
    }
    tell(state, () => say("handOffWaiting"));
    view.timer = setTimeout(() => look(view, before, Date.now() + 1000 * seconds, false), every);
  } catch (error) {
    fail(view, error);
  }
}

// look looks whether the phone has come, or has gone again. A session of before isn't
// the phone's.
async function look(view, before, until, came) {
  const { dialog, picture, state, fresh, done } = view;
  const again = (now) => { view.timer = setTimeout(() => look(view, before, until, now), every); };
  try {
    const sessions = await api.sessions();
    if (!dialog.open) return;
    const own = sessions.find((s) => s.current);
    const there = sessions.some((s) => s.handed_by === own?.id && !before.has(s.id));
    if (there && !came) {
      picture.replaceChildren();
      tell(state, () => say("handOffOpen"));
    }
    if (there || (!came && Date.now() < until)) return again(there || came);
    picture.replaceChildren();
    tell(state, () => say(came ? "handOffDone" : "handOffOld"));
    fresh.hidden = came;
    if (came) done();
  } catch (error) {
    if (dialog.open) fail(view, error);
  }
}

function fail(view, error) {
  if (!api.loggedIn()) return view.dialog.close(); // and the page says why
  view.picture.replaceChildren();
  silence(view.state);
  refuse(view.message, error, { again: () => begin(view) });
}

// drawn is the code as a picture: dark on white in every colour scheme, as cameras
// want it.
function drawn(rows) {
  const size = rows.length + 2 * quiet;
  const picture = document.createElementNS(svg, "svg");
  picture.setAttribute("viewBox", `0 0 ${size} ${size}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("class", "qr");
  picture.setAttribute("shape-rendering", "crispEdges");
  tell(picture, () => say("handOffPicture"), "aria-label");
  const path = document.createElementNS(svg, "path");
  path.setAttribute("d", rows.map((row, y) => [...row].map((dark, x) => (dark === "1" ? `M${x + quiet} ${y + quiet}h1v1h-1z` : "")).join("")).join(""));
  picture.append(path);
  return picture;
}
