// What /docs shows to copy in JavaScript, from "// sample: NAME" to "// end". It
// is run in a folder with recordings and sdk.mjs: tests/clients/run.sh does so.

// sample: quick-start
// curl -o sdk.mjs http://127.0.0.1:8080/sdk.js
// A page imports it from there, without a copy.
import { readFile } from "node:fs/promises";
import { Systole } from "./sdk.mjs";

const API = process.env.API ?? "http://127.0.0.1:8080";
const systole = new Systole(API);

// 1. Sign up. The client keeps the token.
await systole.signUp({ username: "hong-gil-dong", password: "tachy-cardia!", name: "홍길동" });

// 2. Enrol with an ECG of at least ten seconds, better thirty: a File, a Blob or bytes.
const enrolment = await readFile("enrolment.csv");
await systole.enrol(enrolment, { rate: 500 });

// 3. Is it them? Ask with another recording.
const probe = await readFile("probe.csv");
const answer = await systole.check(probe, { rate: 500 });
if (!answer.ok) console.log(answer.code, answer.message, answer.wait);
else console.log(answer.accepted ? "it is them" : "it is somebody else");

// 4. Log out.
await systole.logOut();
// end

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";

assert.ok(answer.accepted);
const must = (answer) => assert.ok(answer.ok, answer.code);
const [second, holter] = await Promise.all([readFile("second.csv"), readFile("holter.csv")]);
const file = enrolment;

let people = 0;
// member is a client of somebody who is signed up, and enrolled.
async function member() {
  const systole = new Systole(API);
  must(await systole.signUp({ username: `javascript-${++people}`, password: "tachy-cardia!", name: "Hong" }));
  must(await systole.enrol(enrolment, { rate: 500 }));
  return systole;
}

