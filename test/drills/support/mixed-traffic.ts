// Everything that changes a counter: messages sent elsewhere with their receipts and reports, and sign-ins by code.

import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import {
  createTwoFactorClient,
  isTwoFactorError,
  type TwoFactorClient,
} from "../../../src/two-factor/index.ts";
import type { Parameter } from "../../../src/wire/parameters.ts";
import { CHANNELS } from "../../../src/wire/report.ts";
import { signParameters } from "../../../src/wire/signature.ts";
import { OTHER_PROXY_KEY, PROXY_KEY } from "../../support/local-stack.ts";
import { codeAt, codeHeardAt, notThe, SIGNATURE_SECRET } from "../../support/two-factor-stack.ts";
import { ago, type Caller, type Statement } from "./caller.ts";
import type { Random } from "./random.ts";
import type { Stand } from "./stand.ts";
import { sleep } from "./time.ts";

export type MixedTraffic = ReturnType<typeof createMixedTraffic>;

/** The shortest that both interfaces allow. */
export const EXPIRES_AFTER_S = 30;
const COOLDOWN_MS = 5000;
const RECENT = 60;
const STATUSES = ["delivered", "failed", "expired", "rejected", "accepted"];
/** The ends of a call that kills and the weather may cause, or a user who comes late because of them. */
const ALLOWED: readonly string[] = [
  ...["network", "unavailable", "timeout", "send_failed", "send_uncertain"],
  ...["expired", "used", "resend_too_soon", "request_under_way"],
];

export function createMixedTraffic({ upstream, worker, caller }: Stand, random: Random, name: string) {
  const { sandbox } = upstream;
  const client = createTwoFactorClient({ endpoint: worker.url, key: PROXY_KEY.key });
  const recent: Statement[] = [];
  const counts = { messages: 0, signIns: 0, receipts: 0, refused: 0, refusals: 0, brokenCalls: 0 };

  return {
    /** Totals so far; `refused` counts answers that Vonage has refused a message, `refusals` how many it was told to. */
    counts,

    /** One message that was sent elsewhere. */
    async message(): Promise<void> {
      const channel = random.pick(CHANNELS);
      const messageId = `${name}-${counts.messages++}`;
      if (random.chance(0.7)) await track(caller, { channel, messageId });
      if (channel === "sms" && random.chance(0.3)) await receipt(messageId);
      if (random.chance(0.75))
        await report({ channel, messageId, delivered: random.chance(0.6), timestamp: stamp() });
      if (channel === "sms" && random.chance(0.5)) await receipt(messageId);
      // A further report about it, or about one that others report too.
      const earlier = recent.length > 0 && random.chance(0.3) ? random.pick(recent) : undefined;
      if (earlier) await report({ ...earlier, delivered: random.chance(0.6), timestamp: stamp() });
    },

    /** One user who signs in: verified by the form or a reply, on the second message, too late, or called off. */
    async signIn(): Promise<void> {
      const network = random.between(0, 3);
      const number = `4474${String(network).padStart(2, "0")}${String(counts.signIns++).padStart(6, "0")}`;
      const channel = random.chance(0.8) ? "sms" : "voice";
      if (channel === "sms" && random.chance(0.08)) {
        counts.refusals++;
        sandbox.fail({ path: "sms", smsStatus: random.pick(["5", "9"]) });
      } else if (random.chance(0.04)) sandbox.fail({ path: "sms", drop: true, recorded: random.chance(0.5) });
      const started = await tolerant(client.start({ to: number, channel }));
      if (started === undefined) return;
      const code = channel === "sms" ? codeAt(sandbox, number) : codeHeardAt(sandbox, number);
      await sleep(random.between(0, 80));
      await end(client, started.id, number, code, channel);
    },
  };

  async function end(client: TwoFactorClient, id: string, number: string, code: string, channel: string) {
    const lot = random.next();
    if (lot < 0.4) await tolerant(client.check(id, code));
    else if (lot < 0.5 && channel === "sms")
      await sandbox
        .handset(number)
        .reply(code)
        .catch(() => {});
    else if (lot < 0.6) await tolerant(client.cancel(id));
    else if (lot < 0.7) await tolerant(client.check(id, notThe(code)));
    else if (lot < 0.85) {
      await sleep(COOLDOWN_MS + 100);
      await tolerant(client.resend(id, { channel: random.chance(0.5) ? "sms" : "voice" }));
      if (random.chance(0.6))
        await tolerant(client.check(id, codeHeardAt(sandbox, number) || codeAt(sandbox, number)));
    }
  }

  async function track({ track }: Caller, message: Pick<Statement, "channel" | "messageId">) {
    const isKnown = random.chance(0.8);
    await track(message, EXPIRES_AFTER_S, {
      ...(isKnown && { country: random.pick(["GB", "DE", "PK"]) }),
      ...(isKnown && random.chance(0.7) && { network: random.pick(["23410", "26201", "41003"]) }),
      ...(random.chance(0.7) && { price: `0.0${random.between(100, 999)}` }),
      sentAt: new Date(Date.now() - random.between(0, 600_000)).toISOString(),
    });
  }

  async function report(statement: Statement): Promise<void> {
    recent.push(statement);
    if (recent.length > RECENT) recent.shift();
    const key = random.chance(0.05) ? OTHER_PROXY_KEY.key : PROXY_KEY.key;
    await caller.report(statement, key);
  }

  /** As Vonage sends it, signed. It may come twice, and name a network. */
  async function receipt(messageId: string): Promise<void> {
    counts.receipts++;
    const complete: Parameter[] = [
      ["msisdn", "447400000001"],
      ["messageId", messageId],
      ["status", random.pick(STATUSES)],
      ["api-key", SANDBOX_CREDENTIALS.twoFactor.apiKey],
      ...(random.chance(0.5)
        ? ([
            ["network-code", "23415"],
            ["price", "0.0333"],
          ] as Parameter[])
        : []),
      ["timestamp", String(Math.floor(Date.now() / 1000))],
      ["nonce", crypto.randomUUID()],
    ];
    const sig = await signParameters(complete, SIGNATURE_SECRET, "sha256");
    const body = new URLSearchParams([...complete, ["sig", sig]]);
    for (let times = random.chance(0.2) ? 2 : 1; times > 0; times--) {
      await fetch(`${worker.url}/webhooks/delivery-receipt`, { method: "POST", body }).catch(() => {
        counts.brokenCalls++;
      });
    }
  }

  async function tolerant<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (!isTwoFactorError(error) || !ALLOWED.includes(error.code)) throw error;
      if (error.code === "send_failed") counts.refused++;
      else counts.brokenCalls++;
      return undefined;
    }
  }

  function stamp(): string {
    return ago(random.between(0, 600_000));
  }
}
