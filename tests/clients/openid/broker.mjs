// A person at an application that knows Keycloak alone, which has them log in here.
//
//	node tests/clients/openid/broker.mjs SERVICE RECORDINGS KEYCLOAK

import { createHash, randomBytes } from "node:crypto";
import { argv } from "node:process";
import { decodeJwt } from "jose";
import { Person } from "./person.mjs";

const [service, folder, keycloak] = argv.slice(2);
const realm = `${keycloak}/realms/house/protocol/openid-connect`;
const callback = "http://127.0.0.1:4187/callback";

async function logIn(name, person, asked) {
  const verifier = randomBytes(32).toString("base64url");
  const request = {
    client_id: "app", redirect_uri: callback, response_type: "code", scope: "openid", kc_idp_hint: "systole", state: "s",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256", ...asked,
  };
  const back = await person.visit(`${realm}/auth?${new URLSearchParams(request)}`, callback);
  let said = back.refused && `refused: ${back.refused.result ?? back.refused.error}`;
  if (!said && !back.url.startsWith(callback)) said = `${back.status} at ${back.url.slice(0, 120)}`;
  if (!said) {
    const code = new URL(back.url).searchParams.get("code");
    const answer = await fetch(`${realm}/token`, {
      method: "POST", body: new URLSearchParams({ grant_type: "authorization_code", client_id: "app", redirect_uri: callback, code, code_verifier: verifier }),
    });
    const tokens = await answer.json();
    said = tokens.id_token ? `Keycloak says ${decodeJwt(tokens.id_token).preferred_username}` : JSON.stringify(tokens);
  }
  console.log(`${name}: ${back.steps.join(", ") || "no step"}: ${said}`);
}

const person = await new Person(service, folder, "broker", ["person_04_probe", "person_01_probe"]).enrol("person_01_enrolment");
await logIn("password", person, {});
const heart = { acr_values: "urn:systole:acr:heart", prompt: "login" };
await logIn("somebody else's heart", person, heart);
await logIn("heart", person, heart);
