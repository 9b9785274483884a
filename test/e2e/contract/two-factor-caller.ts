// A Worker that sends and checks codes through its service binding, and returns the results over HTTP.

import type { TwoFactorService } from "../../../adapters/cloudflare/index.ts";

interface Env {
  readonly TWO_FACTOR: TwoFactorService;
}

export interface TwoFactorCall {
  readonly method: keyof TwoFactorService;
  readonly given: readonly unknown[];
}

export default {
  async fetch(request: Request, { TWO_FACTOR }: Env): Promise<Response> {
    const { method, given } = (await request.json()) as TwoFactorCall;
    const call = TWO_FACTOR[method] as (...given: readonly unknown[]) => Promise<unknown>;
    try {
      return Response.json({ result: (await call(...given)) ?? null });
    } catch (thrown) {
      const { name, message, ...more } = thrown as Error;
      return Response.json({ error: { ...more, name, message: message || (thrown as Error).message } });
    }
  },
};
