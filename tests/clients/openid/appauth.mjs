// The requests of AppAuth for Android, parameter by parameter (AuthorizationRequest,
// TokenRequest and EndSessionRequest of net.openid:appauth 0.11.1): a client on the
// person's device, without a secret, that comes back by a scheme of its own.
//
//	node tests/clients/openid/appauth.mjs http://127.0.0.1:8080 tests/support/recordings/testdata

import { createHash, randomBytes } from "node:crypto";
import { argv } from "node:process";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { Person } from "./person.mjs";

const [service, folder] = argv.slice(2);
const redirect = "com.example.app:/oauth2redirect";
const discovered = await (await fetch(`${service}/.well-known/openid-configuration`)).json();
const keys = createRemoteJWKSet(new URL(discovered.jwks_uri));
const word = () => randomBytes(16).toString("base64url");

async function logIn(person, asked = {}) {
  const verifier = randomBytes(64).toString("base64url");
  const request = {
    redirect_uri: redirect, client_id: "phone", response_type: "code", state: word(), nonce: word(), scope: "openid profile",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256", ...asked,
  };
  const back = await person.visit(`${discovered.authorization_endpoint}?${new URLSearchParams(request)}`, redirect);
  if (back.refused) return { ...back, said: back.refused.result ?? back.refused.error };
  const answer = new URL(back.url).searchParams;
  if (answer.get("state") !== request.state || answer.get("error")) return { ...back, said: answer.get("error") ?? "another state" };
  const exchanged = await fetch(discovered.token_endpoint, {
    method: "POST", headers: { Accept: "application/json" },
    body: new URLSearchParams({ grant_type: "authorization_code", redirect_uri: redirect, code: answer.get("code"), code_verifier: verifier, client_id: "phone" }),
  });
  const tokens = await exchanged.json();
  if (!exchanged.ok) return { ...back, said: tokens.error };
  const { payload } = await jwtVerify(tokens.id_token, keys, { issuer: service, audience: "phone", algorithms: ["RS256"] });
  if (payload.nonce !== request.nonce) throw new Error("another nonce");
  return { ...back, said: payload.acr.split(":").at(-1) };
}

const person = await new Person(service, folder, "phone", ["person_04_probe", "person_01_probe"]).enrol("person_01_enrolment");
const heart = { acr_values: "urn:systole:acr:heart" };
for (const [name, asked] of [["password", {}], ["somebody else's heart", heart], ["heart", heart], ["in Korean", { ui_locales: "ko-KR", prompt: "login" }], ["plain", { code_challenge_method: "plain" }]]) {
  if (name === "in Korean") person.recordings = [];
  const { steps, said } = await logIn(person, asked);
  console.log(`${name}: ${steps.join(", ") || "no step"}: ${said}`);
}
