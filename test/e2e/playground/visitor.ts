// Somebody in front of the page: sees what is shown, clicks, types. No function of the page is called.

import type { Page } from "puppeteer-core";
import { expect } from "vitest";

/** The cards of the page, by their headings' ids. */
type Card = "application" | "handset" | "weather";

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

    /** What the live region of a card says. */
    said: (card: Card): Promise<string> =>
      page.$eval(`section[aria-labelledby="${card}-title"] [role="status"]`, (region) => region.textContent),

    async hears(card: Card, text: string | RegExp): Promise<void> {
      await expect.poll(() => visitor.said(card), { timeout: 5000 }).toMatch(text);
    },

    /** What is in the inbox, one text for each message or call. */
    inbox: (): Promise<string[]> =>
      page.$$eval("#inbox > li", (items) =>
        items.map((item) =>
          Array.from(item.querySelectorAll("p"), (paragraph) => paragraph.textContent).join("\n"),
        ),
      ),

    /** The code of the last message, as somebody would read it. */
    async readCode(): Promise<string> {
      await expect.poll(async () => (await visitor.inbox()).at(-1) ?? "").toMatch(/\b\d{6}\b/);
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

    async sees(sentence: RegExp, timeout = 5000): Promise<string> {
      await expect
        .poll(async () => (await visitor.rows()).map((row) => row.sentence).join("\n"), { timeout })
        .toMatch(sentence);
      return sentence.exec((await visitor.rows()).map((row) => row.sentence).join("\n"))?.[1] ?? "";
    },

    /** Opens the panel, and sets the carriers. */
    async setCarriers(delivers: boolean, receipts: "honest" | "missing" | "delivered"): Promise<void> {
      const isOpen = await page.$eval("details.weather", (details) => details.open);
      if (!isOpen) await page.locator("details.weather > summary").click();
      const isChecked = await page.$eval("input[name=delivers]", (box) => box.checked);
      if (isChecked !== delivers) await visitor.click("Texts and calls arrive", "checkbox");
      await page.select("#receipts", receipts);
      await visitor.click("Set carriers");
      await visitor.hears("weather", "Set for later messages.");
    },

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
