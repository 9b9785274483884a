import * as v from "valibot";
import { fetchSchema } from "../client/fetch-schema.ts";
import { callable, field, integer, objectOf } from "../shared/validation.ts";
import { SANDBOX_ACCOUNTS, type SandboxAccount } from "./accounts.ts";
import { flag, requiredFlag, requiredText } from "./fields.ts";
import {
  carriersSchema,
  routerSettingsSchema,
  type SandboxCarrier,
  type SandboxRouterSettings,
} from "./routing/sandbox-carrier.ts";
import { isWebhookUrl, type SandboxWebhooks, webhooksSchema } from "./webhook-settings.ts";

/** Options of {@link createSandbox}. */
export interface SandboxOptions {
  /**
   * The accounts that exist.
   *
   * @default the accounts of SANDBOX_CREDENTIALS
   *
   * @example
   * createSandbox({
   *   accounts: [{ apiKey: "abcd1234", apiSecret: "a secret", signatureSecret: "another", enabled: true }],
   * });
   */
  readonly accounts?: readonly SandboxAccount[];
  /**
   * The status for a report with invalid parameters. Vonage's references disagree on which of 420, 422 and 423 exist.
   *
   * @default 422
   *
   * @example
   * createSandbox({ rejectionStatus: 420 });
   */
  readonly rejectionStatus?: 420 | 422 | 423;
  /**
   * Number of reports to keep. Beyond it, the oldest are dropped.
   *
   * @default 10_000
   *
   * @example
   * // A test that looks at the last report alone.
   * createSandbox({ maxReports: 1 });
   */
  readonly maxReports?: number;
  /**
   * The carriers that compete for messages. A router sends each message over one of those of its number's network, and
   * learns from conversion reports and receipts, as Vonage's Adaptive Routing does. Messages to networks without
   * carriers are treated as `Sandbox.carrier` says.
   *
   * @default none
   *
   * @example
   * createSandbox({
   *   carriers: [
   *     { name: "Direct", network: "23410", delivered: 0.97, deliveryDelay: { median: 3000, p90: 9000 } },
   *     { name: "Cheap", network: "23410", delivered: 0.6, receipts: "delivered", price: "0.01900000" },
   *   ],
   * });
   */
  readonly carriers?: readonly SandboxCarrier[];
  /**
   * The speed and the seed of the router.
   *
   * @example
   * // Reviews the last 15 seconds every 5 seconds.
   * createSandbox({ carriers, router: { timeScale: 60 } });
   */
  readonly router?: SandboxRouterSettings;
  /**
   * The targets and the signature of webhooks: delivery receipts and users' replies.
   *
   * @default not sent
   *
   * @example
   * createSandbox({
   *   webhooks: { deliveryReceipt: "http://localhost:8787/webhooks/delivery-receipt", sign: "sha256" },
   * });
   */
  readonly webhooks?: SandboxWebhooks;
  /**
   * Origins that webhooks may be sent to. This covers `webhooks` and the `callback` of a single message; redirects are
   * never followed. Set it if anyone but your tests can reach the sandbox: otherwise its callers can make it call any
   * host of your network.
   *
   * @default any origin
   *
   * @example
   * createSandbox({ webhookOrigins: ["http://127.0.0.1:8787"] });
   */
  readonly webhookOrigins?: readonly string[];
  /**
   * Sends the webhooks.
   *
   * @default globalThis.fetch
   *
   * @example
   * // Pass webhooks straight to the handler under test.
   * createSandbox({ fetch: (input, init) => handler(new Request(input, init)) });
   */
  readonly fetch?: typeof fetch;
  /**
   * Receives a promise for work that outlives a request, such as a delayed receipt. On workerd, pass `waitUntil`:
   * the runtime stops other work when the request ends.
   *
   * @default not called
   *
   * @example
   * import { waitUntil } from "cloudflare:workers";
   * createSandbox({ waitUntil });
   */
  readonly waitUntil?: (work: Promise<unknown>) => void;
  /**
   * Returns the current time in epoch milliseconds.
   *
   * @default Date.now
   *
   * @example
   * let time = Date.UTC(2026, 0, 1);
   * createSandbox({ now: () => time });
   */
  readonly now?: () => number;
}

const isOrigin = (value: unknown) =>
  typeof value === "string" && isWebhookUrl(value) && new URL(value).origin === value;

/** Validates {@link SandboxOptions} and fills in the defaults. */
export const sandboxOptionsSchema = objectOf({
  accounts: v.optional(
    v.array(
      objectOf({
        apiKey: requiredText,
        apiSecret: requiredText,
        signatureSecret: requiredText,
        enabled: requiredFlag,
        queryOnly: v.optional(flag),
      }),
      "must be a list of accounts",
    ),
    [...SANDBOX_ACCOUNTS],
  ),
  rejectionStatus: v.optional(
    field<number>("420, 422 or 423", (value) => [420, 422, 423].includes(value as number)),
    422,
  ),
  maxReports: v.optional(integer(1, 1_000_000), 10_000),
  carriers: v.optional(carriersSchema, []),
  router: v.optional(routerSettingsSchema),
  webhooks: v.optional(webhooksSchema, {}),
  webhookOrigins: v.optional(
    v.array(field<string>("an origin such as http://127.0.0.1:8787", isOrigin), "must be a list of origins"),
  ),
  fetch: fetchSchema,
  waitUntil: v.optional(callable<(work: Promise<unknown>) => void>(), () => () => {}),
  now: v.optional(callable<() => number>()),
});
