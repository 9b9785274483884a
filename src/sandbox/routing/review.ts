// The judgement of a review: which carrier of a network did best in the window. Published: the review looks at the last
// 15 minutes, conversions are the main measure beside receipts, and every carrier keeps a little traffic. The formulas
// are this project's assumptions; docs/routing.md lists both.

/** A message in the window. */
export interface Judged {
  readonly carrier: string;
  /** The conversion report. */
  readonly converted?: boolean | undefined;
  /** The receipt: `true` if it says delivered. */
  readonly receipt?: boolean | undefined;
}

/** The router's knowledge of a carrier. */
export interface Figures {
  /** Messages sent. */
  readonly sent: number;
  /** Reported with `delivered=true`. */
  readonly converted: number;
  /** Reported with `delivered=false`. */
  readonly notConverted: number;
  /** Receipts that say delivered. */
  readonly receiptsDelivered: number;
  /** Receipts that say anything else. */
  readonly receiptsFailed: number;
  /** The share by which carriers are compared, 0 to 1: what is at least likely, so that 3 of 3 does not lead. */
  readonly score: number;
}

/** The evidence that a message without a report gives. */
export type Silence =
  /** Its receipt. */
  | "receipt"
  /** None of its own: where the network has reports, it counts as not converted. */
  | "not-converted";

/** Counts the window of a network's messages, and scores its carriers. */
export function judge(
  messages: readonly Judged[],
  carriers: readonly string[],
  silence: Silence = "receipt",
): ReadonlyMap<string, Figures> {
  const refutes = silence === "not-converted" && messages.some(({ converted }) => converted !== undefined);
  const counts = new Map(carriers.map((name) => [name, { ...NOTHING }]));
  for (const message of messages) {
    const count = counts.get(message.carrier);
    if (count !== undefined) add(count, message, refutes);
  }
  return new Map(
    [...counts].map(([name, { good, known, ...figures }]) => [
      name,
      { ...figures, score: toLowerBound(good, known) },
    ]),
  );
}

/**
 * Returns the carrier with the best score. Equal carriers leave the traffic where it is; without any evidence there is
 * no change.
 */
export function choosePreferred(
  figures: ReadonlyMap<string, Figures>,
  preferred: string | undefined,
): string | undefined {
  const isHeard = [...figures.values()].some(
    (one) => one.converted + one.notConverted + one.receiptsDelivered + one.receiptsFailed > 0,
  );
  if (!isHeard) return preferred;
  const best = Math.max(...[...figures.values()].map(({ score }) => score));
  const leaders = [...figures].filter(([, { score }]) => score === best);
  if (leaders.length === figures.size || leaders.some(([name]) => name === preferred)) return preferred;
  return leaders.reduce((one, other) => (other[1].sent > one[1].sent ? other : one))[0];
}

const NOTHING = {
  sent: 0,
  converted: 0,
  notConverted: 0,
  receiptsDelivered: 0,
  receiptsFailed: 0,
  /** Messages with evidence, and those of them that did well. */
  known: 0,
  good: 0,
};

/** @param refutes `true` if a message without a report counts as not converted. */
function add(count: typeof NOTHING, { converted, receipt }: Judged, refutes: boolean): void {
  count.sent++;
  if (converted !== undefined) count[converted ? "converted" : "notConverted"]++;
  if (receipt !== undefined) count[receipt ? "receiptsDelivered" : "receiptsFailed"]++;
  const evidence = converted ?? (refutes ? false : receipt);
  if (evidence === undefined) return;
  count.known++;
  if (evidence) count.good++;
}

/** The lower end of Wilson's interval of one standard error: 3 of 3 gives 0.75, and 95 of 100 gives 0.92. */
function toLowerBound(good: number, known: number): number {
  if (known === 0) return 0;
  const share = good / known;
  const deviation = Math.sqrt((share * (1 - share) + 1 / (4 * known)) / known);
  return Math.max(0, (share + 1 / (2 * known) - deviation) / (1 + 1 / known));
}
