// Makes calls by the client and by bare fetch inside workerd.

import { createConversionClient } from "../../../dist/index.mjs";
import { callerBy, runCalls } from "../calls.ts";

const callers = new Map<string, () => Promise<void>>();

export default {
  async fetch(request: Request, env: { VONAGE_BASE_URL: string }): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const calls = Number(searchParams.get("calls"));
    const by = searchParams.get("by") ?? "fetch";
    const call = callers.get(by) ?? callerBy(by, env.VONAGE_BASE_URL, createConversionClient);
    callers.set(by, call);
    return Response.json(await runCalls(call, calls));
  },
};
