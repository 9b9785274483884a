// Malformed and malicious requests, for fast-check.

import * as fc from "fast-check";
import { mintReportToken } from "../../src/token/index.ts";
import { CANARY_ADMIN, CANARY_CALLERS, CANARY_TOKEN_SECRETS } from "./canaries.ts";
import { anyText, oddName, toWellFormed } from "./odd-text.ts";
import { basic, bearer, FORM, MESSAGE_ID } from "./proxy.ts";

const { shop, mail } = CANARY_CALLERS;

/** A valid token for MESSAGE_ID by SMS. */
export const TOKEN = await mintReportToken(
  { messageId: MESSAGE_ID, channel: "sms" },
  { secret: CANARY_TOKEN_SECRETS[1] },
);

export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  /** Includes the question mark, if any. */
  readonly query: string;
  /** Includes the hash, if any. It is never sent, and must never be read. */
  readonly fragment: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

const knownName = fc.constantFrom(
  "message-id",
  "delivered",
  "timestamp",
  "token",
  "api_key",
  "api_secret",
  "sig",
);
/** Text that is allowed in an HTTP header. */
const headerText = fc
  .string({ unit: fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 80 })
  .map((text) => text.replaceAll("\x7f", ""));

// Credentials: often valid, so that requests get past authentication.
const goodCredentials = fc.constantFrom(
  bearer(shop.key),
  bearer(mail.key),
  bearer(TOKEN),
  basic(shop.name, shop.key),
  basic(mail.name, mail.key),
);
const bytes = fc.uint8Array({ maxLength: 60 }).map((some) => Buffer.from(some));
const badAuthorization = fc.oneof(
  headerText,
  headerText.map((text) => `Bearer ${text}`),
  headerText.map((text) => `Basic ${text}`),
  bytes.map((some) => `Basic ${some.toString("base64")}`),
  fc
    .array(bytes, { minLength: 2, maxLength: 5 })
    .map((parts) => `Bearer ${parts.map((part) => part.toString("base64url")).join(".")}`),
  fc
    .json({ maxDepth: 2 })
    .map(
      (header) =>
        `Bearer ${[header, "{}", "x"].map((part) => Buffer.from(part).toString("base64url")).join(".")}`,
    ),
  fc.constantFrom(
    "Bearer",
    "Basic",
    "Basic Og==",
    `Bearer ${"a.".repeat(4000)}`,
    `Bearer ${"x".repeat(9000)}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(0, -2)}`,
    `Bearer ${shop.key}, Bearer ${shop.key}`,
    `Digest ${shop.key}`,
    shop.key,
    basic(shop.name, mail.key).authorization,
  ),
);

// Bodies and query strings.
const GOOD_FORMS = [
  `message-id=${MESSAGE_ID}&delivered=true&`,
  `token=${TOKEN}&message-id=${MESSAGE_ID}&delivered=False`,
  `message-id=another&delivered=0&token=${TOKEN}`,
];
const pair = fc
  .tuple(
    fc.oneof(knownName, knownName, oddName, anyText),
    fc.oneof(anyText, fc.constantFrom(MESSAGE_ID, "1", "true", TOKEN, "")),
  )
  .map(([name, value]) => [name, value].map((text) => encodeURIComponent(toWellFormed(text))).join("="));
