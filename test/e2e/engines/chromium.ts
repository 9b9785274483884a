import { startChromium as launchChromium } from "../playground/chromium.ts";
import { openInPuppeteer } from "./puppeteer-browser.ts";
import type { RealBrowser } from "./real-browser.ts";

/** Starts the Chromium that also looks at the page of `npm start`. */
export async function startChromium(): Promise<RealBrowser> {
  const { browser, stop } = await launchChromium();
  return openInPuppeteer(browser, stop);
}
