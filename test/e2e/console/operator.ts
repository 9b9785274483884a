// An operator in front of the console: sees what is shown, clicks, types.

import type { Page } from "puppeteer-core";
import { expect } from "vitest";

export function createOperator(page: Page, url: string) {
  const operator = {
    page,

    /** Opens the console and signs in by keyboard. */
    async signIn(key: string): Promise<void> {
      await page.goto(url);
      await page.waitForSelector("#key");
      await page.keyboard.type(key);
      await page.keyboard.press("Enter");
    },

    /** Clicks the link or button of that name. */
    click: (name: string, role = "link") => page.locator(`::-p-aria(${name}[role="${role}"])`).click(),

    /** The text of the page, as it is shown. */
    text: (): Promise<string> => page.evaluate(() => document.body.textContent ?? ""),

    async sees(text: string | RegExp, timeout = 10_000): Promise<void> {
      await expect.poll(operator.text, { timeout }).toMatch(text);
    },

    /** Each open alarm: its place, headline, and all of its text. */
    alarms: (): Promise<{ where: string; headline: string; text: string }[]> =>
      page.$$eval('[aria-label="Open alarms"] article', (cards) =>
        cards.map((card) => {
          const where = card.querySelector(".where")?.textContent ?? "";
          const headline = (card.querySelector("h2")?.textContent ?? "").replace(where, "");
          return { where, headline, text: card.textContent ?? "" };
        }),
      ),

    /** The name of what has the focus. */
    focused: (): Promise<string> => page.evaluate(() => document.activeElement?.textContent?.trim() ?? ""),

    /** Presses Tab until something of that name has the focus. */
    async tabTo(name: string | RegExp): Promise<void> {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press("Tab");
        if ((await operator.focused()).match(name)) return;
      }
      throw new Error(`Tab does not lead to "${name}".`);
    },
  };
  return operator;
}

export type Operator = ReturnType<typeof createOperator>;
