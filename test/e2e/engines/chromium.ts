import { startChromium as launchChromium } from "../playground/chromium.ts";
import { openInPuppeteer } from "./puppeteer-browser.ts";
import type { RealBrowser } from "./real-browser.ts";

/** Starts the same Chromium as the tests of the page of `npm start`. */
export async function startChromium(): Promise<RealBrowser> {
  const { browser, stop } = await launchChromium();
  return openInPuppeteer(browser, stop);
}
