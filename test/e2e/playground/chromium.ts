// A real Chromium, with a profile of its own, and everything it complains about.

import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Chromium {
  readonly browser: Browser;
  stop(): Promise<void>;
}

/** Starts the browser; a machine without one fails, since a suite that skips proves nothing. */
export async function startChromium(): Promise<Chromium> {
  try {
    accessSync(EXECUTABLE, constants.X_OK);
  } catch {
    throw new Error(
      `There is no Chromium at ${EXECUTABLE}. Install it (apt-get install chromium), or set CHROMIUM to its path.`,
    );
  }
  const userDataDir = mkdtempSync(join(tmpdir(), "chromium-"));
  const browser = await puppeteer.launch({
    browser: "chrome",
    executablePath: EXECUTABLE,
    headless: true,
    args: ARGUMENTS,
    userDataDir,
  });
  return {
    browser,
    stop: async () => {
      await browser.close();
      rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The misbehaviour of a page. */
export interface Complaints {
  /** Errors and warnings on its console, and exceptions. Violations of its policy are among them. */
  readonly errors: readonly string[];
  /** Requests to other origins than its own. */
  readonly foreign: readonly string[];
}

/** Collects the misbehaviour of a page, from before it is loaded. */
export function watch(page: Page, origin: string): Complaints {
  const errors: string[] = [];
  const foreign: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warn") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => {
    const { origin: target } = new URL(request.url());
    if (target !== origin) foreign.push(target);
  });
  return { errors, foreign };
}
