// One browser with one open page, as the tests use it.

import { accessSync, constants } from "node:fs";
import type { Shop } from "./page/shop.ts";

export interface RealBrowser {
  /** Name and version. */
  readonly name: string;
  /** Opens a page. Resolves when it has loaded. */
  open(url: string): Promise<void>;
  /** The URL of the open page. */
  address(): Promise<string>;
  /** Calls a function of the shop's page, and resolves to its result. */
  call<Name extends keyof Shop>(
    name: Name,
    ...args: Parameters<Shop[Name]>
  ): Promise<Awaited<ReturnType<Shop[Name]>>>;
  /** Cuts the page off from every network. Absent if the driver cannot do it. */
  setOffline?(isOffline: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Fails without a browser, because a suite that skips proves nothing. */
export function requireProgram(path: string, name: string): string {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    throw new Error(`There is no ${name} at ${path}. Install it: npm run test:browsers:install (Debian).`);
  }
}