const formText = fc.oneof(
  fc.array(pair, { maxLength: 6 }).map((pairs) => pairs.join("&")),
  fc.string({
    unit: fc.constantFrom("%", "&", "=", "+", "%ff", "%00", "%e2%82", "a", "delivered", "message-id"),
    maxLength: 40,
  }),
  fc.integer({ min: 10, max: 1500 }).map((many) => "a=1&".repeat(many)),
  fc.constantFrom(...GOOD_FORMS),
);
const deep = fc.tuple(fc.constantFrom("[", '{"a":', '{"message-id":['), fc.integer({ min: 1, max: 2500 }));
const jsonText = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc
    .dictionary(fc.oneof(knownName, oddName, anyText), fc.jsonValue({ maxDepth: 2 }))
    .map((value) => JSON.stringify(value)),
  deep.map(([open, depth]) => open.repeat(depth)),
  deep.map(([, depth]) => "[".repeat(depth) + "]".repeat(depth)),
  fc.constantFrom(
    "1e400",
    "-0",
    `{"message-id":1e400,"delivered":1}`,
    `{"message-id":${"9".repeat(400)},"delivered":1}`,
    '{"message-id":4711,"delivered":1}',
    '{"__proto__":{"delivered":true},"message-id":"a"}',
    '{"delivered":true,"delivered":true,"message-id":"a"}',
    '{"message-id":"\\ud800","delivered":true}',
    '"',
    "\ufeff{}",
    "nul",
    `{"message-id":"${MESSAGE_ID}","delivered":1}`,
    `"${"\\".repeat(8000)}`,
    `{"${'\\"'.repeat(4000)}":1}`,
  ),
);
const anyBody = fc.oneof(
  { weight: 3, arbitrary: formText },
  { weight: 3, arbitrary: jsonText },
  { weight: 1, arbitrary: anyText },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((some) => new Uint8Array(some)) },
  { weight: 1, arbitrary: fc.integer({ min: 8000, max: 9000 }).map((size) => new Uint8Array(size).fill(37)) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.constantFrom(...GOOD_FORMS) },
);
const anyType = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(FORM, "application/json", `${FORM};charset=utf-8`) },
  { weight: 1, arbitrary: headerText },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      ";",
      "text/plain",
      "multipart/form-data; boundary=x",
      "application/json, text/plain",
    ),
  },
);
const anyPath = fc.oneof(
  { weight: 16, arbitrary: fc.constantFrom("/conversions/sms", "/conversions/voice") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "/",
      "/health",
      "/conversions",
      "/conversions/sms/",
      "/conversions/sms//",
      "//conversions/sms",
      "/conversions/sms%00",
      "/conversions/%73ms",
      "/conversions/%zz",
      "/conversions/sms;a=b",
      "/conversions/../health",
      "/*",
      "/:channel",
      "/__proto__",
    ),
  },
  { weight: 1, arbitrary: anyText.map((text) => `/${text}`) },
  { weight: 1, arbitrary: anyText.map((text) => `/conversions/${toWellFormed(text)}`) },
);
const anyMethod = fc.oneof(
  { weight: 8, arbitrary: fc.constant("POST") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "GET",
      "HEAD",
      "PUT",
      "PATCH",
      "DELETE",
      "OPTIONS",
      "QUERY",
      "post",
      "constructor",
    ),
  },
);
const otherHeaders = fc.record(
  {
    // The transport never delivers more than the declared length.
    "content-length": fc.constantFrom("8193", "1e999", "null"),
    "content-encoding": fc.oneof(headerText, fc.constantFrom("identity", "Identity", "gzip", "GZIP")),
    accept: fc.oneof(headerText, fc.constant("application/json")),
    origin: headerText,
    cookie: headerText,
    "x-request-id": headerText,
    "x-http-method-override": fc.constant("GET"),
    "access-control-request-method": headerText,
  },
  { requiredKeys: [] },
);
const someHeaders = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: otherHeaders },
);

const credentials = fc.oneof(
  goodCredentials,
  badAuthorization.map((authorization) => ({ authorization })),
  fc.constant({}),
);

/** Any request, often with valid credentials, so that it gets past authentication. */
export const hostileRequest: fc.Arbitrary<HostileRequest> = fc
  .record({
    method: anyMethod,
    path: anyPath,
    query: fc.oneof(
      { weight: 3, arbitrary: fc.constant("") },
      { weight: 1, arbitrary: formText.map((text) => `?${text}`) },
    ),
    credentials,
    type: fc.option(anyType, { freq: 9 }),
    others: someHeaders,
    fragment: fc.oneof(
      { weight: 9, arbitrary: fc.constant("") },
      { weight: 1, arbitrary: fc.constantFrom("#", "#?", "#?delivered=false", `#?${GOOD_FORMS[1]}`) },
    ),
    body: anyBody,
  })
  .map(({ credentials, type, others, body, fragment, ...rest }) => ({
    ...rest,
    fragment,
    headers: { ...others, ...credentials, ...(type !== null && { "content-type": type }) },
    body: rest.method === "GET" || rest.method === "HEAD" ? null : body,
  }));

// The ledger's routes: tracking, and the operator's.

