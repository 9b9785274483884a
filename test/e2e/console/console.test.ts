// The console in a real Chromium, with the Worker, the sandbox and the demonstration's traffic of `npm start` behind it.

import { mkdirSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findFreePort } from "../../support/free-port.ts";
import { launchStart, type Started } from "../../support/npm-start.ts";
import { type Chromium, type Complaints, startChromium, watch } from "../playground/chromium.ts";
import { findViolations } from "./axe.ts";
import { createOperator, type Operator } from "./operator.ts";

/** Within this time the demonstration's two bad routes are named. */
const TWO_MINUTES = 120_000;
const WIDTHS = [1440, 1024, 390];
const PAGES = ["#/", "#/routes", "#/reporting", "#/refusals"];

let start: Started;
let chromium: Chromium;
let url: string;
let sandbox: string;
let proxyKey: string;
let adminKey: string;
let operator: Operator;
let complaints: Complaints;

const post = async (target: string, body: object) => {
  const response = await fetch(target, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
};

beforeAll(async () => {
  chromium = await startChromium();
  const [port, sandboxPort] = [await findFreePort(), await findFreePort()];
  start = launchStart({ port, sandboxPort });
  const output = await start.serving;
  [, url = "", adminKey = ""] = /Open the console: (\S+) +admin key: (\S+)/.exec(output) ?? [];
  [, sandbox = ""] = /Open the page: (\S+)/.exec(output) ?? [];
  [, proxyKey = ""] = /-u local:(\S+)/.exec(output) ?? [];
});
afterAll(async () => {
  await chromium?.stop();
  // Killed, it would leave the Worker with its traffic behind.
  start?.interrupt();
  await start?.ended;
});

beforeEach(async () => {
  const context = await chromium.browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1440, height: 900 });
  complaints = watch(page, new URL(url).origin);
  operator = createOperator(page, url);
});
afterEach(async () => {
  await operator.page.browserContext().close();
  expect(complaints).toEqual({ errors: [], foreign: [] });
});

describe("signing in", () => {
  it("serves only files without a key, under a policy that allows nothing from elsewhere", async () => {
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'/);
    expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    for (const path of ["/insight", "/insight/alarms", "/stats", "/reports?state=dead"]) {
      expect((await fetch(new URL(path, url))).status).toBe(401);
    }
  });

  it("refuses a wrong key and says which one to use", async () => {
    await operator.signIn("not-the-key");
    await operator.sees(/does not accept this key/);
    complaints = { ...complaints, errors: complaints.errors.filter((one) => !/status of 401/.test(one)) };
  });

  it("keeps the key in memory alone: a reload asks again, and nothing is stored", async () => {
    const { page } = operator;
    await operator.signIn(adminKey);
    await page.waitForSelector("main .card");
    const stored = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
    expect(stored).toEqual([0, 0, ""]);
    expect(page.url()).not.toContain(adminKey);
    await page.reload();
    await page.waitForSelector("#key");
    expect(await page.$eval("#key", (field) => (field as HTMLInputElement).value)).toBe("");
  });
});

