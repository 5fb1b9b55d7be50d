// The JavaScript SDK's way through the service and the faults in front of it. It
// prints the lines of ../walk.txt.
//
//	node tests/clients/javascript/walk.mjs BASE FILES
//
// TestTheSDKs of tests/contract/e2e makes both: BASE/FAULT is the service behind a
// fault.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { Systole } from "../../../shared/sdk/javascript/sdk.js";

const [base, folder] = argv.slice(2);
const file = (name) => readFileSync(join(folder, name));
const [enrolment, probe, second, other, brief] = ["enrolment.csv", "probe.csv", "second.csv", "other.csv", "brief.csv"].map(file);
const [largeEnrolment, largeProbe] = ["large-enrolment.csv", "large-probe.csv"].map(file);
const password = "tachy-cardia!";
const rate = 500;

const behind = (fault, settings) => new Systole(`${base}/${fault}`, { language: "en", ...settings });

// said returns an answer in the form of a line.
function said(answer, good = "ok") {
  if (answer.ok) return good;
  return `${answer.code}, ${answer.status}${answer.wait ? `, wait ${answer.wait > 5 ? "long" : answer.wait}` : ""}`;
}
const decided = (answer) => said(answer, answer.accepted ? "accepted" : "not accepted");
const line = (what, text) => console.log(`${what}: ${text}`);

let people = 0;
// member signs a person up, and enrols them unless told not to.
async function member(enrolled = true) {
  const systole = behind("none");
  await systole.signUp({ username: `javascript${++people}`, password, name: "Node" });
  if (enrolled) await systole.enrol(enrolment, { rate });
  return systole;
}

// watched checks that the progress only grows, and reaches the end.
function watched() {
  let last = 0, grew = true;
  return { progress: (share) => { grew &&= share >= last; last = share; }, done: () => (grew && last === 1 ? "all of it sent" : `sent ${last}`) };
}

const systole = behind("none");
const person = { username: "javascript", password, name: "Node" };
line("sign up", said(await systole.signUp(person)));
line("the name again", said(await behind("none").signUp(person)));
line("a wrong password", said(await behind("none").logIn("javascript", "brady-cardia!")));
line("log in", said(await systole.logIn("javascript", password)));
line("is there a model", (await systole.hasModel()).exists);
line("check without a model", said(await systole.check(probe, { rate })));
let sending = watched();
line("enrol", said(await systole.enrol(enrolment, { rate, progress: sending.progress }), `ok, ${sending.done()}`));
line("is there a model", (await systole.hasModel()).exists);
line("check", decided(await systole.check(probe, { rate })));
line("somebody else", decided(await systole.check(other, { rate })));
const short = await systole.check(brief, { rate });
line("a short recording", `${said(short)}, ${short.details.seconds_missing} s missing`);
const { nonce } = await systole.challenge();
line("with a nonce", decided(await systole.check(second, { rate, nonce })));
line("the nonce again", said(await systole.check(other, { rate, nonce })));
for (let failed = 1; failed <= 5; failed++) await systole.check(other, { rate: rate + failed }); // each another check
line("after five failures", said(await systole.check(other, { rate: rate + 6 })));
line("log out", said(await systole.logOut(), `ok, token ${systole.token}`));
line("is there a model", said(await systole.hasModel()));
line("nobody there", said(await new Systole("http://127.0.0.1:1").logIn("javascript", password)));

for (const fault of ["busy", "throttled", "request-lost", "answer-lost", "answer-cut", "page"]) {
  const { token } = await member();
  const faulty = behind(fault, { token });
  line(`${fault}, is there a model`, (await faulty.hasModel()).exists);
  line(`${fault}, check`, decided(await faulty.check(probe, { rate })));
  line(`${fault}, enrol`, said(await faulty.enrol(enrolment, { rate })));
  line(`${fault}, sign up`, said(await faulty.signUp({ username: `javascript-${fault}`, password, name: "Node" })));
}

const lost = await member();
const asked = await lost.challenge();
line("answer-lost, check with a nonce", said(await behind("answer-lost-once-more", { token: lost.token }).check(probe, { rate, nonce: asked.nonce })));

const portal = behind("portal", { token: lost.token });
line("something else answers a log-in", said(await portal.logIn("javascript", password)));
line("and a check", decided(await portal.check(probe, { rate })));
line("slow, is there a model", said(await behind("slow", { token: lost.token, timeout: 0.5 }).hasModel()));
line("slow, enrol", said(await behind("slow", { token: lost.token, timeout: 0.5 }).enrol(enrolment, { rate })));
line("cancelled", said(await behind("slow", { token: lost.token }).check(second, { rate, signal: AbortSignal.timeout(300) })));
line("cancelled between", said(await behind("always-busy", { token: lost.token }).check(second, { rate, signal: AbortSignal.timeout(300) })));
line("cancelled before", said(await behind("none", { token: lost.token }).check(second, { rate, signal: AbortSignal.abort() })));

for (const fault of ["none", "upload-cut", "upload-answer-lost", "upload-vanished"]) {
  const { token } = await member(false);
  const faulty = behind(fault, { token });
  sending = watched();
  const answer = await faulty.enrol(largeEnrolment, { rate, progress: sending.progress });
  line(`${fault}, enrol with a large file`, said(answer, fault === "none" ? `ok, ${sending.done()}` : "ok"));
  line(`${fault}, check with a large file`, decided(await faulty.check(largeProbe, { rate })));
}
line("upload-stuck, cancelled", said(await behind("upload-stuck", { token: lost.token }).enrol(largeEnrolment, { rate, signal: AbortSignal.timeout(1000) })));
line("too large for a function", decided(await behind("narrow", { token: (await member()).token }).check(probe, { rate })));
line("too large for the gateway", decided(await behind("narrower", { token: (await member()).token }).check(probe, { rate })));
line("larger than an upload", said(await lost.upload(new Blob(Array(14).fill(largeEnrolment)))));
