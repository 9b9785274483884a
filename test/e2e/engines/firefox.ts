import puppeteer from "puppeteer-core";
import { openInPuppeteer } from "./puppeteer-browser.ts";
import { type RealBrowser, requireProgram } from "./real-browser.ts";

/** Starts Firefox with a fresh profile. */
export async function startFirefox(): Promise<RealBrowser> {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: requireProgram(process.env.FIREFOX ?? "/usr/bin/firefox-esr", "Firefox"),
    headless: true,
    extraPrefsFirefox: {
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
    },
  });
  return openInPuppeteer(browser, () => browser.close());
}
