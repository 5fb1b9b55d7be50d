// A person at an application that has a page for everybody who is logged in and
// another for whom the heart is needed.
//
//	node tests/clients/openid/walk.mjs SERVICE RECORDINGS APPLICATION USERNAME [PAGE SAFE]

import { argv } from "node:process";
import { Person } from "./person.mjs";

const [service, folder, application, username, home = "/", safe = "/safe"] = argv.slice(2);
const person = await new Person(service, folder, username, ["person_04_probe", "person_01_probe"]).enrol("person_01_enrolment");

// Goes to a page of the application's, and on until there is no further.
async function visit(page) {
  const { steps, status, body, refused, url } = await person.visit(new URL(page, application).href, "nowhere");
  const answer = refused ? `refused: ${refused.result ?? refused.error}` : `${status} ${(body ?? url).trim().split("\n")[0].slice(0, 80)}`;
  console.log(`${page}: ${steps.join(", ") || "no step"}: ${answer}`);
}

await visit(home);
await visit(home);
await visit(safe); // with somebody else's heart
await visit(safe);
await visit(safe);
