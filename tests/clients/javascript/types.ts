// What a program in TypeScript may write with the types of sdk.js, and what its
// compiler has to refuse. It is compiled, never run.

import { LARGEST_REQUEST, Systole, type Answer, type Failure } from "../../../shared/sdk/javascript/sdk.js";

export async function right(systole: Systole, file: File, bytes: Uint8Array): Promise<string> {
  const signedUp = await systole.signUp({ username: "hong", password: "tachy-cardia!", name: "홍길동", gender: "female" });
  if (!signedUp.ok) return `${signedUp.code} ${signedUp.wait.toFixed()}`;
  const token: string = signedUp.token;

  const enrolled: Answer = await systole.enrol([file, bytes], { rate: 500, progress: (share) => share.toFixed(2) });
  if (!enrolled.ok) return String(enrolled.details.seconds_missing);

  const { accepted } = await systole.check("1\n2\n", { nonce: "n", audience: "https://shop.example", signal: AbortSignal.timeout(1000) });
  const verdict: boolean = accepted; // false for a failure as well

  const sessions = await systole.sessions();
  const current = sessions.ok ? sessions.sessions.find((s) => s.current)?.id : undefined;
  const failure: Failure | undefined = sessions.ok ? undefined : sessions;
  return `${token} ${verdict} ${current} ${failure?.message} ${file.size > LARGEST_REQUEST}`;
}

export async function wrong(systole: Systole, file: File): Promise<void> {
  const signedUp = await systole.signUp({ username: "hong", password: "tachy-cardia!", name: "홍길동" });
  // @ts-expect-error: there may be no token
  signedUp.token.length;
  if (signedUp.ok) {
    // @ts-expect-error: a success has no word
    signedUp.code.length;
  }
  // @ts-expect-error: a name is missing
  await systole.signUp({ username: "hong", password: "tachy-cardia!" });
  // @ts-expect-error: a rate is a number
  await systole.enrol(file, { rate: "500" });
  // @ts-expect-error: a path is no content
  await systole.check({ path: "probe.csv" });
  // @ts-expect-error: an answer is a value of later
  systole.check(file).accepted;
  // @ts-expect-error: there is no such setting
  new Systole("https://api.example.com", { retries: 3 });
}
