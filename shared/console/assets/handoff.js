// Going on on a phone, which has the strap or the files: a QR code opens the console
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

// ofSession is what the console hands over: make() asks for a code, and look(came)
// says whether the phone has come, is "open", or "done" and gone again.
export function ofSession() {
  let before; // sessions that aren't the phone's
  return {
    make: async () => {
      before = new Set((await api.sessions()).map((s) => s.id));
      return api.handOff(location.origin + location.pathname);
    },
    look: async (came) => {
      const sessions = await api.sessions();
      const own = sessions.find((s) => s.current);
      if (sessions.some((s) => s.handed_by === own?.id && !before.has(s.id))) return "open";
      return came ? "done" : "waiting";
    },
    ended: () => !api.loggedIn(),
  };
}

// ofFlow is what a log-in for another application hands over. The phone isn't seen
// there: finished(state of the flow) says whether its step is done.
export const ofFlow = (id, finished) => ({
  make: () => api.flowHandOff(id),
  look: async () => (finished(await api.flow(id)) ? "done" : "waiting"),
  unseen: true,
});

// handOff shows the code of what is handed over until it is closed. done(close) is
// called when the phone has finished.
export function handOff(what, done) {
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
  const view = { what, dialog, picture, state, message, fresh, done };
  fresh.addEventListener("click", () => begin(view));
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { clearTimeout(view.timer); dialog.remove(); });
  dialog.showModal();
  begin(view);
}

async function begin(view) {
  const { what, picture, state, message, fresh } = view;
  clearTimeout(view.timer);
  message.replaceChildren();
  fresh.hidden = true;
  try {
    const { rows, expires_in: seconds } = await what.make();
    picture.replaceChildren(drawn(rows));
    if (["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)) {
      picture.append(tell(element("p", { className: "hint" }), () => say("handOffLocal", { host: location.host })));
    }
    tell(state, () => say("handOffWaiting"));
    view.timer = setTimeout(() => look(view, Date.now() + 1000 * seconds, false), every);
  } catch (error) {
    fail(view, error);
  }
}

// look looks whether the phone has come, or has finished.
async function look(view, until, came) {
  const { what, dialog, picture, state, fresh, done } = view;
  try {
    const now = await what.look(came);
    if (!dialog.open) return;
    if (now === "open" && !came) {
      picture.replaceChildren();
      tell(state, () => say("handOffOpen"));
    }
    if (now === "done") {
      picture.replaceChildren();
      tell(state, () => say("handOffDone"));
      return done(() => dialog.close());
    }
    if (now === "waiting" && Date.now() >= until) {
      picture.replaceChildren();
      tell(state, () => say(what.unseen ? "handOffOldOrThere" : "handOffOld"));
      fresh.hidden = false;
      if (!what.unseen) return;
    }
    view.timer = setTimeout(() => look(view, until, now === "open"), every);
  } catch (error) {
    if (dialog.open) fail(view, error);
  }
}

function fail(view, error) {
  if (view.what.ended?.()) return view.dialog.close(); // and the page says why
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
