// A behaviour of an example, and the tools to check it.

import type { Browser } from "puppeteer-core";
import type { Sandbox } from "../../../src/sandbox/index.ts";
import type { TwoFactorClient } from "../../../src/two-factor/client/client.ts";

export interface Scene {
  /** The example's origin, without a trailing slash. */
  readonly url: string;
  readonly sandbox: Sandbox;
  /** Answers of the workflow itself, requested past the example. */
  readonly client: TwoFactorClient;
  readonly browser: Browser;
  /** The example's output so far. */
  output(): string;
}

export interface Behaviour {
  readonly name: string;
  /** Rejects if the example behaves differently. */
  readonly check: (scene: Scene) => Promise<void>;
}
