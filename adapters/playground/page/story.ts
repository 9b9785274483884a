// The story of the visitor's last message, told from the exchanges and the handset. Pure functions.

import type { SandboxExchange } from "../../../src/sandbox/index.ts";
import type { LiveState } from "../demo.ts";
import { formatDuration } from "./messages.ts";

/** A message of the visitor's own, as far as its way is known. */
export interface Message {
  readonly ids: readonly string[];
  readonly isCall: boolean;
  /** The carrier that Vonage chose; `undefined` on networks without a choice. */
  readonly carrier: string | undefined;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  /** The status of the last receipt. */
  readonly receipt?: string;
  /** The outcome that Vonage has recorded. */
  readonly recorded?: boolean;
}

/** The moments of the story. */
export type Moment =
  | "before"
  | "under-way"
  | "arrived"
  | "lost"
  | "silent"
  | "lie"
  | "proven"
  | "held"
  | "untold"
  | "delivered"
  | "not-delivered"
  | "traffic";

export interface Scene {
  readonly moment: Moment;
  readonly tone: "plain" | "good" | "warn" | "bad";
  readonly title: string;
  readonly text: string;
  /** Vonage's knowledge of the message. */
  readonly knows: string;
  /** The Worker's current step. */
  readonly worker: string;
}

/** Follows the visitor's messages: returns the last one after an exchange. */
export function follow(message: Message | undefined, exchange: SandboxExchange): Message | undefined {
  const { path, at, parameters, messageIds, carrier, note = "", status } = exchange;
  if (messageIds !== undefined) {
    return { ids: messageIds, isCall: path === "/v1/calls", carrier, sentAt: Date.parse(at) };
  }
  const id = parameters["message-id"] ?? parameters.messageId ?? "";
  if (message === undefined || !message.ids.includes(id)) return message;
  if (path.endsWith("/delivery-receipt")) return { ...message, receipt: parameters.status ?? "" };
  const isRecorded =
    path.startsWith("/conversions/") && ((status > 0 && status < 400) || note.endsWith("effect"));
  return isRecorded ? { ...message, recorded: parameters.delivered === "true" } : message;
}

/** Without a receipt, the page says so after this time. */
const SILENCE_MS = 4000;

/** After this time, the story of the many users goes on. */
const AFTERMATH_MS = 15_000;

type Facts = Pick<LiveState, "challenge" | "handset" | "switches" | "held">;

/** Tells the scene of the many users, once the visitor's own story is over. */
export function tellTraffic(
  message: Message | undefined,
  {
    challenge,
    demonstration,
    route,
    switches,
  }: Pick<LiveState, "challenge" | "demonstration" | "route" | "switches">,
  now: number,
): Scene | undefined {
  if (demonstration?.isRunning !== true || route === null || challenge?.state === "pending") return undefined;
  if (message !== undefined && now - message.sentAt < AFTERMATH_MS) return undefined;
  const hears = switches.reports === "at-once";
  const knows = hears
    ? "learns from reports"
    : switches.reports === "never"
      ? "hears no reports"
      : "hears too late";
  const rest = {
    moment: "traffic",
    knows,
    worker: hears ? "Reports each outcome." : "Its reports are held back.",
  } as const;
  const preferred = route.carriers.find(({ name }) => name === route.preferred);
  if (preferred === undefined) {
    return {
      ...{ ...rest, tone: "plain", title: "Many users sign in. Which carrier delivers?" },
      text: "Vonage begins with equal shares, and moves traffic at each review.",
    };
  }
  const { name, share, truth } = preferred;
  const percent = (part: number) => `${Math.round(part * 100)} %`;
  if (route.carriers.some((one) => one.truth.delivered > truth.delivered + 0.1)) {
    return {
      ...{
        ...rest,
        tone: "bad",
        title: `${name} gets ${percent(share)} of the texts, and loses ${percent(1 - truth.delivered)} of them.`,
      },
      text: hears
        ? "Vonage believes the receipts. Reports that nobody received a text are coming in."
        : "Vonage believes receipts, since reports come too late or not at all.",
    };
  }
  return {
    ...{ ...rest, tone: "good", title: `${name} delivers, and gets ${percent(share)} of the texts.` },
    text: hears
      ? "Reports have shown Vonage which carrier delivers."
      : "That is luck: Vonage has little but receipts to go by.",
  };
}

/** Returns `true` if the message is on the handset. */
export function hasArrived({ ids }: Message, { messages, calls }: Facts["handset"]): boolean {
  return (
    messages.some(({ messageIds }) => messageIds.some((id) => ids.includes(id))) ||
    calls.some(({ uuid }) => ids.includes(uuid))
  );
}

