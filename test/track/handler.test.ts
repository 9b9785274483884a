// The client against the handler: what it sends reaches the ledger, and what the handler refuses becomes an error.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createHandler } from "../../adapters/http/handler.ts";
import { resolveHandlerOptions } from "../../adapters/http/options.ts";
import { type Ledger, LedgerUnavailable } from "../../adapters/http/ports/ledger.ts";
import { createConversionClient } from "../../src/index.ts";
import { SANDBOX_CREDENTIALS } from "../../src/sandbox/index.ts";
import { createTrackingClient } from "../../src/track/index.ts";
import { conversionErrorOf } from "../support/conversion-error.ts";
import { MAIL, MESSAGE_ID, SHOP, TOKEN_SECRET } from "../support/proxy.ts";

const NOW = Date.UTC(2026, 10, 25, 12);
const endpoint = "https://worker.example";

/** A handler whose ledger does as told, and its clients. */
function createClients(ledger: Partial<Ledger> | undefined, key: string = SHOP.key) {
  const unexpected = async () => {
    throw new Error("not to be called");
  };
  const options = resolveHandlerOptions({
    credentials: { "2fa": SANDBOX_CREDENTIALS.twoFactor, other: SANDBOX_CREDENTIALS.other },
    proxyKeys: [SHOP, MAIL],
    tokenSecrets: [TOKEN_SECRET],
    log: () => {},
  });
  const all = {
    shards: 1,
    nudge: unexpected,
    report: unexpected,
    track: unexpected,
    receipt: unexpected,
    retry: unexpected,
    find: unexpected,
    list: unexpected,
    stats: unexpected,
  };
  const handle = createHandler(options, { ...(ledger && { ledger: { ...all, ...ledger } }) });
  const fetch: typeof globalThis.fetch = (input, init) => handle(new Request(input, init));
  return {
    tracking: createTrackingClient({ endpoint, key, fetch, retry: false }),
    reporting: (token: string) => createConversionClient({ endpoint, token, fetch }),
  };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
});
afterEach(() => vi.useRealTimers());

it("a message reaches the ledger with its facts, and its token reports it", async () => {
  const track = vi.fn<Ledger["track"]>(async () => "tracked");
  const report = vi.fn<Ledger["report"]>(async () => ({ status: "recorded", attempts: 1 }));
  const { tracking, reporting } = createClients({ track, report });
  const { token = "", expiresAt } = await tracking.track({
    messageId: MESSAGE_ID,
    channel: "sms",
    expiresIn: 240,
    country: "GB",
    network: "23410",
    sentAt: new Date(NOW - 2000),
    price: 0.0333,
  });
  expect(expiresAt).toBe("2026-11-25T12:04:00.000Z");
  expect(track.mock.calls).toEqual([
    [
      {
        messageId: MESSAGE_ID,
        channel: "sms",
        traffic: "2fa",
        expiresAt: NOW + 240_000,
        facts: { country: "GB", network: "23410", sentAt: NOW - 2000, price: 3_330_000 },
      },
    ],
  ]);
  const message = { messageId: MESSAGE_ID, delivered: true };
  expect(await reporting(token).sms(message)).toEqual({ status: "recorded", attempts: 1 });
});

it("a message without facts expires after the Worker's default, as the key's traffic", async () => {
  const track = vi.fn<Ledger["track"]>(async () => "tracked");
  const { tracking } = createClients({ track }, MAIL.key);
  const { expiresAt } = await tracking.track({ messageId: "a/b ü", channel: "voice" });
  expect(expiresAt).toBe("2026-11-25T12:05:00.000Z");
  expect(track.mock.calls).toMatchObject([[{ messageId: "a/b ü", channel: "voice", traffic: "other" }]]);
});

it.each<[string, Partial<Ledger> | undefined, object, string | undefined, object]>([
  ["an unknown key", {}, {}, "not-one-of-its-keys", { code: "unauthorized", status: 401 }],
  [
    "a message of the other traffic",
    { track: async () => "other-traffic" },
    {},
    undefined,
    { code: "unauthorized", status: 403 },
  ],
  ["a traffic that is not the key's", {}, { traffic: "other" }, undefined, { code: "rejected", status: 400 }],
  ["a country that does not exist", {}, { country: "XX" }, undefined, { code: "rejected", status: 400 }],
  [
    "a ledger that cannot store",
    {
      track: async () => {
        throw new LedgerUnavailable("full");
      },
    },
    {},
    undefined,
    { code: "unavailable", status: 503, retryable: true },
  ],
  ["no ledger", undefined, {}, undefined, { code: "unexpected_response", status: 501, retryable: false }],
])("%s becomes an error", async (_, ledger, fields, key, expected) => {
  const { tracking } = createClients(ledger, key);
  const error = await conversionErrorOf(() =>
    tracking.track({ messageId: MESSAGE_ID, channel: "sms", ...fields }),
  );
  expect(error).toMatchObject(expected);
  for (const name of Object.keys(fields)) expect(error.message).toContain(`the Worker refused ${name};`);
});
