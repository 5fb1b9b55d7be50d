// Has the conformance suite test the service, and is the person at the browser that it
// waits for: logs in, follows links, and sends a picture where a person would have to
// look at a page, which makes the result REVIEW. Ends with 1 if a module fails.
//
//	node suite.mjs API FOLDER-OF-KEY-AND-CERT RECORDINGS

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { request as ask } from "node:http";
import { createServer } from "node:https";
import { argv, env, exit } from "node:process";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { Person } from "../../../clients/openid/person.mjs";

const [api, folder, recordings] = argv.slice(2);
const { SUITE: suite, ISSUER: issuer } = env;
const plans = [
  ["oidcc-config-certification-test-plan", {}],
  ["oidcc-basic-certification-test-plan", { server_metadata: "discovery", client_registration: "static_client" }],
  ["oidcc-rp-initiated-logout-certification-test-plan", { response_type: "code", client_registration: "static_client" }],
];

// The suite is a client without PKCE, which the service asks of every client: the
// server that ends TLS adds a challenge and its verifier where there is none.
const verifier = "of-the-server-that-ends-TLS-and-not-of-the-suite";
const challenge = createHash("sha256").update(verifier).digest("base64url");

function withPKCE(path, text) {
  const form = new URLSearchParams(text);
  if (path === "/openid/authorize" && form.has("client_id") && !form.has("code_challenge")) {
    form.set("code_challenge", challenge);
    form.set("code_challenge_method", "S256");
  }
  if (path === "/openid/token" && !form.has("code_verifier")) form.set("code_verifier", verifier);
  return form.toString();
}

const server = createServer({ key: readFileSync(`${folder}/key.pem`), cert: readFileSync(`${folder}/cert.pem`) }, async (req, res) => {
  const [, path, , query] = req.url.match(/^([^?]*)(\?(.*))?$/); // a query may have further question marks
  let body = await buffer(req);
  if (req.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) body = Buffer.from(withPKCE(path, body.toString()));
  const headers = { ...req.headers, "content-length": body.length };
  delete headers["transfer-encoding"];
  const out = ask(api + path + (query ? `?${withPKCE(path, query)}` : ""), { method: req.method, headers }, (answer) => {
    res.writeHead(answer.statusCode, answer.headers);
    answer.pipe(res);
  });
  out.end(body);
});
server.listen(new URL(issuer).port, "127.0.0.1");

async function call(method, path, body) {
  const answer = await fetch(suite + path, { method, body, headers: { "Content-Type": "application/json" } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
  return text && JSON.parse(text);
}

// Goes to a page of the suite, and does what its script does there.
async function atSuite(url) {
  const answer = await fetch(url);
  const submits = (await answer.text()).match(/xhr\.open\('POST', "([^"]+)"/)?.[1];
  if (submits) await fetch(submits.replaceAll("\\/", "/"), { method: "POST", headers: { "Content-Type": "text/plain" }, body: "" });
}

const picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const probes = ["person_01_probe", "person01_rec3_12s"];

// Runs a module to its end. The browser is another one each time.
async function run(id) {
  const person = new Person(issuer, recordings, "suite", []);
  person.recordings = probes;
  const done = new Set();
  const first = (what) => !done.has(what) && done.add(what);
  for (;;) {
    const { status, result } = await call("GET", `/api/info/${id}`);
    if (status === "FINISHED" || status === "INTERRUPTED") return result ?? status;
    if (status === "CONFIGURED" && first("start")) await call("POST", `/api/runner/${id}`);
    if (status === "WAITING") {
      const { browser } = await call("GET", `/api/runner/${id}`);
      const links = [...(browser.urlsWithMethod ?? []), ...browser.urls.map((url) => ({ url, method: "GET" }))];
      for (const { url, method } of links.filter(({ url }) => first(url))) {
        const back = await person.visit(url, suite, method);
        if (back.url.startsWith(suite)) await atSuite(back.url);
        await call("POST", `/api/runner/browser/${id}/visit?url=${encodeURIComponent(url)}`);
      }
      for (const { upload } of await call("GET", `/api/log/${id}`)) {
        if (upload && first(upload)) await fetch(`${suite}/api/log/${id}/images/${upload}`, { method: "POST", headers: { "Content-Type": "text/plain" }, body: picture });
      }
    }
    await sleep(500);
  }
}

await new Person(issuer, recordings, "suite", []).enrol("person_01_enrolment");
const client = { client_id: "suite", client_secret: env.FIRST };
const configuration = JSON.stringify({
  alias: "systole", server: { discoveryUrl: `${issuer}/.well-known/openid-configuration`, login_hint: "suite" },
  client, client_secret_post: client, client2: { client_id: "suite2", client_secret: env.SECOND },
});
let failed = false;
for (const [name, variant] of plans) {
  console.log(name);
  const plan = await call("POST", `/api/plan?planName=${name}&variant=${encodeURIComponent(JSON.stringify(variant))}`, configuration);
  for (const { testModule, variant } of plan.modules) {
    const { id } = await call("POST", `/api/runner?test=${testModule}&plan=${plan.id}&variant=${encodeURIComponent(JSON.stringify(variant ?? {}))}`);
    const result = await run(id);
    console.log(`  ${testModule}: ${result}`);
    failed ||= ["FAILED", "INTERRUPTED"].includes(result);
    for (const entry of await call("GET", `/api/log/${id}`)) {
      if (["WARNING", "FAILURE"].includes(entry.result)) console.log(`    ${entry.result}: ${entry.msg}`);
    }
  }
}
server.close();
exit(failed ? 1 : 0);