const messageName = fc.constantFrom(
  "messageId",
  "channel",
  "traffic",
  "expiresIn",
  "token",
  "api_key",
  "message-id",
);
const messageValue = fc.oneof(
  anyText,
  fc.constantFrom(
    "sms",
    "voice",
    "2fa",
    "other",
    "30",
    "86400",
    "29",
    "86401",
    "1e3",
    "-1",
    MESSAGE_ID,
    TOKEN,
    "",
  ),
);
const messagePairs = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.array(fc.tuple(fc.oneof(messageName, messageName, oddName), messageValue), {
      maxLength: 6,
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(anyText, fc.constantFrom("sms", "voice", "fax"), messageValue)
      .map(([id, channel, expiresIn]): [string, string][] => [
        ["messageId", id],
        ["channel", channel],
        ["expiresIn", expiresIn],
      ]),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.string({ maxLength: 20 }),
        fc.constantFrom("sms", "voice"),
        fc.integer({ min: 25, max: 90_000 }),
        fc.constantFrom(null, null, null, "channel", "messageId", "expiresIn", "to"),
      )
      .map(([id, channel, expiresIn, more]): [string, string][] => [
        ["channel", channel],
        ["messageId", id],
        ["expiresIn", String(expiresIn)],
        ...(more === null ? [] : [[more, String(expiresIn)] as [string, string]]),
      ]),
  },
);
const toForm = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map((pair) => pair.map((text) => encodeURIComponent(toWellFormed(text))).join("=")).join("&");
const messageBody = fc.oneof(
  messagePairs.map((pairs) => ({ body: toForm(pairs), type: FORM })),
  messagePairs.map((pairs) => ({
    body: `{${pairs.map((pair) => pair.map((text) => JSON.stringify(text)).join(":"))}}`,
    type: "application/json",
  })),
  fc.tuple(anyBody, anyType).map(([body, type]) => ({ body, type })),
);
const listQuery = fc.oneof(
  fc
    .record(
      {
        state: fc.oneof(
          fc.constantFrom("tracking", "sending", "queued", "recorded", "dead", "unreadable"),
          anyText,
        ),
        limit: fc.oneof(fc.integer({ min: -2, max: 600 }).map(String), anyText),
        cursor: fc.oneof(
          anyText,
          fc
            .tuple(fc.integer({ min: -1, max: 4 }), fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), anyText)
            .map((parts) => Buffer.from(JSON.stringify(parts)).toString("base64url")),
          fc
            .tuple(fc.integer({ min: 0, max: 2 }), anyText, fc.double({ noNaN: true }), anyText, anyText)
            .map((parts) => Buffer.from(JSON.stringify(parts)).toString("base64url")),
        ),
        other: anyText,
      },
      { requiredKeys: [] },
    )
    .map((query) => `?${toForm(Object.entries(query))}`),
  fc
    .tuple(fc.constantFrom("tracking", "queued", "dead", "unreadable"), fc.integer({ min: 0, max: 501 }))
    .map(([state, limit]) => `?state=${state}&limit=${limit}`),
  formText.map((text) => `?${text}`),
);
const anySegment = fc.oneof(
  fc.constantFrom("sms", "voice", "fax", "%73ms", "", ".", "..", "%2e%2e", "%", "%ff", "%00", MESSAGE_ID),
  anyText.map((text) => encodeURIComponent(toWellFormed(text))),
  anyText.map((text) => toWellFormed(text).replace(/[?#]/g, "")),
);
const ledgerTarget = fc.oneof(
  {
    weight: 4,
    arbitrary: messageBody.map(({ body, type }) => ({
      method: "POST",
      path: "/messages",
      query: "",
      body,
      type,
    })),
  },
  {
    weight: 3,
    arbitrary: listQuery.map((query) => ({ method: "GET", path: "/reports", query, body: null, type: null })),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(anySegment, anySegment).map(([channel, id]) => ({
      method: "POST",
      path: `/reports/${channel}/${id}/retry`,
      query: "",
      body: null,
      type: null,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: anyMethod,
      path: fc.constantFrom(
        "/messages",
        "/reports",
        "/reports/sms/a/retry",
        "/stats",
        "/stats/",
        "/doctor",
        "/reports/",
      ),
      query: listQuery,
      body: fc.constant(null),
      type: fc.constant(null),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("GET /stats", "POST /doctor").map((call) => {
      const [method = "", path = ""] = call.split(" ");
      return { method, path, query: "", body: null, type: null };
    }),
  },
);
const adminCredentials = fc.oneof(
  { weight: 4, arbitrary: fc.constant(bearer(CANARY_ADMIN.key)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      basic(CANARY_ADMIN.name, CANARY_ADMIN.key),
      bearer(`${CANARY_ADMIN.key}x`),
      { authorization: `Bearer ${CANARY_ADMIN.key}, Bearer ${shop.key}` },
      { authorization: `bearer   ${CANARY_ADMIN.key}` },
    ),
  },
);
const callerAndTarget = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(ledgerTarget, credentials) },
  { weight: 1, arbitrary: fc.tuple(ledgerTarget, adminCredentials) },
  // The callers that may use these routes.
  {
    weight: 2,
    arbitrary: fc
      .tuple(ledgerTarget, goodCredentials, adminCredentials)
      .map(([target, good, admin]) => [target, target.path === "/messages" ? good : admin] as const),
  },
);

/** Any request to the ledger's routes, often with an admin key. */
export const hostileLedgerRequest: fc.Arbitrary<HostileRequest> = fc
  .tuple(callerAndTarget, someHeaders)
  .map(([[{ type, body, ...rest }, credentials], others]) => ({
    ...rest,
    fragment: "",
    headers: { ...others, ...credentials, ...(type !== null && { "content-type": type }) },
    body: rest.method === "GET" || rest.method === "HEAD" ? null : body,
  }));
