// The JavaScript SDK's way through three days of enrolment and their undo. It prints the
// lines of ../days.txt.
//
//	node tests/clients/javascript/days.mjs BASE FILES
//
// TestTheSDKsOverDays of tests/contract/e2e makes both: BASE/N is the service on day N.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { Systole } from "../../../shared/sdk/javascript/sdk.js";

const [base, folder] = argv.slice(2);
const [enrolment, probe, second, other] = ["enrolment.csv", "probe.csv", "second.csv", "other.csv"].map((name) => readFileSync(join(folder, name)));
const password = "tachy-cardia!";
const rate = 500;

const said = (answer, good = "ok") => (answer.ok ? good : `${answer.code}, ${answer.status}`);
const another = ({ enrolment: days }) => (days ? `day ${days.days} of ${days.of}` : "no other day");
const line = (what, text) => console.log(`${what}: ${text}`);

// on is the service on a day, and a log-in there.
async function on(day) {
  const systole = new Systole(`${base}/${day}`, { language: "en" });
  const answer = await systole.logIn("javascript", password);
  line(`day ${day}, log in`, said(answer, another(answer)));
  return systole;
}

let systole = new Systole(`${base}/1`, { language: "en" });
line("day 1, sign up", said(await systole.signUp({ username: "javascript", password, name: "Node" })));
line("day 1, add to no model", said(await systole.enrol(enrolment, { rate, add: true })));
line("day 1, enrol", said(await systole.enrol(enrolment, { rate })));
systole = await on(1);
line("day 1, add a day", said(await systole.enrol(second, { rate, add: true })));

systole = await on(2);
const checked = await systole.check(probe, { rate });
line("day 2, check", said(checked, `${checked.accepted}, ${another(checked)}`));
line("day 2, somebody else", said(await systole.check(other, { rate })));
line("day 2, add a used recording", said(await systole.enrol(probe, { rate, add: true })));
line("day 2, add a day", said(await systole.enrol(second, { rate, add: true })));
await on(2);

systole = await on(3);
line("day 3, remove since no day", said(await systole.deleteModel({ since: "yesterday" })));
line("day 3, remove since day 2", said(await systole.deleteModel({ since: "2026-03-02" })));
await on(3);
line("day 3, check with what was removed", said(await systole.check(second, { rate })));
line("day 3, remove since a time", said(await systole.deleteModel({ since: "2026-03-01T18:00:00+09:00" })));
line("day 3, is there a model", (await systole.hasModel()).exists);
line("day 3, remove since day 2", said(await systole.deleteModel({ since: "2026-03-02" })));
