// Canary secrets are planted where a runtime's own errors could pick them up, such as in a URL. Everything that an
// error shows is then searched for them.

import { type Credentials, createConversionClient } from "vonage-conversion";
import { demand, demandEqual, errorOf, toBehaviours } from "./behaviour.ts";
import { direct, intoTheVoid } from "./clients.ts";
import { stage } from "./stage.ts";
import { fail } from "./vonage.ts";

const CANARY = "cAnary s&cret/+ü";
const MESSAGE_ID = "cAnary message";
const KEY = "cAnary-key-0123456789-0123456789-0123456789";

const CREDENTIALS: readonly Credentials[] = [
  { apiKey: "cAnary1", apiSecret: CANARY },
  { apiKey: "cAnary1", apiSecret: CANARY, via: "query" },
  { apiKey: "cAnary1", signatureSecret: CANARY, signatureMethod: "sha256" },
];

/** Everything that a logger could print of a value and of the values it refers to. */
function renderingsOf(value: unknown, depth = 5): string[] {
  if (depth === 0) return [];
  if (typeof value !== "object" || value === null) return [String(value)];
  const names = Object.getOwnPropertyNames(value);
  return [
    String(value),
    JSON.stringify(value),
    JSON.stringify(value, names),
    ...[...Reflect.ownKeys(value), "stack", "cause"].flatMap((name) =>
      renderingsOf(Reflect.get(value, name), depth - 1),
    ),
  ];
}

/** A secret as it looks in a URL, a form, JSON and Base64. Base64 has three spellings, one for each start offset. */
const TRACES = ["cAnary", btoa("cAnary"), btoa(" cAnary").slice(2, 9), btoa("  cAnary").slice(3, 10)].map(
  (trace) => trace.toLowerCase(),
);

function findLeaks(error: unknown): string[] {
  const all = renderingsOf(error).join("\n").toLowerCase();
  return TRACES.filter((trace) => all.includes(trace));
}

export const secrets = toBehaviours({
  "no error shows a secret, a query or a message id": async () => {
    const report = { messageId: MESSAGE_ID, delivered: true };
    const leaks: string[] = [];
    const look = async (what: string, action: () => unknown) => {
      const error = await errorOf(action);
      demand(error instanceof Error, `${what}: no Error`);
      for (const leak of findLeaks(error)) leaks.push(`${what}: ${leak}`);
    };
    for (const credentials of CREDENTIALS) {
      const quick = { timeout: 200, retry: false } as const;
      await look("401", () => direct(credentials).sms(report));
      await look("no server listens", () => intoTheVoid(credentials).sms(report));
      await fail({ drop: true }, { hang: true }, { status: 307, location: "/cAnary" });
      await fail({ status: 422, body: "cAnary" });
      await look("broken", () => direct(credentials, quick).sms(report));
      await look("timeout", () => direct(credentials, quick).sms(report));
      await look("redirect", () => direct(credentials, quick).sms(report));
      await look("422", () => direct(credentials, quick).sms(report));
      const signal = AbortSignal.abort(new Error("cAnary"));
      await look("aborted", () => direct(credentials).sms(report, { signal }));
    }
    const byKey = createConversionClient({ endpoint: stage.worker, key: KEY });
    await look("proxy key", () => byKey.sms(report));
    const options = { credentials: { apiKey: "cAnary:", apiSecret: CANARY } };
    await look("options", () => createConversionClient(options));
    demandEqual(leaks, [], "leaks");
  },

  "the search for leaks finds a planted one": async () => {
    const basic = ["", "k", "ke"].map((name) => btoa(`${name}:${CANARY.slice(0, 13)}`));
    const errors = [
      new Error(`https://x/?api_secret=${encodeURIComponent(CANARY)}`),
      ...basic.map((header) => new Error("x", { cause: { header } })),
    ];
    for (const error of errors) demand(findLeaks(error).length > 0, `${errors.indexOf(error)} was not seen`);
  },
});
