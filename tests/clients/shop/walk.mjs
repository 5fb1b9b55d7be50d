// A customer of the shop, and others who try to pass for one.
//
//	node tests/clients/shop/walk.mjs http://127.0.0.1:8080 tests/support/recordings/testdata

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { argv } from "node:process";
import { SignJWT, decodeJwt, decodeProtectedHeader, exportJWK, exportSPKI, generateKeyPair, importJWK } from "jose";
import { Shop } from "./shop.mjs";

const [service, folder] = argv.slice(2);
const recording = (name) => readFile(join(folder, `${name}.csv`));

async function call(path, token, fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (file) form.set("data", new Blob([file]), "recording.csv");
  const headers = token ? { Authorization: `Token ${token}` } : {};
  const answer = await fetch(service + path, { method: "POST", headers, body: form });
  return answer.json();
}

// The customer's app: a check that is asserted to an audience.
async function check(token, name, fields) {
  return call("/authenticate/check_user/", token, { sampling_rate: "500", ...fields }, await recording(name));
}

const keySet = await (await fetch(`${service}/.well-known/jwks.json`)).json();
let clock = () => new Date();
const shop = await new Shop(service, keySet, () => clock()).open();
const other = await new Shop(service, keySet).open();

async function nonceOf(at, order) {
  const html = await (await fetch(`${at.origin}/confirm?order=${order}`)).text();
  return html.match(/data-nonce="([0-9a-f]+)"/)[1];
}

async function post(order, assertion) {
  const answer = await fetch(`${shop.origin}/confirm?order=${order}`, { method: "POST", body: new URLSearchParams({ assertion }) });
  return (await answer.text()) || String(answer.status);
}

const { token } = await call("/members/create/", null, { username: "customer", password: "tachy-cardia!", name: "Customer" });
await call("/authenticate/make_model/", token, { sampling_rate: "500" }, await recording("person_01_enrolment"));

const order = shop.order();
const nonce = await nonceOf(shop, order);
const stranger = await check(token, "person_04_probe", { audience: shop.origin, audience_nonce: nonce });
console.log(`somebody else's heart: ${stranger.result}, ${stranger.assertion ? "asserted" : "nothing to believe"}`);

const { assertion } = await check(token, "person_01_probe", { audience: shop.origin, audience_nonce: nonce });
const claims = decodeJwt(assertion);
const header = decodeProtectedHeader(assertion);

// What others make of the customer's assertion. Each is refused for its own reason.
const own = await generateKeyPair("ES256", { extractable: true });
const forged = (changes, head = {}, key = own.privateKey) =>
  new SignJWT({ ...claims, ...changes }).setProtectedHeader({ ...header, ...head }).sign(key);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const unsigned = `${encode({ ...header, alg: "none" })}.${assertion.split(".")[1]}.`;
const spki = new TextEncoder().encode(await exportSPKI(await importJWK({ ...keySet.keys[0], ext: true }, "ES256", { extractable: true })));
const [head, , signature] = assertion.split(".");
const changed = `${head}.${encode({ ...claims, aud: other.origin, nonce: "another" })}.${signature}`;
const attempts = [
  ["for another order", shop.order(), assertion],
  ["of another key under the same id", order, await forged({})],
  ["of another key under an id of its own", order, await forged({}, { kid: "mine" })],
  ["with its own key in the header", order, await forged({}, { jwk: await exportJWK(own.publicKey) })],
  ["without a signature", order, unsigned],
  ["signed with the public key as a secret (HS256)", order, await forged({}, { alg: "HS256" }, spki)],
  ["with changed claims", order, changed],
  ["cut short", order, assertion.slice(0, -8)],
  ["empty", order, ""],
];
for (const [name, at, token] of attempts) console.log(`${name}: ${await post(at, token)}`);

// The other shop hands on what its own visitor gave it.
const relayed = await check(token, "person01_rec3_12s", { audience: other.origin, audience_nonce: nonce });
console.log(`made out to another shop: ${await post(order, relayed.assertion)}`);

clock = () => new Date(Date.now() + 10 * 60_000);
console.log(`ten minutes later: ${await post(order, assertion)}`);
clock = () => new Date();
console.log(`at once: ${await post(order, assertion)}`);
console.log(`once more: ${await post(order, assertion)}`);

const there = decodeJwt(relayed.assertion);
console.log(`known to both shops as one: ${there.sub === claims.sub}`);
console.log(`says: ${Object.keys(claims).sort().join(" ")}`);
console.log(`${claims.acr}, ${claims.amr.join(" ")}, at ${claims.fmr}`);
shop.close();
other.close();
