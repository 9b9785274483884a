// Compares the answers to callers with the sandbox's records: the ledger's table (src/ledger/report.ts), seen from
// outside. Pure.

import type { RecordedReport } from "../../../src/sandbox/index.ts";
import type { Reported } from "./caller.ts";

/** One message: its reports in the order of their answers, and its records in their order. */
interface Case {
  readonly reported: Reported[];
  readonly recorded: RecordedReport[];
}

/** Only 200 and 202 are promises. After a broken connection or a 503, the report may or may not be stored. */
export const isPromise = ({ status }: Reported) => status === 200 || status === 202;

/** Finds messages whose promised reports are not recorded, or not yet while the ledger works. */
export function findUnkept(reported: readonly Reported[], recorded: readonly RecordedReport[]): string[] {
  return [...toCases(reported, recorded)].filter(([, one]) => !isKept(one)).map(([message]) => message);
}

/** Counts records beyond the first of each message and outcome. */
export function countDuplicates(recorded: readonly RecordedReport[]): number {
  return recorded.length - new Set(recorded.map((one) => `${one.delivered} ${toMessage(one)}`)).size;
}

/**
 * Finds violations of the table in any order of events. If connections broke, finds only violations that are certain.
 *
 * @param statuses The statuses that callers may get.
 * @param mayHaveNoTrace Untracked messages: their report leaves no trace if the Worker and the ledger die together
 * before its caller is answered.
 */
export function findForbidden(
  reported: readonly Reported[],
  recorded: readonly RecordedReport[],
  statuses: readonly number[],
  mayHaveNoTrace: (message: string) => boolean = () => false,
): string[] {
  return [...toCases(reported, recorded)].flatMap(([message, one]) => {
    const retracted = retractionsIn(one).filter(
      (at) => !(mayHaveNoTrace(message) && isWithoutTrace(one, at)),
    );
    const faults = [...retracted.map(() => "false was recorded after true"), ...faultsIn(one, statuses)];
    return faults.map((fault) => `${message}: ${fault}`);
  });
}

/** Counts messages with a false that was recorded after a true without a trace. */
export const countWithoutTrace = (reported: readonly Reported[], recorded: readonly RecordedReport[]) =>
  [...toCases(reported, recorded).values()].filter((one) =>
    retractionsIn(one).some((at) => isWithoutTrace(one, at)),
  ).length;

/** Counts messages with at least one record. */
export const countMessages = (recorded: readonly RecordedReport[]) => new Set(recorded.map(toMessage)).size;

export const toMessage = ({ channel, messageId }: Pick<Reported, "channel" | "messageId">) =>
  `${channel} ${messageId}`;

function toCases(
  reported: readonly Reported[],
  recorded: readonly RecordedReport[],
): ReadonlyMap<string, Case> {
  const cases = new Map<string, Case>();
  const caseOf = (one: Reported | RecordedReport) => {
    const message = toMessage(one);
    const found = cases.get(message) ?? { reported: [], recorded: [] };
    cases.set(message, found);
    return found;
  };
  for (const one of reported) caseOf(one).reported.push(one);
  for (const one of recorded) caseOf(one).recorded.push(one);
  return cases;
}

function isKept({ reported, recorded }: Case): boolean {
  const promised = reported.filter(isPromise);
  if (promised.some(({ delivered }) => delivered)) return recorded.at(-1)?.delivered === true;
  if (promised.length === 0) return true;
  // A waiting false may be replaced by a true whose caller got no answer.
  return recorded.length > 0 && (!recorded[0]?.delivered || reported.some(({ delivered }) => delivered));
}

/** The positions of each false that was recorded after a true. */
function retractionsIn({ recorded }: Case): number[] {
  const firstTrue = recorded.findIndex(({ delivered }) => delivered);
  return recorded.flatMap(({ delivered }, at) => (firstTrue >= 0 && at > firstTrue && !delivered ? at : []));
}

/** True if each true before that false came from its own call with a broken connection. */
function isWithoutTrace({ reported, recorded }: Case, at: number): boolean {
  const trues = recorded.slice(0, at).filter(({ delivered }) => delivered);
  const broken = reported.filter(({ delivered, status }) => delivered && status === 0);
  const ofTime = (list: readonly { readonly timestamp?: string | undefined }[], time: string | undefined) =>
    list.filter(({ timestamp }) => timestamp === time).length;
  return trues.every(({ timestamp }) => ofTime(trues, timestamp) <= ofTime(broken, timestamp));
}

function* faultsIn({ reported, recorded }: Case, statuses: readonly number[]): Generator<string> {
  const said = new Set(reported.map(({ delivered, timestamp }) => `${delivered} of ${timestamp}`));
  for (const { delivered, timestamp } of recorded) {
    const what = `${delivered} of ${timestamp}`;
    if (!said.has(what)) yield `${what} was recorded without a report`;
  }
  const trues = reported.filter(({ delivered }) => delivered);
  const promisedAt = Math.min(...trues.filter(isPromise).map(({ endedAt }) => endedAt));
  for (const { delivered, status, startedAt, endedAt } of reported) {
    if (!statuses.includes(status)) yield `${status} was answered`;
    if (status === 200 && !recorded.some((one) => one.delivered === delivered && isBy(one, endedAt))) {
      yield `${delivered} was answered 200 before it was recorded`;
    }
    if (delivered && status === 409) yield "true was answered 409";
    if (delivered) continue;
    if (status === 409 && !trues.some((one) => one.startedAt <= endedAt)) {
      yield "false was answered 409 before anybody reported true";
    }
    if ((status === 200 || status === 202) && startedAt > promisedAt) {
      yield `false was answered ${status} after true had been promised`;
    }
  }
}

const isBy = ({ receivedAt }: RecordedReport, instant: number) => Date.parse(receivedAt) <= instant;
