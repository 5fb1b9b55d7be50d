// What the page does before its other scripts have come, written into the page
// itself: the theme, the two forms, and to keep what is asked for meanwhile.
globalThis.begun = (() => {
  const at = (id) => document.getElementById(id);
  const theme = localStorage.getItem("systole-theme");
  if (theme) document.documentElement.style.colorScheme = theme;

  // showForm shows one of the two, keeps what was typed, and returns its tab.
  function showForm(name) {
    const other = name === "log-in" ? "sign-up" : "log-in";
    const [to, from] = [at(`${name}-form`), at(`${other}-form`)];
    if (to.parentElement.hidden && from.elements.username.value) to.elements.username.value = from.elements.username.value;
    to.parentElement.hidden = false;
    from.parentElement.hidden = true;
    for (const key of [name, other]) {
      at(`tab-${key}`).setAttribute("aria-selected", String(key === name));
      at(`tab-${key}`).tabIndex = key === name ? 0 : -1;
    }
    return at(`tab-${name}`);
  }
  for (const name of ["sign-up", "log-in"]) {
    at(`tab-${name}`).addEventListener("click", () => showForm(name));
    at(`tab-${name}`).addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
      event.preventDefault();
      showForm(name === "log-in" ? "sign-up" : "log-in").focus();
    });
  }
  at("signed-out").hidden = sessionStorage.getItem("systole-token") !== null;
  showForm(localStorage.getItem("systole-known") ? "log-in" : "sign-up");

  // The last button that was pressed is busy until ready() is called, and then done.
  let held = null;
  function hold(event) {
    const button = event.submitter ?? event.target.closest("button:not([role=tab], [type=submit])");
    if (!button) return;
    event.preventDefault();
    held?.removeAttribute("aria-busy");
    held = button;
    held.setAttribute("aria-busy", "true");
  }
  for (const kind of ["submit", "click"]) addEventListener(kind, hold, true);
  function ready() {
    for (const kind of ["submit", "click"]) removeEventListener(kind, hold, true);
    held?.removeAttribute("aria-busy");
    if (held?.type === "submit") held.form.requestSubmit(held);
    else held?.click();
    held = null;
    performance.mark("done");
  }
  performance.mark("begun");
  return { showForm, ready };
})();
