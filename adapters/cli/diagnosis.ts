// Interprets the Worker's answers: what works, what does not, and what to do. A pure function.

import type { DoctorAnswer, Health, Stats } from "./answers.ts";
import { type Finding, finding } from "./finding.ts";
import { ADMIN_KEY_SETTING } from "./settings.ts";
import { formatHeldBack } from "./stats.ts";
import { formatAge } from "./time.ts";
import type { WorkerError } from "./worker-error.ts";
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
      ? [finding("problem", "The ledger does not answer: run `npx wrangler tail`, and try again.")]
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

/** Alternatives to a way of sending reports that Vonage refuses, the best first. */
const OTHER_WAYS: Readonly<Record<string, readonly string[]>> = {
  basic: ["basic-query", "query"],
  "basic-query": ["basic", "query"],
  form: ["query"],
};

function ofKey(
  traffic: string,
  { verdict, reason, status, via = "" }: DoctorAnswer["keys"][string],
): Finding {
  const prefix = `VONAGE_${traffic.toUpperCase()}`;
  switch (verdict) {
    case "accepted":
      return finding("ok", `Vonage accepts the API key for ${traffic} traffic.`);
    case "unauthorized":
      return finding(
        "problem",
        `Vonage refused the API key or secret for ${traffic} traffic: check ${prefix}_API_KEY and ` +
          `${prefix}_API_SECRET (or ${prefix}_SIGNATURE_SECRET and ${prefix}_SIGNATURE_METHOD).`,
        [
          `If all of these are right and you use a signature, set ${prefix}_VIA to query: Vonage may not read forms.`,
        ],
      );
    case "rejected": {
      const ways = OTHER_WAYS[via] ?? ["basic-query", "basic"];
      return finding(
        "problem",
        `Vonage knows the API key for ${traffic} traffic, but refuses the way reports are sent ` +
          `(${status ?? "rejected"}${via && ` to ${via}`}): set ${prefix}_VIA to ${ways.join(", then to ")}, ` +
          "and run this again.",
        ["Until then, Vonage refuses every report of this traffic, and the reports become dead."],
      );
    }
    case "not_enabled":
      return finding(
        "problem",
        `The Conversion API is not enabled for the key for ${traffic} traffic: ask Vonage support to enable it.`,
      );
    default:
      return finding(
        "problem",
        `It is unknown if Vonage accepts the API key for ${traffic} traffic ` +
          `(${reason ?? verdict}): ${reason === "unexpected_response" ? "check VONAGE_BASE_URL" : "try again in a minute"}.`,
      );
  }
}

/** Fewer refusals may be caused by mistyped numbers. */
const FEWEST_REFUSALS = 10;

/** Many refusals suggest that a country does not accept the sender. A single refusal may be a bad number. */
function ofRefusals(counts: Stats["twoFactor"] = {}): Finding[] {
  const { messages = 0 } = counts;
  return ["3", "6", "15"].flatMap((status) => {
    const refused = counts[`sms-status:${status}`] ?? 0;
    if (refused < FEWEST_REFUSALS || refused * 10 < messages) return [];
    const text = `Vonage refused ${refused} of ${messages} messages with status ${status}: check that SMS_FROM is a sender`;
    return [finding("note", `${text} that the countries you send to accept.`)];
  });
}

function ofStats({ reports, oldestWaiting, gates, twoFactor }: Stats, now: number): Finding[] {
  const { dead = 0, queued = 0, sending = 0, unreadable = 0 } = reports;
  const waiting = queued + sending;
  const since = oldestWaiting === null ? "" : `, the oldest since ${formatAge(oldestWaiting, now)}`;
  return [
    ...(waiting > 0 ? [finding("note", `${count(waiting, "waits", "wait")} to be sent${since}.`)] : []),
    ...(dead > 0
      ? [
          finding("note", `${count(dead, "is", "are")} dead: \`vonage-conversion reports\` says why,`, [
            "`vonage-conversion retry --all` sends them again.",
          ]),
        ]
      : []),
    ...(unreadable > 0
      ? [
          finding(
            "note",
            `${count(unreadable, "is", "are")} unreadable: see \`vonage-conversion reports --state unreadable\`.`,
          ),
        ]
      : []),
    ...gates.map((gate) => finding("note", formatHeldBack(gate, now))),
    ...ofRefusals(twoFactor),
  ];
}

const count = (reports: number, singular: string, plural: string) =>
  `${reports} ${reports === 1 ? `report ${singular}` : `reports ${plural}`}`;

const fromError = ({ message, more }: WorkerError): Finding => finding("problem", message, more);
