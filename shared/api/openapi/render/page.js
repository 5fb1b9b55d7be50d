// What the page does beyond being read: copy, keep the language, try an operation
// with the token of the console's session.
"use strict";

const kept = "systole-docs-language";
const languages = document.querySelectorAll("[name=language]");
for (const radio of languages) {
  radio.checked = radio.value === (localStorage.getItem(kept) || "curl");
  radio.addEventListener("change", () => localStorage.setItem(kept, radio.value));
}

for (const block of document.querySelectorAll("pre.code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  block.after(button);
}

// On a phone what is long begins folded.
const narrow = matchMedia("(max-width: 60rem)").matches;
const menu = document.querySelector("nav details");
for (const details of narrow ? [menu, ...document.querySelectorAll("details.part, details.whole")] : []) details.open = false;
menu.addEventListener("click", (event) => { if (narrow && event.target.closest("a")) menu.open = false; });

// What an address names is shown, however deep it lies.
function unfold() {
  const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!named) return;
  if (named.matches("article")) named.querySelector("details.whole").open = true;
  for (let at = named; at; at = at.parentElement) if (at.matches("details")) at.open = true;
  named.scrollIntoView();
}
addEventListener("hashchange", unfold);
unfold();

const filter = document.getElementById("filter");
filter.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  for (const item of document.querySelectorAll("nav li")) item.hidden = !item.textContent.toLowerCase().includes(wanted);
});

const token = () => sessionStorage.getItem("systole-token");
document.getElementById("whose").textContent = token()
  ? "Your session of the console is used." : "No session: log in at the console in this tab, or sign up by the first operation.";

for (const form of document.querySelectorAll("form.try")) form.addEventListener("submit", (event) => { event.preventDefault(); send(form); });

async function send(form) {
  const shown = form.querySelector("output");
  const button = form.querySelector("button");
  const { method, path, file } = form.dataset;
  const headers = { "Accept-Language": "en" };
  if (token()) headers.Authorization = "Token " + token();
  let body;
  if (file) {
    body = new FormData();
    for (const input of form.elements) if (input.name && input.value && !("query" in input.dataset)) body.append(input.name, input.type === "file" ? input.files[0] : input.value);
  } else if (form.elements.body) {
    headers["Content-Type"] = "application/json";
    body = form.elements.body.value;
  }
  button.disabled = true;
  shown.textContent = "…";
  const began = performance.now();
  try {
    const query = new URLSearchParams([...form.querySelectorAll("[data-query]")].filter((input) => input.value).map((input) => [input.name, input.value]));
    const answer = await fetch(path.slice(1) + (query.size > 0 ? `?${query}` : ""), { method, headers, body });
    const text = await answer.text();
    const read = pretty(text);
    if (answer.ok && read.token) sessionStorage.setItem("systole-token", read.token);
    const retry = answer.headers.get("Retry-After");
    shown.textContent = `${answer.status}, ${Math.round(performance.now() - began)} ms${retry ? `, Retry-After: ${retry}` : ""}\n${read.text.slice(0, 5000)}`;
  } catch {
    shown.textContent = "The service can't be reached.";
  } finally {
    button.disabled = false;
  }
}

function pretty(text) {
  try {
    const read = JSON.parse(text);
    return { text: JSON.stringify(read, null, 2), token: read.token };
  } catch {
    return { text };
  }
}
