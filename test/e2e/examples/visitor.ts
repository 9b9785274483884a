// Somebody in front of an example: reads what is shown, types, clicks. Knows labels and texts, and no markup.

import assert from "node:assert/strict";
import type { Browser, Page } from "puppeteer-core";
import type { Scene } from "./behaviour.ts";

/** The slowest page here is built in less than a tenth of this. */
const PATIENCE_MS = 10_000;

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

export interface Visitor {
  open(url: string): Promise<void>;
  /** Types into the field of that label, in place of what is there, and presses a button. */
  submit(label: string, text: string, button: string): Promise<void>;
  press(button: string): Promise<void>;
  /** Waits until the page says it. */
  reads(text: string | RegExp): Promise<string>;
  /** What is announced as wrong. */
  alert(text: RegExp): Promise<string>;
  /** All that was loaded so far, documents and scripts and data, as it came. */
  received(): Promise<string>;
  /** Errors on the page's console, and exceptions. */
  readonly complaints: readonly string[];
  leave(): Promise<void>;
}

export type Mode = "without scripts" | "with scripts";

/** Comes with a browser profile of its own, and leaves in the end. */
export async function asVisitor(
  { browser }: Scene,
  mode: Mode,
  act: (visitor: Visitor) => Promise<void>,
): Promise<void> {
  const visitor = await visit(browser, { scripts: mode === "with scripts" });
  try {
    await act(visitor);
  } finally {
    await visitor.leave();
  }
}

async function visit(browser: Browser, { scripts }: { readonly scripts: boolean }): Promise<Visitor> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.setJavaScriptEnabled(scripts);
  const complaints = collectComplaints(page);
  const bodies: Promise<string>[] = [];
  page.on("response", (response) => bodies.push(response.text().catch(() => "")));

  // Puppeteer's locators wait by scripts of their own, which a page without scripts does not run.
  const find = async (name: string, role: string) => {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause()) {
      const found = await page.$(`::-p-aria(${name}[role="${role}"])`).catch(() => null);
      if (found !== null) return found;
    }
    return assert.fail(`there is no ${role} "${name}"`);
  };
  const press = async (button: string) => {
    const found = await find(button, "button");
    const arrived = scripts ? undefined : page.waitForNavigation();
    await Promise.all([arrived, found.click()]);
  };
  const shown = () => page.$eval("main", (main) => main.textContent);
  const alerts = async () =>
    (await page.$$eval("[role=alert]", (all) => all.map((one) => one.textContent))).join("\n");

  return {
    open: async (url) => {
      // Scripts take over the forms once they are loaded.
      await page.goto(url, { waitUntil: scripts ? "networkidle0" : "load" });
    },
    submit: async (label, text, button) => {
      const field = await find(label, "textbox");
      // All that is there is selected, and so replaced.
      await field.click({ count: 3 });
      await page.keyboard.type(text);
      await press(button);
    },
    press,
    reads: (text) => until(shown, text),
    alert: (text) => until(alerts, text),
    received: async () => (await Promise.all(bodies)).join("\n"),
    complaints,
    leave: () => context.close(),
  };
}

function collectComplaints(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    // The examples have no icon.
    const isOfIcon = message.location()?.url?.endsWith("/favicon.ico");
    if (message.type() === "error" && !isOfIcon) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return complaints;
}

async function until(look: () => Promise<string>, text: string | RegExp): Promise<string> {
  let seen = "";
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause()) {
    // Between two pages there is none.
    seen = await look().catch(() => "");
    if (typeof text === "string" ? seen.includes(text) : text.test(seen)) return seen;
  }
  assert.fail(`${text} was not shown; there was: ${JSON.stringify(seen)}`);
}
