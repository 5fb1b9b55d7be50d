// openid-client (npm), as a web application uses it.
//
//	node tests/clients/openid/client.mjs http://127.0.0.1:8080 tests/support/recordings/testdata

import { argv } from "node:process";
import * as openid from "openid-client";
import { Person } from "./person.mjs";

const [service, folder] = argv.slice(2);
const callback = "http://127.0.0.1:4181/callback";
const HEART = "urn:systole:acr:heart";

const config = await openid.discovery(new URL(service), "web", "a secret of the tests, and of nobody else", undefined, {
  execute: [openid.allowInsecureRequests], // the service is on this machine
});

// A log-in: to the service with what is asked for, and back.
async function logIn(person, asked = {}) {
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const nonce = openid.randomNonce();
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: callback, scope: "openid profile", state, nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...asked,
  });
  const back = await person.visit(url.href, callback);
  if (!back.url.startsWith(callback)) return { ...back, refused: back.refused ?? back };
  const tokens = await openid.authorizationCodeGrant(config, new URL(back.url), {
    pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce,
    maxAge: asked.max_age === undefined ? undefined : Number(asked.max_age),
  });
  return { ...back, tokens, claims: tokens.claims() };
}

const says = (name, { steps, claims, refused }) =>
  console.log(`${name}: ${steps.join(", ") || "nothing to do"}: ${claims ? `${claims.acr.split(":").at(-1)} (${claims.amr.join(" ")})` : refused.error ?? refused.result}`);

const person = await new Person(service, folder, "web", ["person_04_probe", "person_01_probe", "person01_rec3_12s"]).enrol("person_01_enrolment");
const first = await logIn(person);
says("password", first);
says("the same again", await logIn(person));
says("stepped up, with somebody else's heart", await logIn(person, { acr_values: HEART }));
const second = await logIn(person, { acr_values: HEART });
says("stepped up", second);
says("the same again", await logIn(person, { acr_values: HEART, max_age: "300" }));
says("no older than now", await logIn(person, { acr_values: HEART, max_age: "0" }));

const info = await openid.fetchUserInfo(config, second.tokens.access_token, second.claims.sub);
console.log(`who: ${info.preferred_username}, one subject: ${info.sub === first.claims.sub && info.sub === second.claims.sub}`);

const out = openid.buildEndSessionUrl(config, { id_token_hint: second.tokens.id_token, post_logout_redirect_uri: "http://127.0.0.1:4181/", state: "s" });
console.log(`log-out leads to ${(await person.visit(out.href, "http://127.0.0.1:4181/")).url}`);
try {
  await openid.fetchUserInfo(config, second.tokens.access_token, second.claims.sub);
} catch (why) {
  // API Gateway renames WWW-Authenticate, and to openid-client an answer without it
  // isn't the standard's: what an application has to look at is the status.
  console.log(`who, after that: ${(why.response ?? why.cause).status}`);
}
try {
  await logIn(person, { prompt: "none" });
} catch (why) {
  console.log(`without a page, after that: ${why.error}`);
}
