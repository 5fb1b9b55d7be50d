// Systole's client for browsers and Node.js 18 or later: one module without dependencies.
//
//   import { Systole } from "https://api.example.com/sdk.js";
//
//   const systole = new Systole("https://api.example.com");
//   const answer = await systole.check(file, { rate: 500 });
//   if (!answer.ok) console.log(answer.code, answer.message, answer.wait);
//   else console.log(answer.accepted ? "it is them" : "it is somebody else");
//
// No method throws: a failure is a value, with ok false. sdk.d.ts has the types.

/** The most bytes of files in a request; larger files are uploaded before it. */
export const LARGEST_REQUEST = 4_400_000;

/** Attempts of a request that is safe to repeat. */
const ATTEMPTS = 3;

/** The longest wait before a repetition, in seconds. */
const LONGEST_WAIT = 10;

/** Milliseconds within which a repetition begins: to the service, equal checks within a minute are one check. */
const REPEAT_WITHIN = 45_000;

/** @typedef {import("./sdk.d.ts").Systole} Declared */
/** @typedef {import("./sdk.d.ts").Answer} Answer */
/** @typedef {import("./sdk.d.ts").Failure} Failure */
/** @typedef {import("./sdk.d.ts").Content} Content */
/** @typedef {import("./sdk.d.ts").CallOptions} CallOptions */
/** @typedef {import("./sdk.d.ts").RecordingOptions} RecordingOptions */
/** @typedef {import("./sdk.d.ts").EnrolOptions} EnrolOptions */
/** @typedef {import("./sdk.d.ts").EnrolmentDays} EnrolmentDays */
/** @typedef {import("./sdk.d.ts").CheckOptions} CheckOptions */
/** @typedef {{ method: string, url: string, headers: Record<string, string>, body?: Blob, timeout: number, signal?: AbortSignal, progress?: (share: number) => void }} Request */
/** @typedef {{ status: number, retryAfter: string | null, text: string }} Response */

/**
 * A client for one person.
 * @implements {Declared}
 */
export class Systole {
  #base;
  #language;
  #timeout;

  /**
   * @param {string} base address of the service
   * @param {import("./sdk.d.ts").Settings} [settings]
   */
  constructor(base, { token = null, language, timeout = 30 } = {}) {
    this.#base = base.replace(/\/+$/, "");
    this.#language = language;
    this.#timeout = timeout * 1000;
    /** The session's token; null without a session. @type {string | null} */
    this.token = token;
  }

  /** Signs up and logs in. @param {import("./sdk.d.ts").Person} person @param {CallOptions} [options] */
  async signUp(person, options) {
    return this.#loggedIn(await this.#call("POST", "/members/create/", person, options));
  }

  /** Logs in. @param {string} username @param {string} password @param {CallOptions} [options] */
  async logIn(username, password, options) {
    return this.#loggedIn(await this.#call("POST", "/members/login/", { username, password }, options));
  }

  /** Ends the session. It succeeds for a session that has ended already. @param {CallOptions} [options] */
  async logOut(options) {
    const answer = await this.#call("POST", "/members/logout/", {}, { ...options, repeat: true });
    if (!answer.ok && answer.code !== "token_invalid") return answer;
    this.token = null;
    return { ok: /** @type {const} */ (true) };
  }