{
  // sample: signUp
  const answer = await systole.signUp({ username: "hong", password: "tachy-cardia!", name: "홍길동", age: 42 });
  if (answer.ok) console.log(answer.user, answer.token);
  else console.log(answer.code, answer.message); // such as username_taken
  // end
  must(answer);
}
{
  // sample: logIn
  const answer = await systole.logIn("hong", "tachy-cardia!");
  if (answer.ok) console.log(answer.user, answer.token);
  // end
  must(answer);
}
{
  // sample: inspect
  const answer = await systole.inspect(file, { rate: 500 });
  if (answer.ok) console.log(answer.format, answer.heart_rate, answer.enrolment.usable);
  // end
  must(answer);
}
{
  // sample: consent
  const answer = await systole.consent();
  if (answer.ok) console.log(answer.text, answer.consent);
  // end
  must(answer);
}
{
  const { current_version } = await systole.consent();
  // sample: giveConsent
  const answer = await systole.giveConsent(current_version);
  // end
  must(answer);
}
{
  // sample: makeModel
  const answer = await systole.enrol(file, { rate: 500, progress: (share) => console.log(share) });
  if (!answer.ok) console.log(answer.code, answer.message, answer.details.seconds_missing);
  // end
  must(answer);
}
{
  // sample: hasModel
  const answer = await systole.hasModel();
  if (answer.ok) console.log(answer.exists);
  // end
  assert.ok(answer.exists);
}
{
  // sample: getModel
  const answer = await systole.hasModel();
  if (answer.ok) console.log(answer.exists);
  // end
  assert.ok(answer.exists);
}
{
  const file = probe;
  // sample: checkUser
  const answer = await systole.check(file, { rate: 500 });
  if (answer.ok) console.log(answer.accepted ? "it is them" : "it is somebody else");
  else console.log(answer.code, answer.message);
  // end
  assert.ok(answer.accepted);
}
{
  // sample: challenge
  const answer = await systole.challenge();
  if (answer.ok) console.log(answer.nonce);
  // end
  must(answer);
}
{
  const file = holter;
  // sample: upload
  const answer = await systole.upload(file); // enrol and check do so by themselves
  if (answer.ok) console.log(answer.upload);
  // end
  must(answer);
}
{
  // sample: activity
  const answer = await systole.activity();
  if (answer.ok) for (const { at, event } of answer.activity) console.log(at, event);
  // end
  must(answer);
}
{
  // sample: listSessions
  const answer = await systole.sessions();
  if (answer.ok) for (const { id, used, current } of answer.sessions) console.log(id, used, current);
  // end
  must(answer);
}
{
  // sample: export
  const answer = await systole.export();
  if (answer.ok) console.log(JSON.stringify(answer, null, 2));
  // end
  must(answer);
}
{
  // sample: changePassword
  const answer = await systole.changePassword("tachy-cardia!", "brady-cardia!");
  // end
  must(answer);
}
{
  // sample: deleteModel
  const answer = await systole.deleteModel();
  // end
  must(answer);
}
{
  // sample: withdrawConsent
  const answer = await systole.withdrawConsent();
  // end
  must(answer);
}
{
  // sample: countRecoveryCodes
  const answer = await systole.recoveryCodes();
  if (answer.ok) console.log(answer.left);
  // end
  must(answer);
}
let codes;
{
  // sample: makeRecoveryCodes
  const answer = await systole.makeRecoveryCodes("brady-cardia!");
  if (answer.ok) for (const code of answer.recovery_codes) console.log(code); // to keep on paper: they come once
  // end
  must(answer);
  codes = answer.recovery_codes;
}
{
  // sample: endSession
  const answer = await systole.endSession("others"); // or the id of one
  // end
  must(answer);
}
{
  // sample: endSessions
  const answer = await systole.endSessions();
  // end
  must(answer);
}
{
  const code = codes[0];
  // sample: recoverPassword
  const answer = await systole.recover("hong", code, "brady-cardia!");
  if (answer.ok) await systole.logIn("hong", "brady-cardia!");
  // end
  must(answer);
}
must(await systole.logIn("hong", "brady-cardia!"));
{
  // sample: logOut
  const answer = await systole.logOut();
  // end
  must(answer);
}
must(await systole.logIn("hong", "brady-cardia!"));
{
  // sample: logOutByPost
  const answer = await systole.logOut();
  // end
  must(answer);
}
must(await systole.logIn("hong", "brady-cardia!"));
{
  // sample: deleteAccount
  const answer = await systole.deleteAccount("brady-cardia!");
  // end
  must(answer);
}
{
  // sample: publicKeys
  const { keys } = await (await fetch(API + "/.well-known/jwks.json")).json();
  console.log(keys.map((key) => key.kid));
  // end
  assert.ok(keys.length > 0);
}
{
  // sample: openapi
  const document = await (await fetch(API + "/openapi.json")).json();
  console.log(Object.keys(document.paths));
  // end
  assert.ok(document.paths);
}
{
  // sample: sdk
  await writeFile("sdk.mjs", await (await fetch(API + "/sdk.js")).text()); // or import it in a page
  // end
  assert.match(await readFile("sdk.mjs", "utf8"), /export class Systole/);
}
{
  // sample: console
  const page = await (await fetch(API + "/")).text();
  // end
  assert.match(page, /<!doctype html>/i);
}
{
  // sample: docs
  const page = await (await fetch(API + "/docs")).text();
  // end
  assert.match(page, /<!doctype html>/i);
}
{
  const systole = await member();
  const file = new Blob([holter]);
  // sample: large-files
  // What is larger than a request goes by upload. It can be cancelled.
  const stop = new AbortController();
  const answer = await systole.enrol(file, {
    rate: 500,
    progress: (share) => console.log(`${Math.round(100 * share)} %`),
    signal: stop.signal, // stop.abort() cancels
  });
  // end
  must(answer);
}
{
  const systole = await member();
  const record = async () => second;
  // sample: nonce
  const { nonce } = await systole.challenge();
  const recording = await record(); // afterwards: that is the point
  const answer = await systole.check(recording, { rate: 500, nonce });
  if (answer.code === "challenge_invalid") console.log("too late: draw another one, and record anew");
  // end
  assert.ok(answer.accepted);
}
{
  const systole = await member();
  const [file, today] = [second, probe];
  const before = new Date().toISOString();
  // sample: days
  const { enrolment } = await systole.check(file, { rate: 500 }); // there if another day would help
  if (enrolment) console.log(`day ${enrolment.days} of ${enrolment.of}`);

  const added = await systole.enrol(today, { rate: 500, add: true });
  if (added.code === "day_too_soon") console.log(added.message);

  const answer = await systole.deleteModel({ since: before }); // what was added then or later
  // end
  assert.deepEqual([enrolment, added.code], [undefined, "day_too_soon"]);
  must(answer);
}
{
  const systole = await member();
  const [file, order] = [probe, { nonce: "n-0S6_WzA2Mj" }];
  // sample: assertion
  const answer = await systole.check(file, { rate: 500, audience: "https://shop.example", audienceNonce: order.nonce });
  if (answer.ok && answer.accepted) console.log(answer.assertion); // for the shop, which verifies it
  // end
  assert.equal(answer.assertion.split(".").length, 3);
}
{
  const systole = await member();
  const file = enrolment;
  // sample: retries
  const answer = await systole.enrol(file, { rate: 500 });
  if (!answer.ok && answer.wait > 0) console.log(`again in ${answer.wait} s`);
  if (!answer.ok && answer.status === 0) console.log("no answer:", await systole.hasModel());
  // end
  must(answer);
}
