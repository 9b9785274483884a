// Examines the setup of the workflow for the operator: completely for `POST /doctor`, cheaply for `GET /health`.

import { LIMIT_KINDS } from "../../../src/two-factor/challenge/limits.ts";
import type { CodeSender } from "../../../src/two-factor/senders/sender.ts";
import type { Channel } from "../../../src/wire/report.ts";
import type { TwoFactorConfig } from "./options.ts";
import { findSetupNotes, type SetupNote, type WorkflowSetup } from "./setup-notes.ts";
import type { WebhookRecord } from "./webhook-record.ts";

/** Webhooks of one route that had the same outcome. */
export interface SeenWebhook {
  readonly webhook: string;
  readonly outcome: string;
  readonly count: number;
  /** ISO 8601, to the minute. */
  readonly lastAt: string;
}

/** The `twoFactor` of `POST /doctor`. */
export interface WorkflowDiagnosis {
  readonly sms: (NonNullable<WorkflowSetup["sms"]> & { readonly fault: string | null }) | null;
  readonly voice: (NonNullable<WorkflowSetup["voice"]> & { readonly fault: string | null }) | null;
  /** As set: `GB`, `*`, `-RU`. */
  readonly countries: readonly string[];
  /** The types of numbers that get codes, by channel. */
  readonly numberTypes: Readonly<Record<Channel, readonly string[]>>;
  /** The country of numbers without "+". */
  readonly defaultCountry: string | null;
  /** Most messages in a period, by the subject of the limit. */
  readonly limits: Readonly<Record<string, { readonly messages: number; readonly seconds: number }>>;
  readonly webhooks: {
    /** Their authentication; `none`: they are refused. */
    readonly trust: "signed" | "unsigned" | "none";
    /** `null`: the record cannot be read now. */
    readonly seen: readonly SeenWebhook[] | null;
  };
  readonly notes: readonly SetupNote[];
}

export interface Examination {
  diagnose(): Promise<WorkflowDiagnosis>;
  /** Notes about the setup. Anyone may call `/health`, so the store is read at most once a minute. */
  notes(): Promise<readonly SetupNote[]>;
}

const NOTES_FOR_MS = 60_000;

/** `/health` must not wait longer for an object that does not answer. */
const PATIENCE_MS = 1000;

const afterPatience = () => new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS));

/** Longer sentences from an operator's own sender are cut. */
const LONGEST_FAULT = 300;

export function createExamination(
  config: TwoFactorConfig,
  setup: WorkflowSetup,
  webhooks: Pick<WebhookRecord, "read">,
  now: () => number,
): Examination {
  let remembered: { readonly notes: Promise<readonly SetupNote[]>; readonly at: number } | undefined;
  const { countries, webhooks: trust, senders } = config;

  return {
    async diagnose() {
      const [sightings, smsFault, voiceFault] = await Promise.all([
        webhooks.read(),
        findFault(senders.sms),
        findFault(senders.voice),
      ]);
      const limits = LIMIT_KINDS.flatMap((kind) => {
        const limit = config.limits[kind];
        return limit === undefined
          ? []
          : [[kind, { messages: limit.messages, seconds: limit.period / 1000 }] as const];
      });
      return {
        sms: setup.sms && { ...setup.sms, fault: smsFault },
        voice: setup.voice && { ...setup.voice, fault: voiceFault },
        countries,
        numberTypes: config.numberTypes,
        defaultCountry: config.defaultCountry ?? null,
        limits: Object.fromEntries(limits),
        webhooks: {
          trust: trust === undefined ? "none" : trust.unsigned ? "unsigned" : "signed",
          seen:
            sightings?.map(({ lastAt, ...sighting }) => ({
              ...sighting,
              lastAt: new Date(lastAt).toISOString(),
            })) ?? null,
        },
        notes: findSetupNotes(config, setup, sightings),
      };
    },

    notes() {
      const at = now();
      if (remembered === undefined || Math.abs(at - remembered.at) >= NOTES_FOR_MS) {
        const read = Promise.race([webhooks.read(), afterPatience()]);
        const notes = read.then((sightings) => findSetupNotes(config, setup, sightings));
        remembered = { notes, at };
      }
      return remembered.notes;
    },
  };
}

/** The fault that would stop every message of a sender, if it shows without sending. */
async function findFault(sender: CodeSender | undefined): Promise<string | null> {
  try {
    return (await sender?.findFault?.())?.slice(0, LONGEST_FAULT) ?? null;
  } catch {
    return "could not be checked";
  }
}
