import type { CarrierSettings } from "./carrier-settings.ts";
import type { RecordedReport } from "./conversions.ts";
import type { SandboxExchange } from "./exchanges.ts";
import type { SandboxFault } from "./faults.ts";
import type { Handset } from "./handset.ts";
import type { SandboxCarrier, SandboxRouterSettings } from "./routing/sandbox-carrier.ts";
import type { SandboxRouting } from "./routing/sandbox-routing.ts";
import type { SandboxWebhooks } from "./webhook-settings.ts";

/** A stand-in for Vonage. Made by `createSandbox`. */
export interface Sandbox {
  /**
   * Answers as `api.nexmo.com` and `rest.nexmo.com` do, whatever the host of the URL. Pass it to a client as its
   * `fetch`. Paths under `/sandbox/` are the control panel: the methods below, over HTTP.
   *
   * Rejects with a `TypeError`, as fetch does, when a fault drops the connection.
   *
   * @example
   * const client = createConversionClient({ credentials: SANDBOX_CREDENTIALS.twoFactor, fetch: sandbox.fetch });
   *
   * @example
   * // Serve it over HTTP, for example with Hono, and list the calls of the control panel.
   * app.all("*", (context) => sandbox.fetch(context.req.raw));
   * // curl http://localhost:8788/sandbox/
   */
  readonly fetch: typeof fetch;

  /**
   * Lists the recorded reports, oldest first.
   *
   * @example
   * expect(sandbox.reports()).toMatchObject([{ messageId: "0A0000000123ABCD1", delivered: true }]);
   */
  reports(): readonly RecordedReport[];

  /**
   * Adds a fault that strikes later requests. Faults strike in the order in which they were added.
   *
   * @throws {ConversionError} `invalid_options`.
   *
   * @example
   * // The next three reports are answered 503.
   * sandbox.fail({ status: 503, times: 3 });
   *
   * @example
   * // The report is recorded, but its answer gets lost.
   * sandbox.fail({ drop: true, recorded: true });
   *
   * @example
   * // The SMS API answers its own "internal error".
   * sandbox.fail({ path: "sms", smsStatus: "5" });
   */
  fail(fault: SandboxFault): void;

  /**
   * Enables or disables the Conversion API for an account, as Vonage support does.
   *
   * @throws {ConversionError} `invalid_options`: no account has this key.
   *
   * @example
   * sandbox.enable(SANDBOX_CREDENTIALS.twoFactor.apiKey, false); // reports are now answered 402
   */
  enable(apiKey: string, enabled: boolean): void;

  /**
   * Sets where an account accepts the parameters of a report. With `true` only in the query, as the published
   * description of the Conversion API has it; with `false` in the query or in the body.
   *
   * @throws {ConversionError} `invalid_options`: no account has this key.
   *
   * @example
   * sandbox.insistOnQuery(SANDBOX_CREDENTIALS.twoFactor.apiKey, true);
   */
  insistOnQuery(apiKey: string, queryOnly: boolean): void;

  /**
   * Limits the rate of each account across all interfaces. Bursts of one second's worth pass. Requests above the
   * limit have no effect; they are answered 429, or with status "1" where texts are sent.
   *
   * Every authenticated request that passes counts, even one that is then refused for another reason or struck by a
   * fault. If a fault and the limit apply to the same request, the fault decides the answer.
   *
   * @param perSecond Requests a second for each API key, 1 to 1 000 000. Vonage usually allows 30. `null` removes the
   *   limit.
   * @param retryAfter The `Retry-After` header of the 429. Without it, the 429 has no such header.
   * @throws {ConversionError} `invalid_options`.
   *
   * @example
   * sandbox.limit(30, "1");
   * sandbox.limit(null);
   */
  limit(perSecond: number | null, retryAfter?: string): void;

  /**
   * Gives access to a user's phone.
   *
   * @param number E.164 digits, with or without "+".
   * @throws {ConversionError} `invalid_options`.
   *
   * @example
   * const phone = sandbox.handset("447700900001");
   * const text = phone.inbox().at(-1)?.text;
   * await phone.reply("1234");
   */
  handset(number: string): Handset;

  /**
   * Sets how later messages are treated, except those to networks that have carriers of their own (see `carriers`).
   * Settings that are left out return to their defaults.
   *
   * @throws {ConversionError} `invalid_options`.
   *
   * @example
   * // Messages get lost, and receipts claim that they arrived.
   * sandbox.carrier({ delivers: false, receipts: "delivered" });
   *
   * @example
   * // Messages arrive after half a second, their receipts a second later.
   * sandbox.carrier({ deliveryDelay: 500, receiptDelay: 1000 });
   */
  carrier(settings: CarrierSettings): void;

  /**
   * Replaces the carriers that compete for later messages. The router keeps what it knows, so a carrier can turn bad
   * while the router still prefers it. Outages count from now.
   *
   * @param carriers An empty list removes all carriers.
   * @param router Changes the router's settings; it then forgets what it knows. Those left out stay as they are.
   * @throws {ConversionError} `invalid_options`.
   *
   * @example
   * sandbox.carriers([
   *   { name: "Direct", network: "23410", delivered: 0.3 },
   *   { name: "Cheap", network: "23410", delivered: 0.9 },
   * ]);
   */
  carriers(carriers: readonly SandboxCarrier[], router?: SandboxRouterSettings): void;

  /**
   * Shows what the router does and knows, beside the truth.
   *
   * @example
   * // Did the reports of the application move its traffic to the good carrier?
   * const [route] = sandbox.routing().routes;
   * expect(route?.preferred).toBe("Direct");
   */
  routing(): SandboxRouting;

  /**
   * Sets where later webhooks are sent. Settings that are left out return to their defaults.
   *
   * @throws {ConversionError} `invalid_options`.
   *
   * @example
   * sandbox.webhooks({ deliveryReceipt: "http://localhost:8787/webhooks/delivery-receipt", sign: "sha256" });
   */
  webhooks(settings: SandboxWebhooks): void;

  /**
   * Lists the last 1000 HTTP exchanges of the simulated Vonage, oldest first: requests it received and webhooks it
   * sent, without those of the control panel.
   *
   * @param after Only exchanges with a higher `seq`.
   * @default 0
   * @throws {ConversionError} `invalid_options`.
   *
   * @example
   * const seen = sandbox.exchanges().at(-1)?.seq ?? 0;
   * await signIn();
   * const fresh = sandbox.exchanges(seen);
   */
  exchanges(after?: number): readonly SandboxExchange[];

  /**
   * Resolves when no message, receipt or reply is under way.
   *
   * @example
   * await sandbox.handset("447700900001").reply("1234");
   * await sandbox.idle();
   */
  idle(): Promise<void>;

  /**
   * Returns to the initial state: forgets reports, faults, messages, calls, exchanges and everything under way, removes
   * the rate limit, and restores accounts, carriers, router and webhooks.
   *
   * @example
   * beforeEach(() => sandbox.reset());
   */
  reset(): void;
}
