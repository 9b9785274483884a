import type { Browser } from "puppeteer-core";
import type { Shop } from "./page/shop.ts";
import type { RealBrowser } from "./real-browser.ts";

/** A browser that puppeteer drives, with one page. */
export async function openInPuppeteer(browser: Browser, stop: () => Promise<void>): Promise<RealBrowser> {
  const page = await browser.newPage();
  return {
    // "Chrome/156.0", "firefox/153.7"
    name: (await browser.version()).replace(/^./, (first) => first.toUpperCase()).replace("/", " "),
    open: async (url) => {
      await page.goto(url);
    },
    address: async () => page.url(),
    call: (name, ...args) =>
      page.evaluate(
        (name, args) => {
          const { shop } = globalThis as unknown as { shop: Record<string, (...args: unknown[]) => unknown> };
          return shop[name]?.(...args) as never;
        },
        name as keyof Shop,
        args as readonly unknown[],
      ),
    setOffline: (isOffline) => page.setOfflineMode(isOffline),
    stop,
  };
}
