// The story of the visitor's last message, told from the exchanges and the handset. Pure functions.

import type { LiveState } from "../demo.ts";
import { hasArrived, type Message } from "./followed-message.ts";
import { formatDuration } from "./messages.ts";
import type { Scene } from "./scene.ts";

/** Without a receipt, the page says so after this time. */
const SILENCE_MS = 4000;

type Facts = Pick<LiveState, "challenge" | "handset" | "switches" | "held">;

/**
 * Tells the scene.
 *
 * @param now Epoch milliseconds.
 */
export function tell(message: Message | undefined, facts: Facts, now: number): Scene {
  if (message === undefined) return BEFORE;
  const arrived = hasArrived(message, facts.handset);
  const state = facts.challenge?.state;
  const over = message.carrier === undefined ? "" : ` over ${message.carrier}`;
  const by = message.carrier ?? "The carrier";
  const what = message.isCall ? "call" : "text";
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
    ...{ moment: "under-way", tone: "plain", title: `A ${what} is on its way${over}.` },
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
