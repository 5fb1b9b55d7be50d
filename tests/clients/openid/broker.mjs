// A person at an application that knows a broker alone, which has them log in here.
//
//	node tests/clients/openid/broker.mjs SERVICE RECORDINGS BROKER NAME PASSWORD HEART
//
// BROKER is the broker's issuer; PASSWORD and HEART are what the application asks the
// broker for, as a query.

import { createHash, randomBytes } from "node:crypto";
import { argv } from "node:process";
import { decodeJwt } from "jose";
import { Person } from "./person.mjs";

const [service, folder, broker, name, password, heart] = argv.slice(2);
const { authorization_endpoint, token_endpoint } = await (await fetch(`${broker}/.well-known/openid-configuration`)).json();
const callback = "http://127.0.0.1:4187/callback";

async function logIn(what, person, asked) {
  const verifier = randomBytes(32).toString("base64url");
  const request = {
    client_id: "app", redirect_uri: callback, response_type: "code", scope: "openid profile", state: "s",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256",
  };
  const back = await person.visit(`${authorization_endpoint}?${new URLSearchParams(request)}&${asked}`, callback);
  let said = back.refused && `refused: ${back.refused.result ?? back.refused.error}`;
  if (!said && !back.url.startsWith(callback)) said = `${back.status} at ${back.url.slice(0, 120)}`;
  if (!said) {
    const code = new URL(back.url).searchParams.get("code");
    const answer = await fetch(token_endpoint, {
      method: "POST", body: new URLSearchParams({ grant_type: "authorization_code", client_id: "app", redirect_uri: callback, code, code_verifier: verifier }),
    });
    const tokens = await answer.json();
    said = tokens.id_token ? `${name} says ${decodeJwt(tokens.id_token).preferred_username}` : JSON.stringify(tokens);
  }
  console.log(`${what}: ${back.steps.join(", ") || "no step"}: ${said}`);
}

const person = await new Person(service, folder, "broker", ["person_04_probe", "person_01_probe"]).enrol("person_01_enrolment");
await logIn("password", person, password);
await logIn("somebody else's heart", person, heart);
await logIn("heart", person, heart);
