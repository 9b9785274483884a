// A user in front of an example reads, types and clicks. Elements are found by labels and texts, never by markup.

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import type { Scene } from "./behaviour.ts";

/** Ten times what the slowest page takes. */
const PATIENCE_MS = 10_000;

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

export interface Visitor {
  open(url: string): Promise<void>;
  /** Replaces the text of the field with that label, and presses a button. */
  submit(label: string, text: string, button: string): Promise<void>;
  press(button: string): Promise<void>;
  /** The text in the field with that label. */
  value(label: string): Promise<string>;
  /** Saves a picture of the page into the folder of `EXAMPLE_PICTURES`, if that is set. */
  picture(name: string): Promise<void>;
  /** Waits until the page shows a text. */
  reads(text: string | RegExp): Promise<string>;
  /** The text of the page's alert. */
  alert(text: RegExp): Promise<string>;
  /** Everything loaded so far: documents, scripts and data, unaltered. */
  received(): Promise<string>;
  /** Console errors and exceptions of the page. */
  readonly complaints: readonly string[];
  leave(): Promise<void>;
}

export type Mode = "without scripts" | "with scripts";

/** Opens a browser profile for one visit, and closes it at the end. */
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

  // Puppeteer's locators wait by scripts inside the page, which a page without scripts does not run.
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
      // Once loaded, the page's scripts take over its forms.
      await page.goto(url, { waitUntil: scripts ? "networkidle0" : "load" });
    },
    submit: async (label, text, button) => {
      const field = await find(label, "textbox");
      // Selecting the present text replaces it.
      await field.click({ count: 3 });
      await page.keyboard.type(text);
      await press(button);
    },
    press,
    value: async (label) =>
      (await find(label, "textbox")).evaluate((field) => (field as HTMLInputElement).value),
    picture: async (name) => {
      const { EXAMPLE_PICTURES: pictures } = process.env;
      if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
    },
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
    // The examples have no icon, so its 404 is expected.
    const isOfIcon = message.location()?.url?.endsWith("/favicon.ico");
    if (message.type() === "error" && !isOfIcon) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return complaints;
}

async function until(look: () => Promise<string>, text: string | RegExp): Promise<string> {
  let seen = "";
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause()) {
    // There is no document between two pages.
    seen = await look().catch(() => "");
    if (typeof text === "string" ? seen.includes(text) : text.test(seen)) return seen;
  }
  assert.fail(`${text} was not shown; there was: ${JSON.stringify(seen)}`);
}
