// Ten recovery codes, which are shown once: to copy, to print, or to keep as a
// file.

import { say, tell, when } from "./words.js";

// show puts the codes into a place.
export function show(place, codes) {
  const made = new Date();
  const list = document.createElement("ol");
  list.className = "codes";
  list.dataset.own = "";
  list.append(...codes.map((code) => Object.assign(document.createElement("li"), { textContent: code })));
  const said = document.createElement("p");
  said.className = "hint";
  said.setAttribute("role", "status");
  const row = document.createElement("div");
  row.className = "row";
  const acts = {
    copyCodes: async () => {
      const copied = await navigator.clipboard?.writeText(codes.join("\n")).then(() => true, () => false);
      if (!copied) getSelection().selectAllChildren(list);
      tell(said, () => say(copied ? "copied" : "copyByHand"));
    },
    printCodes: () => print(codes, made),
    downloadCodes: () => download(text(codes, made)),
  };
  for (const [word, act] of Object.entries(acts)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.id = word;
    button.addEventListener("click", act);
    row.append(tell(button, () => say(word)));
  }
  place.replaceChildren(tell(document.createElement("p"), () => say("codesWarn")), list, row, said);
}

const title = (made) => `${say("recoveryCodes")} · Systole · ${location.host} · ${when(made)}`;
const text = (codes, made) => `${[title(made), say("codesUse"), "", ...codes].join("\n")}\n`;

function print(codes, made) {
  document.getElementById("sheet")?.remove();
  const sheet = document.createElement("section");
  sheet.id = "sheet";
  const list = document.createElement("ol");
  list.className = "codes";
  list.append(...codes.map((code) => Object.assign(document.createElement("li"), { textContent: code })));
  sheet.append(tell(document.createElement("h2"), () => title(made)), tell(document.createElement("p"), () => say("codesUse")), list);
  document.body.append(sheet);
  addEventListener("afterprint", () => sheet.remove(), { once: true });
  window.print();
}

function download(content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "text/plain" }));
  link.download = "systole-recovery-codes.txt";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
