// Sends the codes of an identity service, has the Worker await their reports, and reports those that were entered. What
// was sent is kept in memory. With more than one process, keep it in a shared store.

import { createConversionClient } from "vonage-conversion";
import { createTrackingClient } from "vonage-conversion/track";
import { type CodeSender, isSendError } from "vonage-conversion/two-factor";

export interface MessagesOptions {
  /** Sends through Vonage. */
  readonly sender: CodeSender;
  /** The Worker's URL. */
  readonly endpoint: string;
  /** One of its proxy keys for 2FA traffic. */
  readonly key: string;
  readonly brand: string;
  /** Seconds for which the service accepts a code: 30 or more. */
  readonly lifetime: number;
}

export interface Code {
  /** The recipient, with its country code. */
  readonly to: string;
  /** The code that the service made. */
  readonly code: string;
  /** Names of the user, by which the service will tell that the code was entered. */
  readonly users: readonly string[];
  /** A BCP 47 tag. */
  readonly locale?: string;
}

/** `later`: nothing was sent, and the service may try again. `refused`: this message cannot be sent. */
export type Outcome = "sent" | "later" | "refused";

export interface Messages {
  send(code: Code): Promise<Outcome>;
  /**
   * Reports the last message to one of these users as delivered.
   *
   * @param at When the code was entered, epoch milliseconds. Messages that were sent later do not count.
   */
  confirm(users: readonly string[], at?: number): void;
}

interface Awaited {
  readonly messageId: string;
  readonly users: readonly string[];
  readonly sentAt: number;
}

export function createMessages({ sender, endpoint, key, brand, lifetime }: MessagesOptions): Messages {
  const tracking = createTrackingClient({ endpoint, key });
  const conversions = createConversionClient({ endpoint, key });
  /** The newest comes last. */
  let awaited: Awaited[] = [];

  return {
    async send({ to, code, users, locale = "en" }) {
      const number = to.replace(/\D/g, "");
      try {
        const { messageIds, network, price } = await sender.send({
          to: number,
          code,
          brand,
          country: undefined,
          locale,
          clientRef: crypto.randomUUID(),
          lifetime,
        });
        const [messageId] = messageIds;
        const now = Date.now();
        awaited = awaited.filter(({ sentAt }) => sentAt > now - lifetime * 1000);
        awaited.push({ messageId, users, sentAt: now });
        const facts = {
          to: `+${number}`,
          ...(network && { network }),
          ...(price !== undefined && { price }),
        };
        // Without a report by then, the Worker reports that the code was not entered. Not awaited: the service waits.
        tracking.track({ messageId, channel: "sms", expiresIn: lifetime, ...facts }).catch(log);
        return "sent";
      } catch (error) {
        if (!isSendError(error)) throw error;
        log(error);
        if (error.code === "throttled" || error.code === "unavailable") return "later";
        // An uncertain message may arrive. A second one would confuse the user, who can ask for it.
        return error.code === "uncertain" ? "sent" : "refused";
      }
    },

    confirm(users, at = Date.now()) {
      const found = awaited.findLast(
        (one) => one.sentAt <= at && one.users.some((user) => users.includes(user)),
      );
      if (found === undefined) return;
      awaited = awaited.filter((one) => one !== found);
      conversions.sms({ messageId: found.messageId, delivered: true }).catch(log);
    },
  };
}

/** Errors of the package contain no number, no code and no key. */
const log = (error: unknown) => console.warn(String(error));