  /** Reports whether there is a model to check against. @param {CallOptions} [options] */
  async hasModel(options) {
    const answer = having("code", await this.#call("GET", "/authenticate/check_user/", undefined, options));
    return answer.ok ? { ok: answer.ok, exists: answer.code === 200 } : answer;
  }

  /**
   * Makes the person's model of one or more recordings, or with add joins them to it
   * as another day. The client never repeats it: after a failure without an answer,
   * call hasModel.
   * @param {Content | Content[]} files
   * @param {EnrolOptions} [options]
   */
  async enrol(files, { rate, lead, recording, add, ...options } = {}) {
    const fields = { sampling_rate: rate, lead, recording, mode: add ? "add" : undefined };
    const answer = await this.#submit("/authenticate/make_model/", files, fields, options);
    return answer.ok ? { ok: answer.ok } : answer;
  }

  /**
   * Compares a recording with the person's model. Equal checks within a minute
   * are one check, so the client repeats it if no answer came.
   * @param {Content | Content[]} files one recording: a file, or header and samples
   * @param {CheckOptions} [options]
   */
  async check(files, { rate, lead, recording, fmr, nonce, prove, audience, audienceNonce, ...options } = {}) {
    const fields = { sampling_rate: rate, lead, recording, fmr, nonce, prove, audience, audience_nonce: audienceNonce };
    const answer = having("result", await this.#submit("/authenticate/check_user/", files, fields, { ...options, repeat: true }));
    if (!answer.ok) return { ...answer, accepted: /** @type {const} */ (false) };
    return {
      ok: answer.ok, accepted: answer.result === "true", assertion: /** @type {string | undefined} */ (answer.assertion),
      enrolment: /** @type {EnrolmentDays | undefined} */ (answer.enrolment),
    };
  }

  /** Draws a nonce for one check, before the recording is made. @param {CallOptions} [options] */
  async challenge(options) {
    return having("nonce", await this.#call("POST", "/authenticate/challenge/", {}, { ...options, repeat: true }));
  }

  /**
   * Uploads a file that is too large for a request. Its id stands for the file in one
   * request. enrol and check upload large files by themselves.
   * @param {Content} file
   * @param {CallOptions} [options]
   */
  async upload(file, options = {}) {
    const blob = blobOf(file);
    const place = having("url", await this.#call("POST", "/authenticate/uploads/", { size: blob.size }, { signal: options.signal }));
    if (!place.ok) return place;
    let whole = false; // whether all of it was sent once
    const progress = (/** @type {number} */ share) => { whole ||= share === 1; options.progress?.(share); };
    const put = { method: place.method, url: near(place.url, this.#base), headers: place.headers, body: blob, timeout: this.#timeout, ...options, progress };
    const stored = await repeated(async () => {
      const before = whole;
      const state = await stateOf(put);
      // An address takes one file: if it refuses this one, an earlier attempt has arrived.
      return before && !state.ok && state.code !== "cancelled" && [0, 409, 412].includes(state.status) ? { ok: /** @type {const} */ (true) } : state;
    }, put.signal);
    return stored.ok ? { ok: stored.ok, upload: /** @type {string} */ (place.upload) } : stored;
  }

  /**
   * Deletes the model and the recordings it was made of; with since, a day or a time, only what was added then or later.
   * @param {CallOptions & { since?: string }} [options]
   */
  deleteModel({ since, ...options } = {}) {
    const query = since === undefined ? "" : `?since=${encodeURIComponent(since)}`;
    return this.#call("DELETE", `/authenticate/model/${query}`, undefined, options);
  }

  /** Changes the password; every other session ends. @param {string} password @param {string} replacement @param {CallOptions} [options] */
  changePassword(password, replacement, options) {
    return this.#call("POST", "/members/password/", { password, new_password: replacement }, options);
  }

  /** Returns the number of recovery codes left. @param {CallOptions} [options] */
  recoveryCodes(options) { return this.#call("GET", "/members/recovery_codes/", undefined, options); }

  /** Makes ten recovery codes, which replace all earlier ones. @param {string} password @param {CallOptions} [options] */
  makeRecoveryCodes(password, options) { return this.#call("POST", "/members/recovery_codes/", { password }, options); }

  /** Sets a new password in exchange for a recovery code; every session ends. @param {string} username @param {string} code @param {string} replacement @param {CallOptions} [options] */
  async recover(username, code, replacement, options) {
    const answer = await this.#call("POST", "/members/recover/", { username, recovery_code: code, new_password: replacement }, options);
    if (answer.ok) this.token = null;
    return answer;
  }

  /** Lists the person's sessions. @param {CallOptions} [options] */
  sessions(options) { return this.#call("GET", "/members/sessions/", undefined, options); }

  /** Ends one session by its id, or all but this one: "others". @param {string} session @param {CallOptions} [options] */
  endSession(session, options) { return this.#call("POST", "/members/sessions/end/", { session }, options); }

  /** Ends every session, including this one. @param {CallOptions} [options] */
  async endSessions(options) {
    const answer = await this.#call("DELETE", "/members/sessions/", undefined, options);
    if (answer.ok) this.token = null;
    return answer;
  }

  /** Lists the account's events. @param {CallOptions} [options] */
  activity(options) { return this.#call("GET", "/members/activity/", undefined, options); }

  /** Returns the consent on record, and its text. @param {CallOptions} [options] */
  consent(options) { return this.#call("GET", "/members/consent/", undefined, options); }

  /** Gives consent to a version of its text. @param {string} version @param {CallOptions} [options] */
  giveConsent(version, options) { return this.#call("POST", "/members/consent/", { version }, options); }

  /** Withdraws consent, which deletes model and recordings. @param {CallOptions} [options] */
  withdrawConsent(options) { return this.#call("DELETE", "/members/consent/", undefined, options); }

  /** Returns all stored data about the person. @param {CallOptions} [options] */
  export(options) { return this.#call("GET", "/members/me/export/", undefined, options); }

  /** Deletes the account. @param {string} password @param {CallOptions} [options] */
  async deleteAccount(password, options) {
    const answer = await this.#call("DELETE", "/members/me/", { password }, options);
    if (answer.ok) this.token = null;
    return answer;
  }

  /**
   * Shows how the service reads a recording. It needs no account, and the service
   * stores nothing.
   * @param {Content | Content[]} files
   * @param {RecordingOptions} [options]
   */
  inspect(files, { rate, lead, recording, ...options } = {}) {
    const body = multipart({ sampling_rate: rate, lead, recording }, listOf(files).map(blobOf));
    return this.#call("POST", "/console/inspect/", body, { ...options, repeat: true });
  }

  /** @param {any} received */
  #loggedIn(received) {
    const answer = having("token", received);
    if (answer.ok) this.token = answer.token;
    return answer;
  }

  /**
   * Sends recordings in a request if they fit, otherwise by upload before it.
   * @param {string} path
   * @param {Content | Content[]} files
   * @param {Record<string, unknown>} fields
   * @param {CallOptions & { repeat?: boolean }} options
   */
  async #submit(path, files, fields, options) {
    const blobs = listOf(files).map(blobOf);
    const bytes = sizeOf(blobs);
    if (bytes <= LARGEST_REQUEST) {
      const answer = await this.#call("POST", path, multipart(fields, blobs), options);
      // A gateway on the way may take less; if so, it has passed nothing on.
      if (answer.ok || answer.status !== 413) return answer;
    }
    const answer = await this.#submitUploaded(path, blobs, bytes, fields, options);
    // A lost upload is sent once more: the service has not looked at the request.
    return !answer.ok && answer.code === "upload_missing" ? this.#submitUploaded(path, blobs, bytes, fields, options) : answer;
  }

  /**
   * @param {string} path
   * @param {Blob[]} blobs
   * @param {number} bytes of them all
   * @param {Record<string, unknown>} fields
   * @param {CallOptions & { repeat?: boolean }} options
   */
  async #submitUploaded(path, blobs, bytes, fields, options) {
    const ids = [];
    let sent = 0;
    for (const blob of blobs) {
      const progress = (/** @type {number} */ share) => options.progress?.((sent + share * blob.size) / bytes);
      const stored = await this.upload(blob, { signal: options.signal, progress });
      if (!stored.ok) return stored;
      sent += blob.size;
      ids.push(stored.upload);
    }
    return this.#call("POST", path, multipart({ ...fields, upload: ids.join(",") }, []), { ...options, progress: undefined });
  }

  /**
   * Makes a request and reads its answer.
   * @param {string} method
   * @param {string} path
   * @param {object | Blob} [content] fields, sent as JSON, or a whole body
   * @param {CallOptions & { repeat?: boolean }} [options]
   * @returns {Promise<any>}
   */
  #call(method, path, content, { repeat = method === "GET", ...options } = {}) {
    /** @type {Record<string, string>} */
    const headers = {};
    if (this.token !== null) headers.Authorization = "Token " + this.token;
    if (this.#language !== undefined) headers["Accept-Language"] = this.#language;
    const body = content === undefined || content instanceof Blob ? content : new Blob([JSON.stringify(content)], { type: "application/json" });
    if (body) headers["Content-Type"] = body.type;
    const request = { method, url: this.#base + path, headers, body, timeout: this.#timeout, ...options };
    return repeat ? repeated(() => answerOf(request), options.signal) : answerOf(request);
  }
}

/**
 * Repeats a request while its failure is temporary and the service asks for no
 * longer wait. If an answer was lost and a repetition finds nonce or upload used,
 * the first request has arrived and its outcome is unknown.
 * @param {() => Promise<any>} attempt
 * @param {AbortSignal} [signal]
 */
async function repeated(attempt, signal) {
  const began = performance.now();
  let lost;
  for (let made = 1; ; made++) {
    const answer = await attempt();
    if (lost && ["challenge_invalid", "upload_missing"].includes(answer.code)) return lost;
    if (!passing(answer) || made === ATTEMPTS || answer.wait > LONGEST_WAIT) return answer;
    if (answer.status === 0) lost = answer;
    const wait = answer.wait * 1000 || 250 * 2 ** made * (0.5 + Math.random() / 2);
    if (performance.now() - began + wait > REPEAT_WITHIN) return answer;
    if (!await paused(wait, signal)) return failed("cancelled");
  }
}

/**
 * Checks that a success has the field; otherwise something on the way answered in
 * the service's place.
 * @param {string} field
 * @param {any} answer
 */
const having = (field, answer) => (answer.ok && answer[field] === undefined ? failed("answer_unreadable", undefined, 200) : answer);

/** Reports whether a failure is temporary. @param {any} answer */
const passing = (answer) => !answer.ok && (["unreachable", "timed_out", "too_many_requests"].includes(answer.code) || [502, 503, 504].includes(answer.status));

/**
 * Waits, and returns false if it was cancelled.
 * @param {number} milliseconds
 * @param {AbortSignal} [signal]
 */
function paused(milliseconds, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(false);
    const cancel = () => { clearTimeout(timer); resolve(false); };
    const timer = setTimeout(() => { signal?.removeEventListener("abort", cancel); resolve(true); }, milliseconds);
    signal?.addEventListener("abort", cancel);
  });
}

/** Sends a request and returns the fields of its answer, or a failure. @param {Request} request */
async function answerOf(request) {
  const response = await send(request);
  if ("ok" in response) return response;
  const { status, retryAfter, text } = response;
  let body;
  try { body = JSON.parse(text); } catch { body = null; } // a page of something on the way
  const read = body !== null && typeof body === "object";
  if (read && status >= 200 && status < 300) return { ...body, ok: true };
  const { error = "answer_unreadable", detail = error, code, ...details } = read ? body : {};
  return failed(error, detail, status, Number(retryAfter) || 0, details);
}

/** Puts a file to its upload address. @param {Request} request @returns {Promise<Answer>} */
async function stateOf(request) {
  const response = await send(request);
  if ("ok" in response) return response;
  const { status, retryAfter } = response;
  if (status < 300) return { ok: true };
  const code = status === 413 ? "body_too_large" : status >= 500 ? "unavailable" : "upload_missing";
  return failed(code, "", status, Number(retryAfter) || 0);
}

/**
 * @param {string} code a stable word
 * @param {string} message for a person
 * @param {number} status HTTP status, 0 without an answer
 * @param {number} wait in seconds
 * @param {Record<string, unknown>} details
 * @returns {Failure}
 */
const failed = (code, message = code, status = 0, wait = 0, details = {}) => ({ ok: false, code, message, status, wait, details });

/** Size in bytes from which a body's progress is watched and its time limit is one without progress. */
const WATCHED = 100_000;

/**
 * Sends a request: by XMLHttpRequest if a browser has to report the progress,
 * otherwise by fetch.
 * @param {Request} request
 * @returns {Promise<Response | Failure>}
 */
async function send(request) {
  if (request.signal?.aborted) return failed("cancelled");
  const watch = new Watch(request);
  const watched = request.body !== undefined && (request.progress !== undefined || request.body.size > WATCHED);
  try {
    return await (watched && typeof XMLHttpRequest === "function" ? byRequest(request, watch) : byFetch(request, watch, watched));
  } catch {
    return failed(watch.why ?? "unreachable");
  } finally {
    watch.stop();
  }
}

/** Ends a request if its caller cancels it, or if it makes no progress for too long. */
class Watch {
  #controller = new AbortController();
  #timeout;
  #caller;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #stopped = false;
  #cancel = () => this.#end("cancelled");
  /** @type {"cancelled" | "timed_out" | null} */
  why = null;

  /** @param {Request} request */
  constructor({ timeout, signal }) {
    this.#timeout = timeout;
    this.#caller = signal;
    signal?.addEventListener("abort", this.#cancel);
    this.moved();
  }

  get signal() { return this.#controller.signal; }

  /** Begins the time limit anew. Returns false after the request's end, when its body may still be read. */
  moved() {
    clearTimeout(this.#timer);
    if (this.#stopped) return false;
    this.#timer = setTimeout(() => this.#end("timed_out"), this.#timeout);
    return true;
  }

  /** @param {"cancelled" | "timed_out"} why */
  #end(why) {
    this.why ??= why;
    this.#controller.abort();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#cancel);
  }
}

/** Whether fetch sends a stream over any version of HTTP: a browser's requires HTTP/2. */
const streams = "process" in globalThis;

/** @param {Request} request @param {Watch} watch @param {boolean} watched @returns {Promise<Response>} */
async function byFetch({ method, url, headers, body, progress }, watch, watched) {
  /** @type {RequestInit & { duplex?: "half" }} */
  const init = { method, headers, body, signal: watch.signal, redirect: "error", credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" };
  if (body && watched && streams) {
    // A stream has no length of its own, and an upload's address takes only the length it was signed for.
    init.headers = { ...headers, "Content-Length": String(body.size) };
    init.body = counted(body, (share) => { if (watch.moved()) progress?.(share); });
    init.duplex = "half";
  }
  const answer = await fetch(url, init);
  return { status: answer.status, retryAfter: answer.headers.get("Retry-After"), text: await answer.text() };
}

/** @param {Blob} blob @param {(share: number) => void} progress */
function counted(blob, progress) {
  let sent = 0;
  return blob.stream().pipeThrough(new TransformStream({
    transform(chunk, out) {
      out.enqueue(chunk);
      progress((sent += chunk.byteLength) / blob.size);
    },
  }));
}

/** @param {Request} request @param {Watch} watch @returns {Promise<Response>} */
function byRequest({ method, url, headers, body, progress }, watch) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => { watch.moved(); progress?.(event.loaded / event.total); };
    request.onload = () => resolve({ status: request.status, retryAfter: request.getResponseHeader("Retry-After"), text: request.responseText });
    request.onerror = request.onabort = reject;
    watch.signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

/**
 * Returns a body of multipart/form-data with the same bytes each time that it is sent.
 * @param {Record<string, unknown>} fields
 * @param {Blob[]} files
 */
function multipart(fields, files) {
  const boundary = "systole-" + Array.from({ length: 3 }, () => Math.random().toString(36).slice(2)).join(""); // no secret
  const head = (/** @type {string} */ rest) => `--${boundary}\r\nContent-Disposition: form-data; name=${rest}\r\n\r\n`;
  const parts = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null) parts.push(head(`"${name}"`), String(value), "\r\n");
  }
  for (const file of files) parts.push(head('"data"; filename="recording"\r\nContent-Type: application/octet-stream'), file, "\r\n");
  return new Blob([...parts, `--${boundary}--\r\n`], { type: `multipart/form-data; boundary=${boundary}` });
}

/**
 * Returns an upload's address with the host by which this machine is reached: a
 * local service signs 127.0.0.1, and its page may have been opened as localhost.
 * @param {string} place
 * @param {string} base
 */
function near(place, base) {
  const url = new URL(place);
  const own = new URL(base, globalThis.location?.href);
  const local = (/** @type {string} */ host) => ["localhost", "127.0.0.1", "[::1]"].includes(host);
  return local(url.hostname) && local(own.hostname) && url.port === own.port ? own.origin + url.pathname + url.search : place;
}

/** @param {Content} content @returns {Blob} */
const blobOf = (content) => (content instanceof Blob ? content : new Blob([/** @type {BlobPart} */ (content)]));

/** @param {Content | Content[]} files @returns {Content[]} */
const listOf = (files) => (Array.isArray(files) ? files : [files]);

/** @param {Blob[]} blobs */
const sizeOf = (blobs) => blobs.reduce((sum, blob) => sum + blob.size, 0);
