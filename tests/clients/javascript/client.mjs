// A client of the service in JavaScript, for browsers and Node.js 20 alike: from
// sign-up to deletion.
//
//	node tests/clients/javascript/client.mjs http://127.0.0.1:8080 tests/support/recordings/testdata

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { argv } from "node:process";

// Refused is an answer that is no success: word for a machine, the message for
// a person.
class Refused extends Error {
  constructor(body) {
    super(body.detail);
    this.word = body.error;
    this.body = body;
  }
}

// Client calls the service for one person.
class Client {
  #token = null;

  constructor(base) {
    this.base = base;
  }

  async #call(method, path, body) {
    const headers = { "Accept-Language": "en" };
    if (this.#token) headers.Authorization = `Token ${this.#token}`;
    if (!(body instanceof FormData)) {
      headers["Content-Type"] = "application/json";
      body = JSON.stringify(body);
    }
    const answer = await fetch(this.base + path, { method, headers, body, signal: AbortSignal.timeout(30_000) });
    const read = await answer.json();
    if (!answer.ok) throw new Refused(read);
    return read;
  }

  // A recording of 500 samples a second.
  #upload(path, recording) {
    const form = new FormData();
    form.set("sampling_rate", "500");
    form.set("data", new Blob([recording]), "recording.csv");
    return this.#call("POST", path, form);
  }

  async signUp(person) {
    this.#token = (await this.#call("POST", "/members/create/", person)).token;
  }

  enrol(recording) {
    return this.#upload("/authenticate/make_model/", recording);
  }

  async check(recording) {
    return (await this.#upload("/authenticate/check_user/", recording)).result === "true";
  }

  delete(password) {
    return this.#call("DELETE", "/members/me/", { password });
  }
}

const [base, folder] = argv.slice(2);
const client = new Client(base);
await client.signUp({ username: "node", password: "tachy-cardia!", name: "Node" });
const enrolment = await readFile(join(folder, "person_01_enrolment.csv"));
await client.enrol(enrolment);
console.log("enrolled");
for (const number of ["01", "04"]) {
  const itIs = await client.check(await readFile(join(folder, `person_${number}_probe.csv`)));
  console.log(`person ${number}: ${itIs}`);
}
try {
  await client.check(enrolment.subarray(0, enrolment.length / 4));
} catch (why) {
  if (!(why instanceof Refused)) throw why;
  console.log(`refused: ${why.word}, ${why.body.seconds_missing.toFixed(0)} s missing`);
}
await client.delete("tachy-cardia!");
console.log("deleted");
