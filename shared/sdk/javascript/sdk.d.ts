// The types of sdk.js.

/** The most bytes of files in a request; larger files are uploaded before it. */
export const LARGEST_REQUEST: number;

/** A file: of an input or a drop, read by Node.js, or text. */
export type Content = Blob | ArrayBuffer | ArrayBufferView | string;

/** Why a call failed. The words of the service are listed at /docs#words. */
export interface Failure {
  ok: false;
  /**
   * A stable word of the service, or one of the client's own: "unreachable",
   * "timed_out", "cancelled", "answer_unreadable".
   */
  code: string;
  /** A sentence for a person, in the client's language; the code again if the code is the client's own. */
  message: string;
  /** The HTTP status, 0 if no answer came. */
  status: number;
  /** Seconds to wait before the next try, 0 for none. */
  wait: number;
  /** The answer's fields beside the word, such as seconds_missing. */
  details: Record<string, unknown>;
}

/** A success with its fields, or a failure. */
export type Answer<Fields = object> = ({ ok: true } & Fields) | Failure;

export interface Settings {
  /** The token of an earlier session. */
  token?: string | null;
  /** The language of messages, such as "en" or "ko"; by default the browser's. */
  language?: string;
  /** The longest time without an answer, or without progress while sending, in seconds; by default 30. */
  timeout?: number;
}

export interface CallOptions {
  /** Cancels the call. */
  signal?: AbortSignal;
  /** Receives the share of the files that is sent, 0 to 1. */
  progress?: (share: number) => void;
}

export interface RecordingOptions extends CallOptions {
  /** Samples a second (Hz), for files that do not state it. */
  rate?: number;
  /** The lead to compare, by its name in the file. */
  lead?: string;
  /** Part of the name of the ECG to take from an archive. */
  recording?: string;
}

export interface CheckOptions extends RecordingOptions {
  /** A smaller false match rate than the service's. */
  fmr?: number;
  /** The nonce of a challenge, which proves that the check was not sent before. */
  nonce?: string;
  /** Makes an accepted check allow, for ten minutes, the requests that need a fresh log-in. */
  prove?: boolean;
  /** The third party for which an accepted check answers with an assertion. */
  audience?: string;
  /** The third party's own nonce, which the assertion repeats. */
  audienceNonce?: string;
}

export interface EnrolOptions extends RecordingOptions {
  /** Joins the recordings to the model as another day, instead of replacing it. */
  add?: boolean;
}

/** Present if another day of enrolment would help: the number of days so far, and the number asked for. */
export interface EnrolmentDays {
  days: number;
  of: number;
}

export interface Person {
  username: string;
  password: string;
  name: string;
  age?: number;
  gender?: "male" | "female";
}

export interface User {
  pk: number;
  username: string;
  name: string;
  age: number | null;
  gender: "male" | "female" | null;
}

export interface Session {
  id: string;
  issued: string;
  used: string;
  expires: string;
  current: boolean;
  client: string | null;
  network: "same" | "other" | null;
}

export interface Consent {
  version: string;
  given: string;
  withdrawn: string | null;
}

export interface Event {
  at: string;
  event: string;
}

/** A client for one person. No method throws: a failure is a value. */
export class Systole {
  constructor(base: string, settings?: Settings);
  /** The session's token; null without a session. */
  token: string | null;
  signUp(person: Person, options?: CallOptions): Promise<Answer<{ token: string; user: { username: string; name: string } }>>;
  logIn(username: string, password: string, options?: CallOptions): Promise<Answer<{ token: string; user: User; enrolment?: EnrolmentDays }>>;
  logOut(options?: CallOptions): Promise<Answer>;
  hasModel(options?: CallOptions): Promise<Answer<{ exists: boolean }>>;
  /** The client never repeats it: after a failure without an answer, call hasModel. */
  enrol(files: Content | Content[], options?: EnrolOptions): Promise<Answer>;
  /** accepted is true only if the service has recognised the person. */
  check(files: Content | Content[], options?: CheckOptions): Promise<Answer<{ accepted: boolean; assertion?: string; enrolment?: EnrolmentDays }> & { accepted: boolean }>;
  challenge(options?: CallOptions): Promise<Answer<{ nonce: string; expires_in: number }>>;
  /** enrol and check upload large files by themselves. */
  upload(file: Content, options?: CallOptions): Promise<Answer<{ upload: string }>>;
  /** With since, a day or a time (RFC 3339), it deletes only what was added then or later. */
  deleteModel(options?: CallOptions & { since?: string }): Promise<Answer>;
  changePassword(password: string, replacement: string, options?: CallOptions): Promise<Answer>;
  recoveryCodes(options?: CallOptions): Promise<Answer<{ left: number; made: string | null }>>;
  makeRecoveryCodes(password: string, options?: CallOptions): Promise<Answer<{ recovery_codes: string[]; made: string }>>;
  recover(username: string, code: string, replacement: string, options?: CallOptions): Promise<Answer>;
  sessions(options?: CallOptions): Promise<Answer<{ sessions: Session[] }>>;
  /** session is an id, or "others". */
  endSession(session: string, options?: CallOptions): Promise<Answer>;
  endSessions(options?: CallOptions): Promise<Answer>;
  activity(options?: CallOptions): Promise<Answer<{ activity: Event[] }>>;
  consent(options?: CallOptions): Promise<Answer<{ consent: Consent | null; current_version: string; text: string; required: boolean }>>;
  giveConsent(version: string, options?: CallOptions): Promise<Answer>;
  withdrawConsent(options?: CallOptions): Promise<Answer>;
  export(options?: CallOptions): Promise<Answer<Record<string, unknown>>>;
  deleteAccount(password: string, options?: CallOptions): Promise<Answer>;
  /** Shows how the service reads a recording. It needs no account, and the service stores nothing. */
  inspect(files: Content | Content[], options?: RecordingOptions): Promise<Answer<Record<string, unknown>>>;
}
