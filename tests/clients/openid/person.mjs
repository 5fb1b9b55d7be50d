// A person with a browser, a password and a heart: follows redirects, and does on the
// log-in page what its script does.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import * as http from "node:http";
import * as https from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";

// Goes to an address as a link or a form does, since fetch's own headers reveal a
// script.
async function follow(url, { method = "GET", headers, body }) {
  const browser = { Accept: "text/html,*/*;q=0.8", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
  const asked = (url.startsWith("https:") ? https : http).request(url, { method, headers: { ...browser, ...headers } });
  const [answer] = await once(asked.end(body), "response");
  const pairs = Object.entries(answer.headersDistinct).flatMap(([name, values]) => values.map((value) => [name, value]));
  return new Response(await text(answer), { status: answer.statusCode, headers: pairs });
}

export class Person {
  #cookies = new Map(); // origin -> cookies by name

  constructor(service, folder, username, recordings) {
    Object.assign(this, { service, folder, username, password: "tachy-cardia!", recordings: [...recordings] });
  }

  #read(name) {
    return readFile(join(this.folder, `${name}.csv`));
  }

  // Signs up, and enrols with a recording, as in the console.
  async enrol(name) {
    const sign = await fetch(`${this.service}/members/create/`, {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username: this.username, password: this.password, name: "Person" }),
    });
    const { token } = await sign.json();
    const form = new FormData();
    form.set("sampling_rate", "500");
    form.set("data", new Blob([await this.#read(name)]), "recording.csv");
    const made = await fetch(`${this.service}/authenticate/make_model/`, { method: "POST", headers: { Authorization: `Token ${token}` }, body: form });
    if (!made.ok) throw new Error(await made.text());
    return this;
  }

  // Requests an address with the cookies of its origin, and follows no redirect.
  async request(url, init = {}, send = fetch) {
    const { origin } = new URL(url);
    const jar = this.#cookies.get(origin) ?? new Map();
    this.#cookies.set(origin, jar);
    const headers = { "Accept-Language": "en", ...init.headers };
    if (jar.size) headers.Cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await send(url, { ...init, headers, redirect: "manual" });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  // Goes to an address and on until the browser is at one that begins with end, or
  // stays where it is. Does on the log-in page what it asks for. Returns the address
  // and the steps.
  async visit(url, end, method = "GET") {
    const steps = [];
    let sent = {};
    if (method === "POST") {
      const { origin, pathname, search } = new URL(url);
      sent = { method, body: search.slice(1), headers: { "Content-Type": "application/x-www-form-urlencoded" } };
      url = origin + pathname;
    }
    for (let hops = 0; hops < 20; hops++) {
      if (url.startsWith(end)) return { url, steps };
      if (url.startsWith(`${this.service}/log-in`)) {
        const flow = new URL(url).searchParams.get("flow");
        const answer = await this.#logIn(flow, steps);
        if (!answer.location) return { url, steps, refused: answer };
        url = answer.location;
        continue;
      }
      const answer = await this.request(url, sent, follow);
      sent = {};
      const location = answer.headers.get("location");
      if (!location) return { url, steps, status: answer.status, body: await answer.text() };
      url = new URL(location, url).href;
    }
    throw new Error("the redirects don't end");
  }

  async #logIn(flow, steps) {
    const asked = await this.#ask(`flow?flow=${flow}`);
    if (!asked.needs) return asked;
    if (asked.needs.password) {
      steps.push("password");
      const said = await this.#ask("password", { flow, username: this.username, password: this.password });
      if (said.error) return said;
      asked.needs = said.needs;
    }
    if (asked.needs.heart) {
      const name = this.recordings.shift();
      steps.push(`heart: ${name}`);
      const form = new FormData();
      form.set("flow", flow);
      form.set("sampling_rate", "500");
      form.set("data", new Blob([await this.#read(name)]), "recording.csv");
      const said = await this.#ask("heart", form);
      if (said.result !== "true") return said;
    }
    return this.#ask("flow", { flow, answer: "continue" });
  }

  async #ask(path, body) {
    const init = { headers: { "Sec-Fetch-Site": "same-origin" } };
    if (body) init.method = "POST";
    if (body instanceof FormData) init.body = body;
    else if (body) {
      init.body = JSON.stringify(body);
      init.headers["Content-Type"] = "application/json";
    }
    return (await this.request(`${this.service}/openid/${path}`, init)).json();
  }
}