describe("with the demonstration's traffic", () => {
  beforeAll(() => post(`${sandbox}app/demonstration/start`, { perSecond: 11, lasts: 400, seed: 7 }));

  it(
    "names within two minutes the network whose receipts lie and the one that is pumped, and what to do",
    async () => {
      await operator.signIn(adminKey);
      const causes = async () =>
        (await operator.alarms()).map(({ where, headline }) => `${where}: ${headline}`).sort();
      await expect
        .poll(causes, { timeout: TWO_MINUTES, interval: 1000 })
        .toEqual(
          expect.arrayContaining([
            expect.stringMatching(/^United Kingdom 234.30.*: Receipts are false$/),
            expect.stringMatching(/^Pakistan.*: Traffic is pumped$/),
          ]),
        );
      for (const { text } of await operator.alarms()) expect(text).toMatch(/What to do/);
      // A route that is well has no alarm.
      expect((await causes()).join()).not.toMatch(/Germany|France|United States/);
    },
    TWO_MINUTES + 30_000,
  );

  it("leads from an alarm to its route, and shows that its receipts say nothing", async () => {
    await operator.signIn(adminKey);
    await expect.poll(async () => (await operator.alarms()).length, { timeout: 20_000 }).toBeGreaterThan(1);
    const { page } = operator;
    const index = (await operator.alarms()).findIndex(({ headline }) => headline === "Receipts are false");
    await page.$$eval(
      '[aria-label="Open alarms"] article',
      (cards, at) => cards[at]?.querySelector<HTMLAnchorElement>("a.button")?.click(),
      index,
    );
    await operator.sees(/United Kingdom 234.30/);
    await operator.sees(/Do its receipts tell the truth\?/);
    expect(await page.$eval("h1", (title) => title.textContent)).toMatch(/United Kingdom 234.30/);
    // A new range replaces the figures in one step, without an empty page in between.
    await page.evaluate(() => {
      new MutationObserver(() => {
        if (document.querySelector("main h1") === null) document.title = "empty";
      }).observe(document.body, { childList: true, subtree: true });
    });
    await page.select("select", "6");
    await page.waitForResponse((response) => response.url().includes("/insight?"));
    await operator.sees(/Do its receipts tell the truth\?/);
    expect(await page.title()).not.toBe("empty");
    await page.goBack();
    await operator.sees(/Routes, worst first/);
  });

  it("shows counts beside every percentage", async () => {
    await operator.signIn(adminKey);
    await operator.sees(/Routes, worst first/);
    await operator.click("Routes");
    await operator.sees(/\d+ of \d+ \(\d+(\.\d)?\s%, \d+(\.\d)?–\d+(\.\d)?\)/);
  });

  it("sorts routes by a click on a column, and finds one by its name", async () => {
    const { page } = operator;
    await operator.signIn(adminKey);
    await operator.sees(/Routes, worst first/);
    await operator.click("Routes");
    await page.waitForSelector("table.routes");
    const sent = () =>
      page.$$eval("table.routes tbody tr", (rows) =>
        rows.map((row) => Number(row.querySelectorAll("td")[1]?.textContent?.replaceAll(",", ""))),
      );
    await operator.click("Sent", "button");
    await expect.poll(async () => [...(await sent())].sort((a, b) => b - a)).toEqual(await sent());
    expect(await page.$eval('th[aria-sort="descending"]', (header) => header.textContent)).toMatch(/^Sent/);
    await page.type('input[type="search"]', "germany");
    await expect
      .poll(() => page.$$eval("table.routes tbody th", (names) => names.map((name) => name.textContent)))
      .toSatisfy((names: string[]) => names.length > 0 && names.every((name) => name.startsWith("Germany")));
  });

  it("can be used by keyboard alone", async () => {
    const { page } = operator;
    await operator.signIn(adminKey);
    await operator.sees(/Routes, worst first/);
    await operator.tabTo("Skip to the figures");
    await operator.tabTo(/^Routes$/);
    await page.keyboard.press("Enter");
    await page.waitForSelector("table.routes");
    await operator.tabTo(/^Route$/);
    await page.keyboard.press("Enter");
    await page.waitForSelector('th[aria-sort="ascending"]');
    await operator.tabTo(/^France/);
    await page.keyboard.press("Enter");
    await operator.sees(/Conversion over time/);
  });

  it.each(["light", "dark"])(
    "violates no accessibility rule in %s, and no page is wider than the screen",
    async (scheme) => {
      const { page } = operator;
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.goto(url);
      await page.waitForSelector("#key");
      expect(await findViolations(page)).toEqual([]);
      await operator.signIn(adminKey);
      await operator.sees(/Routes, worst first/);
      const route = await page.$eval(
        ".route-list a",
        (link) => new URL((link as HTMLAnchorElement).href).hash,
      );
      for (const hash of [...PAGES, route]) {
        await page.evaluate((to) => {
          location.hash = to;
        }, hash);
        await page.waitForFunction(() => document.querySelector("main h1") !== null);
        await page.waitForSelector("main .card");
        for (const width of WIDTHS) {
          await page.setViewport({ width, height: 900 });
          const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(excess, `${hash} at ${width}`).toBeLessThanOrEqual(0);
        }
        expect(await findViolations(page), hash).toEqual([]);
        await page.setViewport({ width: 1440, height: 900 });
      }
    },
  );

  it("pictures: the overview and a bad route", async () => {
    const { page } = operator;
    await operator.signIn(adminKey);
    await expect.poll(async () => (await operator.alarms()).length, { timeout: 150_000 }).toBeGreaterThan(1);
    mkdirSync(".wrangler/pictures", { recursive: true });
    const path = process.env.SCREENSHOT ? "docs/console.png" : ".wrangler/pictures/console.png";
    await page.setViewport({ width: 1280, height: 900 });
    await page.screenshot({ path });
    // Run alone, by `npm run screenshot`, it waits until the traffic has raised alarms.
  }, 180_000);
});

describe("reporting", () => {
  it("shows a report that Vonage refused with its status, and sends it again by a button", async () => {
    await post(`${sandbox}app/demonstration/stop`, {});
    let id = "";
    // A report of the demonstration's may take the fault.
    await expect
      .poll(async () => {
        id = `0A000000${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
        await post(`${sandbox}sandbox/faults`, { channel: "voice", status: 422, times: 1 });
        const { status } = await fetch(new URL("/conversions/voice", url), {
          method: "POST",
          headers: { authorization: `Bearer ${proxyKey}`, "content-type": "application/json" },
          body: JSON.stringify({ "message-id": id, delivered: true }),
        });
        return status;
      })
      .toBe(422);
    await operator.signIn(adminKey);
    await operator.click("Reporting");
    await operator.sees(new RegExp(`${id}.*Vonage answered 422`, "s"));
    await operator.click(`Retry ${id}`, "button");
    await operator.sees(/The report is sent again\./);
    await expect.poll(operator.text, { timeout: 20_000 }).not.toContain(id);
  });
});
