// What the Worker said about itself → what is well, what is not, and what to do. Plain data in and out.

import type { DoctorAnswer, Health, Stats } from "./answers.ts";
import { type Finding, finding } from "./finding.ts";
import { ADMIN_KEY_SETTING } from "./settings.ts";
import { formatGate } from "./stats.ts";
import { formatAge } from "./time.ts";
import type { WorkerError } from "./worker-error.ts";
import { ofNote, ofWorkflow } from "./workflow-diagnosis.ts";

export type Result<T> =
  | { readonly answer: T; readonly error?: never }
  | { readonly error: WorkerError; readonly answer?: never };

/** Everything that was asked, and what came of it. */
export interface Examination {
  readonly endpoint: string;
  readonly hasKey: boolean;
  readonly health: Result<Health>;
  readonly doctor?: Result<DoctorAnswer>;
  readonly stats?: Result<Stats>;
}

/**
 * Says what was found.
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
      `It is complete: traffic ${traffic.join(" and ")}; callers with a ${callers.join(" or a ")}.`,
    ),
    ...(ledger
      ? [finding("ok", `It has a ledger of ${ledger.shards} ${ledger.shards === 1 ? "shard" : "shards"}.`)]
      : [
          finding("note", "It has no ledger: what Vonage does not take at once, its caller must send again."),
        ]),
    ...(hasKey
      ? []
      : [finding("problem", `Only /health could be looked at: set ${ADMIN_KEY_SETTING} for the rest.`)]),
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
      ? [finding("problem", "The ledger does not answer: look at `npx wrangler tail`, and try again.")]
      : []),
    ...notes.map(ofNote),
    ...Object.entries(keys).map(([traffic, key]) => ofKey(traffic, key)),
    ...(twoFactor === undefined ? [] : ofWorkflow(twoFactor, now)),
    ...texts.map(ofText),
  ];
}

/** Each part of a text is paid for, so more than one is worth a look. */
function ofText({ name, encoding, parts, outside }: NonNullable<DoctorAnswer["texts"]>[number]): Finding {
  const size = `${encoding}, ${parts} ${parts === 1 ? "part" : "parts"} with the longest brand`;
  const more =
    outside === "" || parts === 1
      ? []
      : [`Without ${[...outside].join(" ")} it would be GSM-7, and shorter.`];
  return finding(parts === 1 ? "ok" : "note", `The text for ${name}: ${size}.`, more);
}

/** What to try in place of a way to send reports that Vonage refuses, the better first. */
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
        [`If a signature and all of these are right, set ${prefix}_VIA to query: a form may not be read.`],
      );
    case "rejected": {
      const ways = OTHER_WAYS[via] ?? ["basic-query", "basic"];
      return finding(
        "problem",
        `Vonage knows the API key for ${traffic} traffic, but refuses the way reports are sent ` +
          `(${status ?? "rejected"}${via && ` to ${via}`}): set ${prefix}_VIA to ${ways.join(", then to ")}, ` +
          "and run this again.",
        ["Until then every report of this traffic is refused, and ends as dead."],
      );
    }
    case "not_enabled":
      return finding(
        "problem",
        `The Conversion API is not enabled for this key, for ${traffic} traffic: write to Vonage support and ask for it.`,
      );
    default:
      return finding(
        "problem",
        `Whether Vonage accepts the API key for ${traffic} traffic could not be seen ` +
          `(${reason ?? verdict}): ${reason === "unexpected_response" ? "check VONAGE_BASE_URL" : "try again in a minute"}.`,
      );
  }
}

/** Fewer refusals may be of numbers that users typed wrongly. */
const FEWEST_REFUSALS = 10;

/** A sender that some country does not take calls nobody, since one number can look like it: here it shows. */
function ofRefusals(counts: Stats["twoFactor"] = {}): Finding[] {
  const { messages = 0 } = counts;
  return ["3", "6", "15"].flatMap((status) => {
    const refused = counts[`sms-status:${status}`] ?? 0;
    if (refused < FEWEST_REFUSALS || refused * 10 < messages) return [];
    const text = `Vonage refused ${refused} of ${messages} messages with status ${status}: compare SMS_FROM with`;
    return [finding("note", `${text} what the countries take that you send to.`)];
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
    ...gates.map((gate) => finding("note", formatGate(gate, now))),
    ...ofRefusals(twoFactor),
  ];
}

const count = (reports: number, singular: string, plural: string) =>
  `${reports} ${reports === 1 ? `report ${singular}` : `reports ${plural}`}`;

const fromError = ({ message, more }: WorkerError): Finding => finding("problem", message, more);
