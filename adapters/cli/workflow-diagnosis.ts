// Describes the setup of the 2FA workflow: problems and notes first, then the settings.

import type { WorkflowDiagnosis } from "./answers.ts";
import { type Finding, finding } from "./finding.ts";
import { formatSpan } from "./time.ts";

type Seen = NonNullable<WorkflowDiagnosis["webhooks"]["seen"]>[number];

/** @param now Epoch milliseconds. */
export function ofWorkflow(
  { sms, voice, countries, numberTypes, defaultCountry, limits, webhooks, notes }: WorkflowDiagnosis,
  now: number,
): Finding[] {
  return [
    ...[sms?.fault, voice?.fault].flatMap((fault) =>
      fault ? [finding("problem", `${fault}.`, [], "sender-fault")] : [],
    ),
    ...notes.map(ofNote),
    finding("ok", formatTexts(sms)),
    finding("ok", formatCalls(voice)),
    finding("ok", `Codes go to ${formatCountries(countries)}.`),
    finding("ok", formatNumbers(numberTypes, defaultCountry)),
    finding("ok", `Limits: ${formatLimits(limits)}.`),
    ...formatWebhooks(webhooks, voice !== null, now).map((text) => finding("ok", text)),
  ];
}

/** Turns a note about a setting into a finding. */
export function ofNote({ name, detail }: WorkflowDiagnosis["notes"][number]): Finding {
  const [first = "", ...more] = detail.split(/(?<=\.) /);
  return finding("note", `${name} ${endSentence(first)}`, more.map(endSentence));
}

const endSentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

function formatTexts(sms: WorkflowDiagnosis["sms"]): string {
  if (sms === null) return "No texts are sent: SMS_FROM is not set.";
  const { from, fromByCountry, shortCodeCountries } = sms;
  const senders = new Set(Object.values(fromByCountry));
  const parts = [
    ...(from === null ? [] : [from]),
    ...[...senders].map((one) => {
      const countries = Object.keys(fromByCountry).filter((country) => fromByCountry[country] === one);
      return `${one} in ${countries.join(" and ")}`;
    }),
    ...(shortCodeCountries.length > 0
      ? [`the account's short code in ${shortCodeCountries.join(" and ")}`]
      : []),
  ];
  return `Texts come from ${parts.join(", and from ") || "a sender of your own"}.`;
}

function formatCalls(voice: WorkflowDiagnosis["voice"]): string {
  if (voice === null) return "No calls are made: VOICE_APPLICATION_ID is not set.";
  return voice.from === null ? "Calls come from a sender of your own." : `Calls come from ${voice.from}.`;
}

/** Longer lists are given as a number. */
const MOST_COUNTRIES = 12;

function formatCountries(countries: readonly string[]): string {
  const refused = countries.filter((one) => one.startsWith("-")).map((one) => one.slice(1));
  const served = countries.filter((one) => !one.startsWith("-"));
  const list = (codes: readonly string[]) =>
    codes.length > MOST_COUNTRIES ? `${codes.length} countries` : codes.join(", ");
  if (!served.includes("*")) return list(served);
  return refused.length === 0 ? "every country" : `every country but ${list(refused)}`;
}

function formatNumbers(types: WorkflowDiagnosis["numberTypes"], country: string | null): string {
  const list = (channel: string) => types[channel]?.join(" and ") ?? "no";
  return (
    `Texts go to ${list("sms")} numbers, calls to ${list("voice")} numbers; ` +
    `without + a number is read as ${country === null ? "one with its country code" : `one of ${country}`}.`
  );
}

function formatLimits(limits: WorkflowDiagnosis["limits"]): string {
  const entries = Object.entries(limits);
  const sameTime = new Set(entries.map(([, { seconds }]) => seconds)).size === 1;
  const per = (seconds: number) =>
    seconds === 3600 ? "an hour" : seconds === 86_400 ? "a day" : `in ${formatSpan(seconds * 1000)}`;
  if (!sameTime)
    return entries.map(([kind, { messages, seconds }]) => `${kind} ${messages} ${per(seconds)}`).join(", ");
  const [[, first] = ["", { seconds: 0 }]] = entries;
  return `${entries.map(([kind, { messages }]) => `${kind} ${messages}`).join(", ")} messages ${per(first.seconds)}`;
}

const WEBHOOKS = {
  "delivery-receipt": "Delivery receipts",
  "inbound-sms": "Replies",
  "voice-event": "Events of calls",
} as const;

/** Formats a line for each kind: the last accepted webhook, and those refused since. */
function formatWebhooks(
  { trust, seen }: WorkflowDiagnosis["webhooks"],
  hasVoice: boolean,
  now: number,
): string[] {
  if (trust === "none") return [];
  if (seen === null) return ["Webhooks: it is unknown at the moment which ones arrived."];
  const ago = ({ lastAt }: Seen) => formatAgo(now - Date.parse(lastAt));
  const expected = Object.entries(WEBHOOKS).filter(([webhook]) => hasVoice || webhook !== "voice-event");
  return expected.map(([webhook, name]) => {
    const ours = seen.filter((one) => one.webhook === webhook);
    const good = ours.find(({ outcome }) => outcome === "verified" || outcome === "believed");
    const refused = ours
      .filter(({ outcome, lastAt }) => REFUSED.includes(outcome) && lastAt > (good?.lastAt ?? ""))
      .map(
        (one) =>
          `${one.count} ${one.outcome.replace("messages_api", "of the Messages API")}, the last ${ago(one)}`,
      );
    const came = good === undefined ? "none yet" : `the last ${good.outcome} ${ago(good)}`;
    return `${name} at /webhooks/${webhook}: ${[came, ...(refused.length > 0 ? [`refused: ${refused.join("; ")}`] : [])].join("; ")}.`;
  });
}

const REFUSED: readonly string[] = ["unsigned", "forged", "stale", "malformed", "messages_api"];

/** Webhooks are recorded to the minute. */
const formatAgo = (milliseconds: number): string =>
  milliseconds < 60_000 ? "just now" : `${formatSpan(milliseconds - (milliseconds % 60_000))} ago`;
