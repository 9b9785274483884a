// Runs in workerd: creates the requests that clients give to fetch, and returns what the runtime does with them.

import { createConversionClient } from "../../src/index.ts";
import { createSandbox, SANDBOX_CREDENTIALS } from "../../src/sandbox/index.ts";
import { createTwoFactorClient } from "../../src/two-factor/client/client.ts";

const report = { messageId: "m-1", delivered: true };
const credentials = SANDBOX_CREDENTIALS.twoFactor;
const codeOf = (ended: Promise<unknown>) => ended.then(() => "fine").catch((error) => error.code);

export default {
  async fetch(): Promise<Response> {
    const sandbox = createSandbox();
    const caches = new Set<string | undefined>();
    const send: typeof fetch = (input, init) => {
      caches.add(init?.cache);
      return sandbox.fetch(input, init);
    };
    const { status } = await createConversionClient({ credentials, fetch: send }).sms(report);
    const twoFactor = createTwoFactorClient({ endpoint: "https://vonage.example", key: "k", fetch: send });
    // No server listens there. The global fetch is the runtime's.
    const nowhere = "http://127.0.0.1:9";
    const retry = false;
    return Response.json({
      caches: [...caches],
      status,
      // The sandbox is not a Worker.
      notTheWorker: await codeOf(twoFactor.start({ to: "+12015550123", channel: "sms" })),
      nowhere: [
        await codeOf(createConversionClient({ credentials, baseUrl: nowhere, retry }).sms(report)),
        await codeOf(createTwoFactorClient({ endpoint: nowhere, key: "k" }).check("0.a", "123456")),
      ],
    });
  },
};
