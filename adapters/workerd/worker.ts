// The Worker on plain workerd, for one machine. It adds what Cloudflare's network does for a Worker there: the client's
// address, rate limits, the console's files, and calls at regular intervals.

import { Challenges, createWorker, type Env, Insight, Ledger, SendLimits } from "../cloudflare/index.ts";
import type { ExecutionContext } from "../cloudflare/worker.ts";
import { readClientAddress } from "./client-address.ts";
import { type StaticFiles, serveFile } from "./files.ts";
import { LIMITS, PERIOD_MS } from "./limits.ts";
import { createMemoryRateLimit } from "./memory-rate-limit.ts";

export { Challenges, Insight, Ledger, SendLimits };

interface MachineEnv extends Env {
  /** The header with the client's address, which a reverse proxy sets. */
  readonly CLIENT_ADDRESS_HEADER?: string;
  readonly CONSOLE_FILES: StaticFiles;
}

/** One process serves all requests, so they are exact here. */
const RATE_LIMITS = Object.fromEntries(
  Object.entries(LIMITS).map(([name, limit]) => [name, createMemoryRateLimit({ limit, period: PERIOD_MS })]),
);

const { worker } = createWorker({
  clientAddress: (request, env) => readClientAddress(request, (env as MachineEnv).CLIENT_ADDRESS_HEADER),
});

/** The Worker caches by environment, so each keeps its one copy. */
const limited = new WeakMap<MachineEnv, Env>();

export default {
  fetch(request: Request, env: MachineEnv, context: ExecutionContext): Response | Promise<Response> {
    return serveFile(request, env.CONSOLE_FILES) ?? worker.fetch(request, withRateLimits(env), context);
  },
};

/** Does the work of Cloudflare's cron trigger. It has a socket of its own, which is not reachable from the network. */
export const WakeUp = {
  async fetch(_: Request, env: MachineEnv): Promise<Response> {
    await worker.scheduled(undefined, withRateLimits(env));
    return new Response(null, { status: 204 });
  },
};

function withRateLimits(env: MachineEnv): Env {
  let made = limited.get(env);
  if (made === undefined) {
    const { CLIENT_ADDRESS_HEADER, CONSOLE_FILES, ...settings } = env;
    made = { ...settings, CLIENT_ADDRESS_HEADER, ...RATE_LIMITS } as Env;
    limited.set(env, made);
  }
  return made;
}
