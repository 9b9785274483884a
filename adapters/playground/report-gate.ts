// The switch for how reports go. It stands between the Worker and the sandbox, and holds reports back as an application
// does that collects its reports or sends none.

import { EMPTY_ANSWER } from "../../src/wire/empty-answer.ts";

/** The ways in which reports reach Vonage. */
export const REPORT_PACES = ["at-once", "late", "batched", "never"] as const;
export type ReportPace = (typeof REPORT_PACES)[number];

export interface ReportGateOptions {
  /** Passes a request on to Vonage. */
  readonly send: (request: Request) => Promise<Response>;
  /** Returns epoch milliseconds. */
  readonly now: () => number;
  /** The router's speed compared with Vonage's: with 30, ten minutes take 20 seconds. */
  readonly timeScale: number;
}

export interface ReportGate {
  pace(): ReportPace;
  /** Changes the pace. Reports that are held go at once, or never. */
  setPace(pace: ReportPace): Promise<void>;
  /** Sends a report, or accepts it and holds it. */
  take(request: Request): Promise<Response>;
  /** Sends the reports that are due. */
  release(): Promise<void>;
  /** Describes the held reports. */
  held(): HeldReports;
  /** Returns to the initial state and drops held reports. */
  forget(): void;
}

/** A request as plain data: workerd lets no request read the body of another one. */
interface HeldReport {
  readonly url: string;
  readonly init: {
    readonly method: string;
    readonly headers: [string, string][];
    readonly body: string | null;
  };
  /** Epoch milliseconds. */
  readonly due: number;
}

export interface HeldReports {
  readonly count: number;
  /** Milliseconds until the next one goes; `null` if none is held. */
  readonly nextIn: number | null;
  /** Reports that were never sent. */
  readonly dropped: number;
}

const LATE_MS = 600_000;
const BATCH_MS = 3_600_000;
const MAX_HELD = 2000;

export function createReportGate({ send, now, timeScale }: ReportGateOptions): ReportGate {
  let pace: ReportPace = "at-once";
  let dropped = 0;
  let held: HeldReport[] = [];

  const dueAt = (at: number) => {
    const batch = BATCH_MS / timeScale;
    return pace === "late" ? at + LATE_MS / timeScale : (Math.floor(at / batch) + 1) * batch;
  };
  const sendHeld = async (isDue: (due: number) => boolean) => {
    const ready = held.filter(({ due }) => isDue(due));
    held = held.filter(({ due }) => !isDue(due));
    // A report that Vonage does not take is lost, as with an application that does not repeat it.
    for (const { url, init } of ready) await send(new Request(url, init)).catch(() => undefined);
  };

  return {
    pace: () => pace,
    setPace: async (next) => {
      if (next === "never") {
        dropped += held.length;
        held = [];
      }
      pace = next;
      await sendHeld(() => true);
    },
    take: async (request) => {
      if (pace === "at-once") return send(request);
      const { url, method } = request;
      const body = method === "GET" ? null : await request.text();
      const init = { method, headers: [...request.headers] as [string, string][], body };
      if (pace === "never" || held.length >= MAX_HELD) dropped++;
      else held.push({ url, init, due: dueAt(now()) });
      return new Response(null, EMPTY_ANSWER);
    },
    release: () => sendHeld((due) => due <= now()),
    held: () => {
      const next = Math.min(...held.map(({ due }) => due));
      return { count: held.length, nextIn: held.length === 0 ? null : Math.max(0, next - now()), dropped };
    },
    forget: () => {
      pace = "at-once";
      dropped = 0;
      held = [];
    },
  };
}
