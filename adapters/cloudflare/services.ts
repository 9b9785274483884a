// Makes the Worker's services from its environment.

import { ConversionError } from "../../src/client/errors.ts";
import type { TwoFactorParts } from "../http/handler.ts";
import type { IncompleteConfiguration } from "../http/incomplete.ts";
import type { HandlerConfig } from "../http/options.ts";
import type { Erase } from "../http/ports/erase.ts";
import type { Insight } from "../http/ports/insight.ts";
import type { Ledger } from "../http/ports/ledger.ts";
import type { UnreadableRows } from "../http/ports/unreadable-rows.ts";
import type { ReadDestination } from "../http/sent-facts.ts";
import { createSubmission, type Submit } from "../http/submission.ts";
import { createTracking, type Track } from "../http/track.ts";
import { createTwoFactorCalls } from "../http/two-factor/calls.ts";
import { createExamination } from "../http/two-factor/examine.ts";
import { createLedgerReceipts } from "../http/two-factor/ledger-receipts.ts";
import { createTwoFactor, type TwoFactor } from "../http/two-factor/service.ts";
import type { SetupNote } from "../http/two-factor/setup-notes.ts";
import { createWebhookRecord } from "../http/two-factor/webhook-record.ts";
import { createWebhooks } from "../http/two-factor/webhooks.ts";
import { type Configuration, readEnv } from "./configuration.ts";
import type { Env } from "./env.ts";
import { findHashingSecret } from "./insight/hashing-secret.ts";
import { createReadDestination } from "./insight/read-destination.ts";
import { createRemoteInsight } from "./insight/remote-insight.ts";
import { createRemotePausedRoutes } from "./insight/remote-paused-routes.ts";
import { inJurisdiction } from "./jurisdiction.ts";
import { createShardedLedger } from "./ledger/shards.ts";
import { findUnknownSettings } from "./settings/unknown-settings.ts";
import { describeSetup } from "./two-factor/describe-setup.ts";
import { createErase } from "./two-factor/erase.ts";
import { createRemoteLimits } from "./two-factor/remote-limits.ts";
import { createRemoteSightings } from "./two-factor/remote-sightings.ts";
import type { Senders } from "./two-factor/settings.ts";
import { createShardedChallenges } from "./two-factor/sharded-challenges.ts";
import { createUnreadableRows } from "./two-factor/unreadable-rows.ts";

export interface Services {
  readonly config: HandlerConfig;
  readonly ledger: Ledger | undefined;
  readonly submit: Submit;
  /** `undefined`: there is no ledger. */
  readonly track: Track | undefined;
  readonly twoFactor: (TwoFactorParts & { readonly service: TwoFactor }) | undefined;
  /** `undefined`: the workflow has no storage. */
  readonly unreadable: UnreadableRows | undefined;
  readonly erase: Erase | undefined;
  /** `undefined`: nothing is counted. */
  readonly insight: Insight | undefined;
  readonly readDestination: ReadDestination;
  /** Variables that look like settings and are none. */
  readonly notes: readonly SetupNote[];
  /** Sets the alarm of every object that has work to do. */
  nudge(): Promise<void>;
}

/** Gives the services of an environment. They are made once for each. */
export type ServicesOf = (env: Env) => Services | IncompleteConfiguration;

/**
 * Gives the services, or throws if settings are missing or wrong.
 *
 * @throws {ConversionError} `invalid_options`, naming what is missing or wrong.
 */
export function requireServices(services: Services | IncompleteConfiguration): Services {
  if ("config" in services) return services;
  const names = [...services.missing, ...services.invalid.map(({ name }) => name)].join(", ");
  throw new ConversionError(
    "invalid_options",
    `invalid_options: settings of the Worker are missing or wrong: ${names}`,
  );
}

/** Makes the services, or lists the settings that are missing or wrong. */
export function createServices(given: Env, senders: Senders): Services | IncompleteConfiguration {
  const read = readEnv(given, senders);
  const hasOwn = senders.sms !== undefined || senders.voice !== undefined;
  const notes = findUnknownSettings({ ...given }, hasOwn);
  if (!("config" in read)) return { ...read, ...(notes.length > 0 && { notes }) };
  const { config, ledger: settings } = read;
  const env = inJurisdiction(given);
  const { CHALLENGES: ofChallenges, SEND_LIMITS: ofLimits } = env;
  const ledger = settings.namespace && createShardedLedger(settings.namespace, settings);
  const insight = env.INSIGHT && createRemoteInsight(env.INSIGHT);
  const readDestination = createReadDestination(insight && findHashingSecret(read));
  const challenges = env.CHALLENGES && createShardedChallenges(env.CHALLENGES, settings.shards);
  return {
    config,
    ledger,
    notes,
    insight,
    submit: createSubmission(config, ledger),
    track: ledger && createTracking(config, ledger, readDestination),
    readDestination,
    twoFactor: createWorkflow(read, env, challenges, ledger, senders),
    unreadable:
      ofChallenges && ofLimits && createUnreadableRows(ofChallenges, ofLimits, settings.shards, env.INSIGHT),
    erase: ofChallenges && ofLimits && createErase(ofChallenges, ofLimits, settings.shards),
    nudge: async () => {
      await ledger?.nudge([]);
      // Even if the workflow is turned off: its outbox may still hold messages for the ledger.
      await challenges?.nudge();
      await insight?.nudge();
    },
  };
}

function createWorkflow(
  { config, twoFactor, insight }: Configuration,
  env: Env,
  challenges: ReturnType<typeof createShardedChallenges> | undefined,
  ledger: Ledger | undefined,
  own: Senders,
): Services["twoFactor"] {
  const { SEND_LIMITS: limits } = env;
  if (twoFactor === undefined || limits === undefined || challenges === undefined) return undefined;
  const webhooks = createWebhookRecord(createRemoteSightings(limits), Date.now);
  const takeReceipt = ledger && env.INSIGHT && createLedgerReceipts(config, ledger);
  const remoteLimits = createRemoteLimits(limits);
  const routes = createRemotePausedRoutes(insight, env.INSIGHT);
  const service = createTwoFactor(twoFactor, challenges, remoteLimits, webhooks, takeReceipt, routes);
  return {
    service,
    examination: createExamination(twoFactor, describeSetup(env, twoFactor, own), webhooks, Date.now),
    calls: createTwoFactorCalls(config, service),
    webhooks: createWebhooks(config, twoFactor.webhooks, service),
  };
}
