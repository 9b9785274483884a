import * as v from "valibot";
import { field, integer, objectOf, required, text } from "../shared/validation.ts";
import { SANDBOX_ACCOUNTS, type SandboxAccount } from "./accounts.ts";
import { isWebhookUrl, type SandboxWebhooks, webhooksSchema } from "./webhooks.ts";

export interface SandboxOptions {
  /**
   * Who has an account.
   *
   * @default the accounts of SANDBOX_CREDENTIALS
   */
  readonly accounts?: readonly SandboxAccount[];
  /**
   * The status for invalid parameters of a report: Vonage's references disagree on which of 420, 422 and 423 exist.
   *
   * @default 422
   */
  readonly rejectionStatus?: 420 | 422 | 423;
  /**
   * How many reports are kept; the oldest are forgotten first.
   *
   * @default 10_000
   */
  readonly maxReports?: number;
  /**
   * Where delivery receipts and users' replies are sent, and how.
   *
   * @default nowhere
   */
  readonly webhooks?: SandboxWebhooks;
  /**
   * Origins that webhooks may go to, such as `http://127.0.0.1:8787`: a message's own `callback` and the settings above
   * are held to it, and redirects are never followed. Name them where others than your tests can reach the sandbox, or
   * any caller makes it call any host of your network.
   *
   * @default any
   */
  readonly webhookOrigins?: readonly string[];
  /**
   * What sends the webhooks.
   *
   * @default globalThis.fetch
   */
  readonly fetch?: typeof fetch;
  /**
   * Told of work that outlives a request, such as a receipt to come. workerd stops what it was not told of.
   *
   * @default nobody is told
   */
  readonly waitUntil?: (work: Promise<unknown>) => void;
  /**
   * The clock, in epoch milliseconds.
   *
   * @default Date.now
   */
  readonly now?: () => number;
}

export const anyText = required(text("1 to 200 characters, no control characters", /^\P{Cc}{1,200}$/u));
export const aBoolean = required(
  field<boolean>("true or false (a boolean)", (value) => typeof value === "boolean"),
);

const isFunction = (value: unknown) => typeof value === "function";

const isOrigin = (value: unknown) =>
  typeof value === "string" && isWebhookUrl(value) && new URL(value).origin === value;

/** The rules of {@link SandboxOptions}. */
export const sandboxOptionsSchema = objectOf({
  accounts: v.optional(
    v.array(
      objectOf({
        apiKey: anyText,
        apiSecret: anyText,
        signatureSecret: anyText,
        enabled: aBoolean,
        queryOnly: v.optional(aBoolean),
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
  webhooks: v.optional(webhooksSchema, {}),
  webhookOrigins: v.optional(
    v.array(field<string>("an origin such as http://127.0.0.1:8787", isOrigin), "must be a list of origins"),
  ),
  fetch: v.optional(field<typeof fetch>("a function", isFunction)),
  waitUntil: v.optional(field<(work: Promise<unknown>) => void>("a function", isFunction), () => () => {}),
  now: v.optional(field<() => number>("a function", isFunction)),
});
