// Workerd is killed repeatedly while users sign in. The outcome of each sent code must still be reported.

import { createTwoFactorClient, isTwoFactorError } from "../../src/two-factor/index.ts";
import { PROXY_KEY } from "../support/local-stack.ts";
import { codeAt, notThe, twoFactorBindingsFor } from "../support/two-factor-stack.ts";
import { createVerdict, type DrillResult, toSeconds } from "./support/drill.ts";
import { inParallel } from "./support/in-parallel.ts";
import { createRandom, type Random } from "./support/random.ts";
import { withStand } from "./support/stand.ts";
import { sleep, until } from "./support/time.ts";

export interface WorkflowSize {
  readonly kills: number;
  /** Also waits for the reports of codes whose caller got no answer, which takes two more minutes. */
  readonly settled: boolean;
  readonly seed: number;
}

/** One user's sign-in, as the application saw it. */
interface SignIn {
  readonly number: string;
  /** `unknown` means that the connection broke. */
  started: boolean | "unknown";
  verified: boolean | "unknown";
  /** The id of the message that arrived, if one did. The sandbox's handsets do not keep all messages. */
  messageId: string | undefined;
}

const USERS_AT_ONCE = 12;
const SIGN_INS_BETWEEN_KILLS = 10;
const LONGEST_BETWEEN_KILLS_MS = 20_000;
const LIFETIME_S = 30;
/** A message whose sending was cut off is given up after a minute, by an alarm that goes off every minute. */
const SETTLED_MS = 150_000;
const ALL_THERE_MS = (LIFETIME_S + 30) * 1000;

export async function workflow({ kills, settled, seed }: WorkflowSize) {
  const random = createRandom(seed);
  const unlimited = "number=9/3600 prefix=100000/3600 caller=100000/3600 total=100000/3600";
  const bindingsOf = (url: string) => ({
    ...twoFactorBindingsFor(url),
    TWO_FACTOR_LIFETIME_S: String(LIFETIME_S),
    TWO_FACTOR_LIMITS: unlimited,
  });
  return withStand({ bindingsOf }, async ({ upstream, worker }) => {
    const { sandbox } = upstream;
    sandbox.webhooks({ deliveryReceipt: `${worker.url}/webhooks/delivery-receipt`, sign: "sha256" });
    const client = createTwoFactorClient({ endpoint: worker.url, key: PROXY_KEY.key });
    const signIns: SignIn[] = [];
    let brokenCalls = 0;
    const tolerant = async <T>(work: Promise<T>): Promise<T | undefined> => {
      try {
        return await work;
      } catch (error) {
        // Only effects that a kill may cause are allowed.
        if (!isTwoFactorError(error) || !["network", "unavailable", "timeout"].includes(error.code))
          throw error;
        brokenCalls++;
        return undefined;
      }
    };

    const signIn = async (index: number) => {
      const one: SignIn = {
        number: `4474${String(10_000_000 + index)}`,
        started: "unknown",
        verified: false,
        messageId: undefined,
      };
      signIns.push(one);
      const status = await tolerant(client.start({ to: one.number, channel: "sms" }));
      const idOf = () => sandbox.handset(one.number).inbox()[0]?.messageIds[0];
      if (status === undefined) {
        await sleep(random.between(50, 150));
        one.messageId = idOf();
        return;
      }
      one.started = true;
      one.messageId = idOf();
      const code = codeAt(sandbox, one.number);
      await sleep(random.between(0, 50));
      if (random.chance(0.2)) await tolerant(client.check(status.id, notThe(code)));
      if (random.chance(0.3)) return;
      const checked = await tolerant(client.check(status.id, code));
      one.verified = checked?.verified ?? "unknown";
    };

    const signedIn = () => signIns.filter(({ verified }) => verified === true).length;
    const stop = new AbortController();
    let next = 0;
    const pouring = inParallel(USERS_AT_ONCE, USERS_AT_ONCE, async () => {
      while (!stop.signal.aborted) {
        sandbox.carrier(weather(random));
        await signIn(next++);
      }
    });
    let lastKill = Date.now();
    for (let left = kills; left > 0; left--) {
      await sleep(random.between(300, 1500));
      // On a busy machine, a kill waits until there is something to lose.
      const wanted = signedIn() + SIGN_INS_BETWEEN_KILLS;
      await until(() => signedIn() >= wanted, LONGEST_BETWEEN_KILLS_MS);
      if (left === 1) stop.abort();
      lastKill = Date.now();
      await worker.kill();
      await sleep(random.between(0, 200));
      await worker.restart();
    }
    await pouring;

    const { wrong, demandNone } = createVerdict();
    const outcomes = () => {
      const found = new Map<string, boolean[]>();
      for (const { messageId, delivered } of sandbox.reports()) {
        found.set(messageId, [...(found.get(messageId) ?? []), delivered]);
      }
      return found;
    };
    const known = signIns.filter(({ started }) => started === true);
    const orphans = signIns.filter((one) => one.started === "unknown" && one.messageId !== undefined);
    const findLost = () => {
      const reported = outcomes();
      const outcomeOf = ({ messageId = "" }: SignIn) => reported.get(messageId)?.at(-1);
      const isKept = (one: SignIn) =>
        one.started !== true || one.verified === "unknown"
          ? outcomeOf(one) !== undefined
          : outcomeOf(one) === one.verified;
      return [...known, ...(settled ? orphans : [])]
        .filter((one) => !isKept(one))
        .map(
          (one) =>
            `${one.messageId}: started ${one.started}, verified ${one.verified}, reported ${outcomeOf(one)}`,
        );
    };
    await until(() => findLost().length === 0, settled ? SETTLED_MS + ALL_THERE_MS : ALL_THERE_MS);
    const lost = findLost();
    demandNone(lost, "not reported as it ended");
    const retracted = [...outcomes()].filter(([, said]) => said.includes(true) && said.at(-1) === false);
    demandNone(
      retracted.map(([messageId]) => messageId),
      "false after true",
    );
    return {
      figures: {
        kills,
        signIns: signIns.length,
        verified: known.filter(({ verified }) => verified === true).length,
        unverified: known.filter(({ verified }) => verified === false).length,
        checksCutOff: known.filter(({ verified }) => verified === "unknown").length,
        startsCutOffThoughSent: orphans.length,
        brokenCalls,
        lost: lost.length,
        reports: sandbox.reports().length,
        secondsUntilAllThere: toSeconds(Date.now() - lastKill),
      },
      wrong,
    } satisfies DrillResult;
  });
}

/** Receipts come at once, late, or with an intermediate status. The message itself always arrives. */
function weather(random: Random) {
  return { receiptDelay: random.pick([0, 0, 50, 500]), intermediate: random.chance(0.3) };
}
