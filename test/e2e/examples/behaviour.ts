// A behaviour of an example, and the tools to check it.

import type { Browser } from "puppeteer-core";
import type { Sandbox } from "../../../src/sandbox/index.ts";
import type { TwoFactorClient } from "../../../src/two-factor/client/client.ts";

export interface Scene {
  /** The example's name. */
  readonly name: string;
  /** The example's origin, without a trailing slash. */
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly worker: { readonly url: string };
  /** Answers of the workflow itself, requested past the example. */
  readonly client: TwoFactorClient;
  readonly browser: Browser;
  /** Lets time pass for Worker and sandbox. */
  turnClock(milliseconds: number): Promise<void>;
  /** The example's output so far. */
  output(): string;
}

export interface Behaviour {
  readonly name: string;
  /** Rejects if the example behaves differently. */
  readonly check: (scene: Scene) => Promise<void>;
}
