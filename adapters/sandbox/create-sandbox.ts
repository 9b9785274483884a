import { createSandboxOn, createSandbox as createVonage } from "../../src/sandbox/create-sandbox.ts";
import { createFetch } from "../../src/sandbox/foreign-signal.ts";
import type { SandboxOptions } from "../../src/sandbox/options.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { integer, objectOf, required, validate } from "../../src/shared/validation.ts";
import { createOutbound } from "./outbound.ts";
import { createPauses } from "./pauses.ts";
import type { SandboxTwoFactor } from "./two-factor-options.ts";
import type { TwoFactorSandbox } from "./two-factor-sandbox.ts";
import { createVirtualClock } from "./virtual-clock.ts";
import { ADMIN_KEY, createSandboxWorker, ENDPOINT, PROXY_KEY, type SandboxWorker } from "./worker.ts";

/** Options of a sandbox with the Worker's workflow. */
export interface TwoFactorSandboxOptions extends Omit<SandboxOptions, "waitUntil"> {
  /**
   * `true`, or settings of the workflow.
   *
   * @example
   * createSandbox({ twoFactor: { brand: "Acme" } });
   */
  readonly twoFactor: true | SandboxTwoFactor;
}

/** The Worker's own timeout for a request to Vonage. */
const TIMEOUT_MS = 4000;
/** Nothing that the Worker keeps for longer matters to a test. */
const LONGEST_ADVANCE_MS = 31 * 24 * 3_600_000;

/**
 * Makes a stand-in for Vonage and for the Worker with its 2FA workflow, for unit tests of a sign-in. Both are behind one
 * fetch function, and on a clock that stands still until {@link TwoFactorSandbox.advance}. The workflow is the Worker's
 * own code with its storage in memory, so limits, retries and reports are those of production.
 *
 * @throws {ConversionError} `invalid_options`.
 *
 * @example
 * const sandbox = createSandbox({ twoFactor: true });
 * const { endpoint, key, fetch } = sandbox;
 * const twoFactor = createTwoFactorClient({ endpoint, key, fetch });
 * const { id } = await twoFactor.start({ to: "+447400123456", channel: "sms" });
 * await twoFactor.check(id, sandbox.handset("+447400123456").code()); // { verified: true }
 * sandbox.reports(); // [{ channel: "sms", delivered: true, … }]
 *
 * @example
 * // The user never types the code.
 * await twoFactor.start({ to: "+447400123456", channel: "sms" });
 * await sandbox.advance(15 * 60_000);
 * sandbox.reports(); // [{ channel: "sms", delivered: false, … }]
 */
export function createSandbox(options: TwoFactorSandboxOptions): TwoFactorSandbox;
/**
 * Makes a stand-in for Vonage, for development and tests. It has the Conversion API, the SMS API, the US short code
 * 2FA API and calls of the Voice API, with their authentication, strict validation, and the statuses and bodies that
 * Vonage sends. Messages arrive on handsets; delivery receipts and replies are sent as webhooks; faults happen on
 * demand. Only these webhooks leave the process.
 *
 * @throws {ConversionError} `invalid_options`.
 *
 * @example
 * const sandbox = createSandbox();
 * const client = createConversionClient({ credentials: SANDBOX_CREDENTIALS.twoFactor, fetch: sandbox.fetch });
 * await client.sms({ messageId: "0A0000000123ABCD1", delivered: true });
 * sandbox.reports(); // [{ channel: "sms", messageId: "0A0000000123ABCD1", delivered: true, … }]
 *
 * @example
 * // Two carriers compete for a network. One loses every second text, and its receipts hide that.
 * const sandbox = createSandbox({
 *   carriers: [
 *     { name: "Direct", network: "23410", delivered: 0.97 },
 *     { name: "Cheap", network: "23410", delivered: 0.5, receipts: "delivered" },
 *   ],
 *   router: { timeScale: 60 },
 * });
 *
 * @example
 * // Receipts and replies go to a Worker under test.
 * const sandbox = createSandbox({
 *   webhooks: {
 *     deliveryReceipt: "http://localhost:8787/webhooks/delivery-receipt",
 *     inboundSms: "http://localhost:8787/webhooks/inbound-sms",
 *   },
 * });
 */
export function createSandbox(options?: SandboxOptions): Sandbox;
export function createSandbox(
  options: SandboxOptions | TwoFactorSandboxOptions = {},
): Sandbox | TwoFactorSandbox {
  const { twoFactor, ...rest }: SandboxOptions & Partial<TwoFactorSandboxOptions> = options ?? {};
  // Anything but an object is a mistake that the workflow's rules name.
  if (!twoFactor) return createVonage(rest);
  return createTwoFactorSandbox(rest, twoFactor === true ? {} : twoFactor);
}

function createTwoFactorSandbox(options: SandboxOptions, settings: SandboxTwoFactor): TwoFactorSandbox {
  const clock = createVirtualClock((options.now ?? Date.now)());
  const outside = options.fetch ?? ((...given) => globalThis.fetch(...given));
  let worker: SandboxWorker;
  let pauses: ReturnType<typeof createPauses>;
  const isOfWorker = (url: string) => new URL(url).origin === ENDPOINT;
  const outbound = createOutbound(clock, TIMEOUT_MS, (request) => vonage.fetch(request));
  const startWorker = () => {
    clock.clear();
    pauses = createPauses(clock.now);
    worker = createSandboxWorker(clock, settings, outbound, pauses.routes);
  };
  const vonage = createSandboxOn(
    clock,
    {
      ...options,
      now: clock.now,
      fetch: createFetch((request) => (isOfWorker(request.url) ? worker(request) : outside(request))),
      webhooks: {
        deliveryReceipt: `${ENDPOINT}/webhooks/delivery-receipt`,
        inboundSms: `${ENDPOINT}/webhooks/inbound-sms`,
        voiceEvent: `${ENDPOINT}/webhooks/voice-event`,
        sign: "sha256",
        ...options.webhooks,
      },
    },
    startWorker,
  );

  return Object.freeze<TwoFactorSandbox>({
    ...vonage,
    endpoint: ENDPOINT,
    key: PROXY_KEY,
    adminKey: ADMIN_KEY,
    fetch: createFetch(async (request) => {
      const isForWorker = isOfWorker(request.url);
      const answer = () => (isForWorker ? worker(request) : vonage.fetch(request));
      // Only time or another call ends it, so the clock must not move on for it.
      if (isForWorker && new URL(request.url).searchParams.has("wait")) return clock.run(answer);
      const response = await clock.complete(answer);
      await clock.settle();
      return response;
    }),
    handset: (number) => {
      const handset = vonage.handset(number);
      return Object.freeze({
        ...handset,
        reply: async (...given: Parameters<typeof handset.reply>) => {
          await clock.complete(() => handset.reply(...given));
          await clock.settle();
        },
      });
    },
    now: clock.now,
    advance: async (milliseconds) => {
      await clock.advance(validate(advanceSchema, { milliseconds }, "invalid_options").milliseconds);
    },
    pause: (route, milliseconds) => pauses.pause(route, milliseconds),
    idle: clock.settle,
  });
}

const advanceSchema = objectOf({ milliseconds: required(integer(0, LONGEST_ADVANCE_MS)) });
