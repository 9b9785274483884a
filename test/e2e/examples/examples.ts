// The examples, in the order in which they run.

import type { RunningWorker } from "../../../adapters/playground/workerd.ts";
import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { TOKEN_SECRET } from "../../support/local-stack.ts";
import { createApiBehaviours } from "./api.ts";
import type { Behaviour } from "./behaviour.ts";
import { serveBoundWorker } from "./bound-worker.ts";
import { IDENTITY_SERVICES, settingsOfServices } from "./identity-services.ts";
import type { Variant } from "./manifest.ts";
import { NEXT_CACHES } from "./next-cache.ts";
import { PAGE_ORIGIN, type Serving, serveExample } from "./serve.ts";
import {
  ADDRESS_LIMIT,
  createAddressLimit,
  createResendBehaviours,
  createSecrecy,
  createSignInBehaviours,
  createTooSoon,
} from "./sign-in.ts";
import { STATIC_PAGE } from "./static-page.ts";
import type { Mode } from "./visitor.ts";

/** Fields common to all examples. */
export interface Surroundings {
  readonly worker: Pick<RunningWorker, "url">;
  readonly vonage: { readonly url: string };
  /** The port on 127.0.0.1. */
  readonly port: number;
}

export interface Example {
  /** The folder in examples/, unless a variant names another. */
  readonly name: string;
  readonly variant?: Variant;
  readonly serve: (folder: string, surroundings: Surroundings) => Promise<Serving>;
  readonly behaviours: readonly Behaviour[];
}

/** The limit by address leaves room for all behaviours, and is low enough to be used up. */
export const TWO_FACTOR_LIMITS = `number=10/3600 address=${ADDRESS_LIMIT}/3600 prefix=10000/3600 caller=10000/3600 total=10000/3600`;

const signIn = (name: string, ...modes: readonly [Mode, ...Mode[]]): Example => ({
  name,
  serve: (folder, { worker, port }) => serveExample(folder, worker.url, port),
  behaviours: [
    ...modes.flatMap(createSignInBehaviours),
    ...modes.flatMap(createResendBehaviours),
    createSecrecy(modes[0]),
    createAddressLimit(modes[0]),
  ],
});

const BOTH: readonly [Mode, Mode] = ["without scripts", "with scripts"];
const nextjs = signIn("nextjs", ...BOTH);

export const EXAMPLES: readonly Example[] = [
  signIn("node-server", "without scripts"),
  signIn("hono", "without scripts"),
  {
    ...signIn("worker-service-binding", "without scripts"),
    // Its own Worker cannot be called past the example, its clock cannot be turned, and plain workerd sets no
    // cf-connecting-ip.
    behaviours: [
      ...createSignInBehaviours("without scripts"),
      createTooSoon("without scripts"),
      createSecrecy("without scripts"),
    ],
    serve: (folder, { vonage, port }) => serveBoundWorker(folder, vonage.url, port),
  },
  {
    name: "static-page",
    serve: (folder, { worker, vonage, port }) =>
      serveExample(folder, worker.url, port, {
        VONAGE_CONVERSION_TOKEN_SECRET: `${TOKEN_SECRET.kid}:${TOKEN_SECRET.secret}`,
        VONAGE_API_KEY: SANDBOX_CREDENTIALS.twoFactor.apiKey,
        VONAGE_API_SECRET: SANDBOX_CREDENTIALS.twoFactor.apiSecret,
        VONAGE_REST_BASE_URL: vonage.url,
      }),
    behaviours: STATIC_PAGE,
  },
  {
    name: "identity-services",
    serve: (folder, { worker, vonage, port }) =>
      serveExample(folder, worker.url, port, settingsOfServices(vonage.url)),
    behaviours: IDENTITY_SERVICES,
  },
  {
    name: "deno-edge-function",
    serve: (folder, { worker, port }) => serveExample(folder, worker.url, port),
    behaviours: createApiBehaviours({ path: "/sign-in", origin: PAGE_ORIGIN }),
  },
  {
    ...nextjs,
    // Outside Vercel, Next does not know the user's address.
    behaviours: [
      ...createApiBehaviours({ path: "/api/sign-in", origin: null }),
      ...BOTH.flatMap(createSignInBehaviours),
      ...BOTH.flatMap(createResendBehaviours),
      createSecrecy(BOTH[0]),
    ],
  },
  ...NEXT_CACHES,
  signIn("sveltekit", ...BOTH),
  signIn("astro", "without scripts"),
  signIn("nuxt", "with scripts"),
];
