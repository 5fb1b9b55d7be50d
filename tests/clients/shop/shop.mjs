// A web shop that has large orders confirmed by the customer's heart. It never
// talks to the service about a customer: it knows the service's address and its
// public keys, and believes an assertion by itself.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createLocalJWKSet, jwtVerify } from "jose";

// Requirements of a confirmation.
const CLASS = "urn:systole:acr:heart"; // an accepted check, on a log-in by password
const MAX_AGE = 120; // seconds since the check
const MAX_FMR = 0.001; // share of strangers that the check may let through

export class Shop {
  #keys; // the service's, fetched once
  #orders = new Map(); // order -> {nonce, customer, confirmed}

  constructor(service, keySet, now = () => new Date()) {
    this.service = service;
    this.#keys = createLocalJWKSet(keySet);
    this.now = now;
  }

  // Opens the shop on a free port. Its origin is what assertions are made out to.
  async open() {
    this.server = createServer((request, response) => this.#answer(request, response));
    await new Promise((ready) => this.server.listen(0, "127.0.0.1", ready));
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  close() {
    this.server.close();
  }

  // A new order of a customer, which waits for a confirmation with a nonce of its
  // own.
  order(customer) {
    const id = randomBytes(8).toString("hex");
    this.#orders.set(id, { nonce: randomBytes(16).toString("hex"), customer, confirmed: false });
    return id;
  }

  // Confirms an order, or says why not. The nonce is used up by the first assertion
  // that is good for it.
  async confirm(id, assertion) {
    const order = this.#orders.get(id);
    if (!order || order.confirmed) throw new Error("no order waits for this");
    const { payload } = await jwtVerify(assertion, this.#keys, {
      algorithms: ["ES256"],
      typ: "systole-assertion+jwt",
      issuer: this.service,
      audience: this.origin,
      requiredClaims: ["sub", "exp", "nonce", "auth_time"],
      currentDate: this.now(),
      clockTolerance: 5,
    });
    if (payload.nonce !== order.nonce) throw new Error("the assertion is for another order");
    if (payload.acr !== CLASS || !payload.amr.includes("ecg")) throw new Error("no heart was checked");
    if (this.now() / 1000 - payload.auth_time > MAX_AGE + 5) throw new Error("the check is too old");
    if (!(payload.fmr <= MAX_FMR)) throw new Error("the check lets too many strangers through");
    if (order.customer && order.customer !== payload.sub) throw new Error("the order is another customer's");
    order.confirmed = true;
    return payload.sub;
  }

  async #answer(request, response) {
    const id = new URL(request.url, this.origin).searchParams.get("order");
    const order = this.#orders.get(id);
    if (!order) return response.writeHead(404).end();
    if (request.method === "GET") {
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" });
      return response.end(page(this.origin, order));
    }
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) {
      body += chunk;
      if (body.length > 8192) return response.writeHead(413).end();
    }
    try {
      await this.confirm(id, new URLSearchParams(body).get("assertion") ?? "");
      response.writeHead(200, { "Content-Type": "text/plain" }).end("confirmed");
    } catch (why) {
      response.writeHead(403, { "Content-Type": "text/plain" }).end(why.code ?? why.message);
    }
  }
}

// What the customer's app, or a script of the page, needs for the check.
function page(origin, order) {
  return `<!doctype html>
<html lang="en"><title>Confirm your order</title>
<h1>Confirm your order with your heart</h1>
<form method="post" data-audience="${origin}" data-nonce="${order.nonce}">
  <label>Assertion <input name="assertion" required></label>
  <button>Confirm</button>
</form></html>`;
}
