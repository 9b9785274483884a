// One browser with one page open, and what the tests ask of it.

import { accessSync, constants } from "node:fs";
import type { Shop } from "./page/shop.ts";

export interface RealBrowser {
  /** Name and version. */
  readonly name: string;
  /** Opens a page; resolves when it is loaded. */
  open(url: string): Promise<void>;
  /** The address of the page that is open. */
  address(): Promise<string>;
  /** Calls one of the functions of the shop's page; resolves to what it gives. */
  call<Name extends keyof Shop>(
    name: Name,
    ...args: Parameters<Shop[Name]>
  ): Promise<Awaited<ReturnType<Shop[Name]>>>;
  /** Cuts the page off from every network. Absent where its driver has nothing of the kind. */
  setOffline?(isOffline: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** A machine without a browser fails, since a suite that skips proves nothing. */
export function requireProgram(path: string, name: string): string {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    throw new Error(`There is no ${name} at ${path}. Install it: npm run test:browsers:install (Debian).`);
  }
}
