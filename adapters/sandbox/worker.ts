// The Worker in one process: its routes and its workflow over the sandbox's objects.

import { SANDBOX_CREDENTIALS } from "../../src/sandbox/accounts.ts";
import { SANDBOX_APPLICATION } from "../../src/sandbox/application.ts";
import { validate } from "../../src/shared/validation.ts";
import { createSmsSenderOn } from "../../src/two-factor/senders/sms-sender.ts";
import { createVoiceSenderOn } from "../../src/two-factor/senders/voice-sender.ts";
import { createShardedLedger } from "../cloudflare/ledger/shards.ts";
import { createErase } from "../cloudflare/two-factor/erase.ts";
import { createRemoteLimits } from "../cloudflare/two-factor/remote-limits.ts";
import { createRemoteSightings } from "../cloudflare/two-factor/remote-sightings.ts";
import { createShardedChallenges } from "../cloudflare/two-factor/sharded-challenges.ts";
import { createHandler } from "../http/handler.ts";
import { resolveHandlerOptions } from "../http/options.ts";
import type { PausedRoutes } from "../http/ports/paused-routes.ts";
import { createTwoFactorCalls } from "../http/two-factor/calls.ts";
import { type TwoFactorConfig, twoFactorSchema } from "../http/two-factor/options.ts";
import { createTwoFactor } from "../http/two-factor/service.ts";
import { createWebhookRecord } from "../http/two-factor/webhook-record.ts";
import { createWebhooks } from "../http/two-factor/webhooks.ts";
import { createChallengeObjects, createLedgerObjects, createLimitObjects } from "./objects.ts";
import type { SandboxTwoFactor } from "./two-factor-options.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export const ENDPOINT = "https://worker.sandbox.test";
export const PROXY_KEY = "sandbox-proxy-key-0123456789abcdef";
export const ADMIN_KEY = "sandbox-admin-key-0123456789abcdef";

/** Ofcom reserves it for drama. Users can reply to it. */
const OUR_NUMBER = "447700900000";
const SIGNATURE_SECRET = [...SANDBOX_CREDENTIALS.twoFactor.apiSecret].reverse().join("");
const CODE_SECRETS = [{ kid: "sandbox", secret: "sandbox-code-secret-0123456789abcdef" }];
const TOKEN_SECRETS = [{ kid: "sandbox", secret: "sandbox-token-secret-0123456789abcdef" }];
/** One shard of each kind: a test has little data. */
const SHARDS = [1];

/** The Worker, as the sandbox calls it. */
export type SandboxWorker = (request: Request) => Promise<Response>;

/**
 * @param vonage Answers the Worker's requests to Vonage.
 * @throws {ConversionError} `invalid_options`.
 */
export function createSandboxWorker(
  clock: VirtualClock,
  { from = OUR_NUMBER, texts, ...given }: SandboxTwoFactor,
  vonage: typeof fetch,
  routes: PausedRoutes,
): SandboxWorker {
  const config = resolveHandlerOptions({
    credentials: { "2fa": SANDBOX_CREDENTIALS.twoFactor, other: SANDBOX_CREDENTIALS.other },
    proxyKeys: [{ name: "sandbox", key: PROXY_KEY }],
    adminKeys: [{ name: "sandbox", key: ADMIN_KEY }],
    tokenSecrets: TOKEN_SECRETS,
    fetch: vonage,
    now: clock.now,
    // It would be noise in the output of tests.
    log: () => {},
  });
  const senderOptions = { fetch: vonage, timeout: config.timeout };
  const sms = { ...senderOptions, credentials: SANDBOX_CREDENTIALS.twoFactor, from };
  const { applicationId, privateKey } = SANDBOX_APPLICATION;
  const twoFactor: TwoFactorConfig = validate(
    twoFactorSchema,
    {
      brand: "Sandbox",
      countries: ["*"],
      ...given,
      codeSecrets: CODE_SECRETS,
      senders: {
        sms: createSmsSenderOn(clock, texts === undefined ? sms : { ...sms, texts }),
        voice: createVoiceSenderOn(clock, { ...senderOptions, applicationId, privateKey, from: OUR_NUMBER }),
      },
      webhooks: { signatureSecret: SIGNATURE_SECRET, signatureMethod: "sha256" },
    },
    "invalid_options",
  );
  const ledger = createShardedLedger(createLedgerObjects(clock, config), { shards: SHARDS });
  const challengeObjects = createChallengeObjects(clock, twoFactor, ledger);
  const limitObjects = createLimitObjects(clock, twoFactor);
  const challenges = createShardedChallenges(challengeObjects, SHARDS);
  const record = createWebhookRecord(createRemoteSightings(limitObjects), clock.now);
  const limits = createRemoteLimits(limitObjects);
  const service = createTwoFactor(twoFactor, challenges, limits, record, undefined, routes);
  const handle = createHandler(config, {
    ledger,
    twoFactor: {
      service,
      calls: createTwoFactorCalls(config, service),
      webhooks: createWebhooks(config, twoFactor.webhooks, service),
    },
    erase: createErase(challengeObjects, limitObjects, SHARDS),
  });
  return (request) => handle(request);
}
