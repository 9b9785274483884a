// The Worker as it is deployed, with a clock that tests turn. Tests are a source of Insight (`POST /test/gather`), and
// receive its webhook, which must be a public https URL, on a server of their own (`HOOK_URL`). `POST /test/random` sets
// what `Math.random` returns, `POST /test/link` what becomes of calls of the Insight object.
// `POST /test/track` is what another Worker sends through the service binding.

import worker, * as deployed from "../../../adapters/cloudflare/index.ts";
import type { Gathered, Gathering } from "../../../adapters/cloudflare/insight/rpc.ts";
import type { InsightAnswer } from "../../../src/insight/answer.ts";
import type { InsightQuery } from "../../../src/insight/query.ts";
import type { SentMessage } from "../../../src/track/sent-message.ts";
import { followClock, turnable } from "../../support/turned-clock/follow.ts";

const WEBHOOK_ORIGIN = "https://hooks.acme.com";

export const Ledger = followClock(deployed.Ledger, "LEDGER");
export const Challenges = followClock(deployed.Challenges, "CHALLENGES");
export const SendLimits = followClock(deployed.SendLimits, "SEND_LIMITS");

/** `lost`: the call is carried out, and its answer gets lost. `twice`: it arrives twice. */
type Link = "up" | "down" | "lost" | "twice";
let link: Link = "up";

let hook = "";
class Linked extends deployed.Insight {
  constructor(context: deployed.ObjectContext, env: deployed.Env & { readonly HOOK_URL?: string }) {
    hook = env.HOOK_URL ?? "";
    super(context, env);
  }

  override async gather(gathering: Gathering): Promise<Gathered> {
    if (link === "down") throw new Error("Insight is down");
    const answer = await super.gather(gathering);
    if (link === "lost") throw new Error("the answer is lost");
    return link === "twice" ? super.gather(gathering) : answer;
  }

  override async query(query: InsightQuery): Promise<InsightAnswer> {
    if (link === "down") throw new Error("Insight is down");
    return super.query(query);
  }
}
export const Insight = followClock(Linked, "INSIGHT");

const realFetch = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  if (!url.startsWith(WEBHOOK_ORIGIN)) return realFetch(input, init);
  return realFetch(hook + url.slice(WEBHOOK_ORIGIN.length), init);
};

let chance: number | undefined;
const realRandom = Math.random;
Math.random = () => chance ?? realRandom();

const turned = turnable(worker);

export default {
  ...turned,
  async fetch(request: Request, env: deployed.Env, context: deployed.ExecutionContext): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/test/random") {
      chance = Number(await request.text());
      return new Response();
    }
    if (pathname === "/test/link") {
      link = (await request.text()) as Link;
      return new Response();
    }
    if (pathname === "/test/track") {
      return Response.json(
        await new deployed.Conversions(context, env).track((await request.json()) as SentMessage),
      );
    }
    if (pathname !== "/test/gather") return turned.fetch(request, env, context);
    const { INSIGHT } = env;
    const object = INSIGHT?.get(INSIGHT.idFromName("insight") as never) as deployed.Insight;
    try {
      return Response.json(await object.gather(await request.json()));
    } catch (error) {
      return Response.json({ refusal: (error as Error).message }, { status: 400 });
    }
  },
};
