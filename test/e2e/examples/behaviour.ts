// What an example is tried for, and what it is tried with.

import type { Browser } from "puppeteer-core";
import type { Sandbox } from "../../../src/sandbox/index.ts";
import type { TwoFactorClient } from "../../../src/two-factor/client/client.ts";

export interface Scene {
  /** Where the example serves; without a trailing slash. */
  readonly url: string;
  readonly sandbox: Sandbox;
  /** The workflow's, asked past the example. */
  readonly client: TwoFactorClient;
  readonly browser: Browser;
  /** All that the example has written so far. */
  output(): string;
}

export interface Behaviour {
  readonly name: string;
  /** Rejects where the example behaves otherwise. */
  readonly check: (scene: Scene) => Promise<void>;
}