/** Tells the scene. @param now Epoch milliseconds. */
export function tell(message: Message | undefined, facts: Facts, now: number): Scene {
  if (message === undefined) return BEFORE;
  const arrived = hasArrived(message, facts.handset);
  const state = facts.challenge?.state;
  const over = message.carrier === undefined ? "" : ` over ${message.carrier}`;
  const by = message.carrier ?? "The carrier";
  const [what, What] = message.isCall ? ["call", "call"] : ["text", "text"];
  const claims = message.receipt === "delivered";

  if (message.recorded === true) {
    return {
      ...{ moment: "delivered", tone: "good", title: "Vonage now knows: delivered." },
      text: claims
        ? `The receipt only claimed it. The report proves it, and counts in favour of ${message.carrier ?? "the carrier"}.`
        : `The report proves it, and counts in favour of ${message.carrier ?? "the carrier"}.`,
      ...{ knows: "knows: delivered", worker: "Reported: delivered." },
    };
  }
  if (message.recorded === false) {
    return {
      ...{ moment: "not-delivered", tone: "good", title: "Vonage now knows: not delivered." },
      text: explainFalse(arrived, claims, by, what),
      ...{ knows: "knows: not delivered", worker: "Reported: not delivered." },
    };
  }
  if (state === "verified" || (state !== "pending" && state !== undefined) || facts.challenge === null) {
    return tellUnreported(message, facts, state === "verified");
  }
  const waiting = { knows: claims ? "believes the receipt" : "does not know", worker: "Waits for the code." };
  if (arrived) {
    return {
      ...{
        moment: "arrived",
        tone: "plain",
        title: message.isCall ? "The phone rings." : "The text has arrived.",
      },
      text: message.isCall
        ? "Answer it on the handset, and type the code into the application."
        : "Only the user can see that. Type the code into the application.",
      ...waiting,
    };
  }
  if (claims) {
    return {
      ...{ moment: "lie", tone: "bad", title: "The carrier claims delivered. Nobody received it." },
      text: `${by} lies, and Vonage cannot tell. Cancel, or wait until the code expires: the report will say so.`,
      ...waiting,
    };
  }
  if (message.receipt !== undefined && message.receipt !== "buffered") {
    return {
      ...{
        moment: "lost",
        tone: "warn",
        title: `The text got lost, and ${message.carrier ?? "the carrier"} says so.`,
      },
      text: "This receipt is honest. Vonage cannot know which ones are. Send again, or cancel.",
      ...{ ...waiting, knows: "has a receipt: failed" },
    };
  }
  if (now - message.sentAt > SILENCE_MS) {
    return {
      ...{
        moment: "silent",
        tone: "warn",
        title: `The ${what} has not arrived, and the carrier says nothing.`,
      },
      text: "Without a receipt, only a report can tell Vonage. Send again, or cancel.",
      ...waiting,
    };
  }
  return {
    ...{ moment: "under-way", tone: "plain", title: `A ${What} is on its way${over}.` },
    text:
      message.carrier === undefined
        ? "Vonage passes it on."
        : "Vonage has chosen this carrier. Does it deliver?",
    ...waiting,
  };
}

const BEFORE: Scene = {
  ...{ moment: "before", tone: "plain", title: "Will the code arrive?" },
  text: "Send a code. Vonage chooses a carrier, and cannot see whether the text arrives. Your report can tell it.",
  ...{ knows: "knows nothing yet", worker: "Waits for a request." },
};

function explainFalse(arrived: boolean, claims: boolean, by: string, what: string): string {
  if (arrived)
    return `The ${what} arrived, but nobody used its code. For Vonage that counts as not delivered.`;
  if (claims) return `${by} claimed the contrary. Only the report corrects that.`;
  return `That is right: nobody received the ${what}. The report counts against ${by === "The carrier" ? "the carrier" : by}.`;
}

function tellUnreported(message: Message, { switches, held }: Facts, verified: boolean): Scene {
  const ended = verified ? "The code is right, so the message arrived." : "The code is no longer valid.";
  const knows = message.receipt === "delivered" ? "believes the receipt" : "does not know";
  if (switches.reports === "never") {
    return {
      ...{ moment: "untold", tone: "warn", title: "Vonage never learns what happened." },
      text: `${ended} Without a report, only the receipt counts, and receipts may lie.`,
      ...{ knows, worker: "Its report is not sent." },
    };
  }
  if (held.nextIn !== null && switches.reports !== "at-once") {
    return {
      ...{ moment: "held", tone: "warn", title: "Vonage does not know yet." },
      text: `${ended} The report goes in ${formatDuration(held.nextIn)}, which stands for ${
        switches.reports === "late" ? "10 minutes" : "up to an hour"
      }.`,
      ...{ knows, worker: "Its report is held back." },
    };
  }
  return {
    ...{ moment: "proven", tone: "plain", title: ended },
    ...{ text: "The Worker reports it to Vonage.", knows, worker: "Sends the report." },
  };
}
