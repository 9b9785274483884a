// Interprets the Worker's answers: what works, what does not, and what to do. A pure function.

import { ERROR_OUTCOMES, type Sign } from "../../src/operator/signs.ts";
import type { DoctorAnswer, Health, Stats } from "./answers.ts";
import { type Finding, finding } from "./finding.ts";
import { ofKey } from "./key-diagnosis.ts";
import { ofStats } from "./ledger-diagnosis.ts";
import { ADMIN_KEY_SETTING } from "./settings.ts";
import { nameOf, type WorkerError } from "./worker-error.ts";
import { ofNote, ofWorkflow } from "./workflow-diagnosis.ts";

export type Result<T> =
  | { readonly answer: T; readonly error?: never }
  | { readonly error: WorkerError; readonly answer?: never };

/** The Worker's answers, as far as they were requested. */
export interface Examination {
  readonly endpoint: string;
  readonly hasKey: boolean;
  readonly health: Result<Health>;
  readonly doctor?: Result<DoctorAnswer>;
  readonly stats?: Result<Stats>;
}

/**
 * Turns answers into findings.
 *
 * @param now Epoch milliseconds.
 */
export function diagnose(
  { endpoint, hasKey, health, doctor, stats }: Examination,
  now: number,
): readonly Finding[] {
  if (health.error) return [fromError(health.error)];
  const { traffic, callers, ledger } = health.answer;
  return [
    finding("ok", `The Worker answers at ${endpoint}.`),
    finding(
      "ok",
      `It is configured for traffic ${traffic.join(" and ")}, and for callers with a ${callers.join(" or a ")}.`,
    ),
    ...(ledger
      ? [finding("ok", `It has a ledger of ${ledger.shards} ${ledger.shards === 1 ? "shard" : "shards"}.`)]
      : [
          finding(
            "note",
            "It has no ledger: a caller must repeat a report that Vonage does not accept at once.",
          ),
        ]),
    ...(hasKey
      ? []
      : [finding("problem", `Only /health was checked: set ${ADMIN_KEY_SETTING} to check the rest.`)]),
    ...(doctor === undefined
      ? []
      : doctor.error
        ? [fromError(doctor.error)]
        : ofDoctor(doctor.answer, !!ledger, now)),
    ...(stats === undefined ? [] : stats.error ? [fromError(stats.error)] : ofStats(stats.answer, now)),
  ];
}

function ofDoctor(
  { ledger, keys, texts = [], twoFactor, notes = [] }: DoctorAnswer,
  hasLedger: boolean,
  now: number,
): Finding[] {
  return [
    ...(hasLedger && !ledger
      ? [
          finding(
            "problem",
            "The ledger does not answer: run `npx wrangler tail`, and try again.",
            [],
            "ledger-unavailable",
          ),
        ]
      : []),
    ...notes.map(ofNote),
    ...Object.entries(keys).map(([traffic, key]) => ofKey(traffic, key)),
    ...(twoFactor === undefined ? [] : ofWorkflow(twoFactor, now)),
    ...texts.map(ofText),
  ];
}

/** Vonage charges for each part of a text, so more than one deserves a note. */
function ofText({ name, encoding, parts, outside }: NonNullable<DoctorAnswer["texts"]>[number]): Finding {
  const size = `${encoding}, ${parts} ${parts === 1 ? "part" : "parts"} with the longest brand`;
  const more =
    outside === "" || parts === 1 ? [] : [`Without ${[...outside].join(" ")} it would be GSM-7 and shorter.`];
  return finding(parts === 1 ? "ok" : "note", `The text for ${name}: ${size}.`, more);
}

const fromError = (error: WorkerError): Finding =>
  finding("problem", error.message, error.more, toSign(error));

function toSign({ failure }: WorkerError): Sign {
  if (failure.kind !== "problem") return "worker-unreachable";
  const name = nameOf(failure.problem);
  if (name === "unauthenticated") return "admin-key-refused";
  return ERROR_OUTCOMES.find((outcome) => outcome === name) ?? "worker-unreachable";
}
