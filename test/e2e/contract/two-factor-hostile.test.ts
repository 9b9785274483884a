// Malformed requests to every route of the workflow on workerd: each gets an answer that is
// documented, and nothing of what was sent comes back or is logged.

import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PROBLEMS } from "../../../adapters/http/problems.ts";
import { OTHER_PROXY_KEY, PROXY_KEY } from "../../support/local-stack.ts";
import { toWellFormed } from "../../support/odd-text.ts";
import { cases } from "../../support/property-seed.ts";
import { startTwoFactorStack, type TwoFactorStack } from "../../support/two-factor-stack.ts";
import { basic, bearer } from "./ledger-worker.ts";

let stack: TwoFactorStack;
let known: string;
beforeAll(async () => {
  stack = await startTwoFactorStack({
    TWO_FACTOR_LIMITS: "number=2/3600 prefix=2/3600 caller=2/3600 total=2/3600",
  });
  known = (await stack.client.start({ to: "+447400199999", channel: "sms" })).id;
});
afterAll(() => stack.stop());

/** Easy to recognise, in each value that is sent. */
const CANARY = "cAnArY";

const name = fc.constantFrom(
  ...["to", "channel", "brand", "locale", "clientRef", "code", "extra", "__proto__", "constructor"],
  ...["msisdn", "messageId", "status", "text", "sig", "nonce", "timestamp", "token", "api_key"],
);
const value = fc.oneof(
  fc.constantFrom("sms", "voice", "447400123456", "+12015550123", "delivered", "", "0", "-1", "1e9", "null"),
  fc.string({ unit: "binary", maxLength: 60 }).map((text) => CANARY + toWellFormed(text)),
  fc.string({ unit: "grapheme", maxLength: 5000 }).map((text) => CANARY + toWellFormed(text)),
);
const form = fc
  .array(fc.tuple(name, value), { maxLength: 8 })
  .map((pairs) => ({ type: "application/x-www-form-urlencoded", body: String(new URLSearchParams(pairs)) }));
const json = fc
  .oneof(fc.dictionary(name, fc.oneof(value, fc.jsonValue({ maxDepth: 2 }))), fc.jsonValue({ maxDepth: 3 }))
  .map((body) => ({ type: "application/json", body: JSON.stringify(body) }));
/** As it should be, so that what lies behind is reached. */
const good = fc
  .constantFrom(
    { to: "+447400123456", channel: "sms" },
    { to: "+447400", channel: "voice" },
    { to: "+79161234567", channel: "sms" },
    { code: "123456" },
    {},
  )
  .map((body) => ({ type: "application/json", body: JSON.stringify(body) }));
const garbage = fc
  .tuple(
    fc.constantFrom(
      "application/json",
      "application/x-www-form-urlencoded",
      "text/plain",
      "multipart/form-data",
    ),
    fc.uint8Array({ maxLength: 300 }),
  )
  .map(([type, bytes]) => ({ type, body: bytes as Uint8Array<ArrayBuffer> }));
const id = fc.oneof(
  fc.constantFrom(
    ...[
      "0.AAAAAAAAAAAAAAAAAAAAAA",
      "zz.AAAAAAAAAAAAAAAAAAAAAA",
      "..",
      "%2e%2e",
      "%",
      "%00",
      "constructor",
      "a/b",
    ],
  ),
  fc.string({ maxLength: 40 }).map((text) => encodeURIComponent(toWellFormed(text))),
  // Looked up when it is sent: it is not there before the stack is.
  fc.constant(undefined),
);
const route = fc.oneof(
  fc.constant(() => "/2fa"),
  fc.constantFrom("/webhooks/delivery-receipt", "/webhooks/inbound-sms").map((path) => () => path),
  fc.tuple(id, fc.constantFrom("", "/check", "/resend", "/other")).map(
    ([one, rest]) =>
      () =>
        `/2fa/${one ?? known}${rest}`,
  ),
);
const authorization = fc.constantFrom<Record<string, string>>(
  bearer(PROXY_KEY.key),
  bearer(PROXY_KEY.key),
  bearer(OTHER_PROXY_KEY.key),
  basic(PROXY_KEY.name, PROXY_KEY.key),
  bearer(CANARY),
  {},
);

/** Too rare for random requests: a country that is not served, and a body type that is not read. */
const RARE: [() => string, "POST", Record<string, string>, { type: string; body: string }, boolean][] = [
  [
    () => "/2fa",
    "POST",
    bearer(PROXY_KEY.key),
    { type: "application/json", body: JSON.stringify({ to: "+79161234567", channel: "sms" }) },
    false,
  ],
  [() => "/2fa", "POST", bearer(PROXY_KEY.key), { type: "text/plain", body: CANARY }, false],
];

it("are answered as documented, and neither answers nor logs repeat them", async () => {
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(
      route,
      fc.constantFrom("GET", "POST", "POST", "POST", "DELETE", "PUT"),
      authorization,
      fc.oneof(form, json, garbage, good),
      fc.boolean(),
      async (path, method, headers, { type, body }, inQuery) => {
        const query = inQuery && typeof body === "string" && body.length < 2000 ? `?${body}` : "";
        const withBody = method === "GET" ? {} : { body };
        const response = await fetch(`${stack.worker.url}${path()}${query}`, {
          method,
          headers: { ...headers, "content-type": type },
          redirect: "manual",
          ...withBody,
        });
        const { status } = response;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const text = await response.text();
        expect(text).not.toContain(CANARY);
        // A challenge tells its number to whom it belongs to, and nothing else does.
        const others = status < 300 ? text.replace(/"to":"\+\d+"/, "") : text;
        expect(others).not.toMatch(/4474001\d|12015550123/);
        if (status < 300) return;
        const { type: problem = "" } = JSON.parse(text) as { type?: string };
        const called = problem.replace("urn:problem:vonage-conversion:", "");
        expect(called).not.toBe("internal");
        expect(PROBLEMS).toHaveProperty(called);
        expect(PROBLEMS[called as keyof typeof PROBLEMS][0]).toBe(status);
      },
    ),
    { numRuns: cases(1500), examples: RARE },
  );
  // The search reached what it is about.
  for (const status of [200, 400, 401, 403, 404, 405, 415, 422, 429])
    expect([...statuses.keys()]).toContain(status);
  expect(stack.logs.join("\n")).not.toContain(CANARY);
  expect(stack.logs.filter((line) => line.includes('"outcome":"internal"'))).toEqual([]);
}, 120_000);
