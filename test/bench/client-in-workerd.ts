// Runs inside workerd: the same calls by the client and by bare fetch.

import { createConversionClient } from "../../dist/index.mjs";
import { runCalls } from "./calls.ts";

export default {
  async fetch(request: Request, env: { VONAGE_BASE_URL: string }): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const calls = Number(searchParams.get("calls"));
    await runCalls(searchParams.get("by") ?? "", env.VONAGE_BASE_URL, calls, createConversionClient);
    return new Response("done");
  },
};
