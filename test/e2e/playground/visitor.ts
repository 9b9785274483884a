// Somebody in front of the page: sees what is shown, clicks, types. No function of the page is called.

import type { Page } from "puppeteer-core";
import { expect } from "vitest";

/** The places of the page that say something. */
const SAYING = {
  application: "#result",
  handset: "#handset-result",
  faults: "#faults-result",
  scene: "#scene",
  switches: "#switches-result",
} as const;
type Place = keyof typeof SAYING;

/** The choices for the fate of texts, each with the carriers' hidden truth that it sets. */
const SCENARIOS = {
  "as-shown": "97 % arrive",
  deliver: "100 % arrive · honest receipts",
  lose: "0 % arrive · honest receipts",
  lie: "0 % arrive · receipts lie",
} as const;

export interface Row {
  readonly way: string;
  readonly sentence: string;
  readonly request: string;
  readonly status: string;
}

export function createVisitor(page: Page) {
  const visitor = {
    page,

    /** Clicks the button or checkbox of that name, once it can be clicked. */
    click: (name: string, role = "button") => page.locator(`::-p-aria(${name}[role="${role}"])`).click(),

    /** Types into the field of that label, in place of what is there. */
    async type(label: string, text: string): Promise<void> {
      const field = page.locator(`::-p-aria(${label}[role="textbox"])`);
      await field.click();
      await page.keyboard.down("Control");
      await page.keyboard.press("a");
      await page.keyboard.up("Control");
      await page.keyboard.press("Backspace");
      await page.keyboard.type(text);
    },

    /** Reads the live region of a place. */
    said: (place: Place): Promise<string> =>
      page.$eval(SAYING[place], (region) => region.textContent.replace(/\s+/g, " ").trim()),

    async hears(place: Place, text: string | RegExp, timeout = 8000): Promise<void> {
      await expect.poll(() => visitor.said(place), { timeout }).toMatch(text);
    },

    /** Reads the inbox, one text for each message or call. */
    inbox: (): Promise<string[]> =>
      page.$$eval("#inbox > li", (items) =>
        items.map((item) =>
          Array.from(item.querySelectorAll("p"), (paragraph) => paragraph.textContent).join("\n"),
        ),
      ),

    /** The code of the last message, as somebody would read it. */
    async readCode(): Promise<string> {
      await expect
        .poll(async () => (await visitor.inbox()).at(-1) ?? "", { timeout: 8000 })
        .toMatch(/\b\d{6}\b/);
      return /\b\d{6}\b/.exec((await visitor.inbox()).at(-1) ?? "")?.[0] ?? "";
    },

    /** The timeline's rows that are shown, oldest first. */
    rows: (): Promise<Row[]> =>
      page.$$eval("#rows > li", (items) =>
        items
          .filter((item) => item.getClientRects().length > 0)
          .map((item) => {
            const text = (part: string) => item.querySelector(part)?.textContent ?? "";
            return {
              way: text(".way"),
              sentence: text(".sentence"),
              request: text(".request"),
              status: text(".status"),
            };
          }),
      ),

    async sees(sentence: RegExp, timeout = 8000): Promise<string> {
      await expect
        .poll(async () => (await visitor.rows()).map((row) => row.sentence).join("\n"), { timeout })
        .toMatch(sentence);
      return sentence.exec((await visitor.rows()).map((row) => row.sentence).join("\n"))?.[1] ?? "";
    },

    /** Opens the log or the faults. */
    async open(drawer: "log" | "faults-drawer"): Promise<void> {
      const isOpen = await page.$eval(`#${drawer}`, (details) => (details as HTMLDetailsElement).open);
      if (!isOpen) await page.locator(`#${drawer} > summary`).click();
    },

    /** Chooses what becomes of texts and calls. */
    async setCarriers(scenario: keyof typeof SCENARIOS): Promise<void> {
      await page.select("#scenario", scenario);
      await expect
        .poll(() => page.$$eval(".carrier-truth", (truths) => truths.map((one) => one.textContent).join()))
        .toContain(`Hidden truth: ${SCENARIOS[scenario]}`);
    },

    /** Each carrier's name and share of texts in percent, as shown. */
    shares: (): Promise<Record<string, number>> =>
      page.$$eval(".carrier", (rows) =>
        Object.fromEntries(
          rows.map((row) => [
            row.querySelector(".carrier-name")?.textContent ?? "",
            Number.parseInt(row.querySelector(".figure")?.textContent ?? "", 10),
          ]),
        ),
      ),

    /** The name of what has the focus. */
    focused: (): Promise<string> =>
      page.evaluate(() => {
        const element = document.activeElement;
        const label = element instanceof HTMLInputElement ? element.labels?.[0] : undefined;
        return (label ?? element)?.textContent.trim() ?? "";
      }),

    /** Presses Tab until something of that name has the focus. */
    async tabTo(name: string): Promise<void> {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press("Tab");
        if ((await visitor.focused()) === name) return;
      }
      throw new Error(`Tab does not lead to "${name}".`);
    },
  };
  return visitor;
}

export type Visitor = ReturnType<typeof createVisitor>;
