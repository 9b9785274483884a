// The sandbox as a Worker of its own. The sandbox command and the tests run it next to the real Worker.

import { waitUntil } from "cloudflare:workers";
import { createSandbox, type Sandbox, type SandboxWebhooks } from "../../src/sandbox/index.ts";
import { createTwoFactorClient } from "../../src/two-factor/index.ts";
import { createApplication } from "./application.ts";
import { createDemo } from "./demo.ts";
import { createDemonstration } from "./demonstration/demonstration.ts";
import { createDemonstrationRoutes } from "./demonstration/routes.ts";
import { CARRIERS, ROUTER } from "./demonstration/world.ts";
import { refuseForeignHost, toHosts } from "./own-hosts.ts";
import { type PageFiles, servePage } from "./page-files.ts";

interface Env extends PageFiles {
  /** Base URL of the Worker that receives the webhooks. Without it, none are sent. */
  readonly WEBHOOK_BASE_URL?: string;
  /** Additional host names, separated by commas or white space. localhost, 127.0.0.1 and [::1] are always accepted. */
  readonly PLAYGROUND_HOSTS?: string;
  /** Signature method of the webhooks. Without it, they are not signed. */
  readonly WEBHOOK_SIGN?: string;
  /** Base URL of the Worker for the demo application. Without it, there is no demo application. */
  readonly APPLICATION_ENDPOINT?: string;
  /** The application's proxy key. */
  readonly APPLICATION_KEY?: string;
  /** The Worker's TWO_FACTOR_COOLDOWN_S. Default: 30. */
  readonly APPLICATION_COOLDOWN_S?: string;
  /** The address of the operator's console. Default: on the Worker. */
  readonly CONSOLE_URL?: string;
}

let answer: ((request: Request) => Promise<Response>) | undefined;

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const refusal = refuseForeignHost(request, toHosts(env.PLAYGROUND_HOSTS));
    if (refusal !== undefined) return refusal;
    answer ??= createAnswer(env);
    try {
      return servePage(request, env) ?? (await answer(request));
    } catch {
      // Drops the connection: if a body fails before its first byte, workerd closes without an answer.
      return new Response(
        new ReadableStream({
          start(controller) {
            controller.error(new TypeError("dropped on purpose"));
          },
        }),
      );
    }
  },
};

function createAnswer(env: Env): (request: Request) => Promise<Response> {
  const {
    APPLICATION_ENDPOINT: endpoint,
    APPLICATION_KEY: key,
    APPLICATION_COOLDOWN_S: cooldown = "30",
    CONSOLE_URL: console = `${endpoint}/console/`,
  } = env;
  const sandbox = createSandbox({
    // Tests that run the sandbox alone set carriers of their own.
    ...(endpoint && { carriers: CARRIERS, router: ROUTER }),
    webhooks: readWebhooks(env),
    // Anyone who can send a text can name a callback. It must not make this machine call other hosts.
    webhookOrigins: env.WEBHOOK_BASE_URL ? [new URL(env.WEBHOOK_BASE_URL).origin] : [],
    waitUntil,
  });
  if (!endpoint || !key) return (request) => sandbox.fetch(request);
  const application = createApplication({ endpoint, key, cooldown: Number(cooldown), waitUntil });
  const demonstration = createDemonstration({
    twoFactor: createTwoFactorClient({ endpoint, key }),
    ...readHandsets(sandbox),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    now: Date.now,
  });
  const routes = createDemonstrationRoutes(sandbox, demonstration, waitUntil, console);
  return createDemo(sandbox, application, { demonstration: routes });
}

function readHandsets({ handset }: Sandbox) {
  return {
    readTexts: (number: string) =>
      handset(number)
        .inbox()
        .map(({ text }) => text),
    answerCalls: (number: string) =>
      handset(number)
        .calls()
        .map(({ heard }) => heard),
  };
}

function readWebhooks({ WEBHOOK_BASE_URL: base, WEBHOOK_SIGN: sign }: Env): SandboxWebhooks {
  return {
    ...(base && {
      deliveryReceipt: `${base}/webhooks/delivery-receipt`,
      inboundSms: `${base}/webhooks/inbound-sms`,
    }),
    // The sandbox validates the method.
    ...(sign && { sign: sign as NonNullable<SandboxWebhooks["sign"]> }),
  };
}
