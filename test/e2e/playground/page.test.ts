// The page of `npm start` in a real Chromium, by clicks and keys alone.

import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { findFreePort } from "../../support/free-port.ts";
import { launchStart, type Started } from "../../support/npm-start.ts";
import { findViolations } from "../console/axe.ts";
import { type Chromium, type Complaints, startChromium, watch } from "./chromium.ts";
import { findFaintTexts } from "./contrast.ts";
import { createVisitor, type Visitor } from "./visitor.ts";

const WIDE = { width: 1280, height: 800 };
/** The viewport at a zoom of 200 %. */
const ZOOMED = { width: 640, height: 400 };
const PHONE = { width: 375, height: 740, isMobile: true, hasTouch: true };
/** Longer than the cool-down of `npm start`. */
const COOLDOWN_MS = 15_000;

let start: Started;
let chromium: Chromium;
let url: string;
let visitor: Visitor;
let complaints: Complaints;

beforeAll(async () => {
  chromium = await startChromium();
  const [port, sandboxPort] = [await findFreePort(), await findFreePort()];
  start = launchStart({ port, sandboxPort });
  url = /Open the page: (\S+)/.exec(await start.serving)?.[1] ?? "";
});
afterAll(async () => {
  await chromium?.stop();
  start?.kill();
});

beforeEach(async () => {
  // As a new visitor: a context has cookies of its own.
  const context = await chromium.browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport(WIDE);
  complaints = watch(page, new URL(url).origin);
  await page.goto(url);
  visitor = createVisitor(page);
  await visitor.click("Start over");
  await visitor.open("log");
  await expect.poll(() => visitor.rows()).toEqual([]);
  await visitor.setCarriers("deliver");
});
afterEach(async () => {
  await visitor.page.browserContext().close();
  expect(complaints).toEqual({ errors: [], foreign: [] });
});

it("a text arrives, its code is typed, and the Conversion API records that it was delivered", async () => {
  await visitor.click("Send code");
  await expect.poll(() => visitor.focused()).toBe("Code");
  await visitor.sees(/^receipt: delivered/m);
  await visitor.type("Code", await visitor.readCode());
  await visitor.click("Check");
  await visitor.hears("application", "The code is right");
  const id = await visitor.sees(/^Conversion API recorded: delivered=true for ([0-9A-F]{16})$/m);

  const rows = await visitor.rows();
  expect(rows.map(({ way, request, status }) => [way, request, status])).toEqual([
    ["Application→ to Worker", "POST /2fa", "201"],
    ["Worker→ to Vonage", "POST /sms/json", "200"],
    ["Vonage→ to Worker", "POST /webhooks/delivery-receipt", "200"],
    ["Application→ to Worker", "POST /2fa/…/check", "200"],
    ["Worker→ to Vonage", "POST /conversions/sms", "200"],
  ]);
  expect(rows.map(({ sentence }) => sentence)).toEqual([
    "asks for a code by text",
    expect.stringMatching(/^sends the text over (Direct|Partner|Grey)$/),
    `receipt: delivered for ${id}`,
    "checks the code: verified",
    `Conversion API recorded: delivered=true for ${id}`,
  ]);
  expect(await visitor.page.$eval("#counts", (counts) => counts.textContent)).toBe(
    "Recorded: 1 delivered, 0 not delivered",
  );
});

it("a wrong code tells how many attempts are left, and the right one is taken after it", async () => {
  await visitor.click("Send code");
  const code = await visitor.readCode();
  await visitor.type("Code", String((Number(code) + 1) % 1_000_000).padStart(6, "0"));
  await visitor.click("Check");
  await visitor.hears("application", "Wrong code. 4 attempts are left.");
  await visitor.sees(/^checks a code: the code is wrong; attempts left: 4$/m);
  await visitor.click("Use this code");
  await visitor.click("Check");
  await visitor.hears("application", "The code is right");
});

it("a text is lost; a call brings the code, and each is reported as it was", async () => {
  await visitor.setCarriers("lose");
  await visitor.click("Send code");
  const again = await visitor.page.waitForSelector("#again-voice:disabled");
  expect(await again?.evaluate(() => document.querySelector("#wait")?.textContent)).toMatch(/^in \d s$/);
  const textId = await visitor.sees(/^receipt: failed for (\w+)$/m);
  expect(await visitor.inbox()).toEqual([]);
  await visitor.setCarriers("deliver");

  await visitor.page.waitForSelector("#again-voice:enabled", { timeout: COOLDOWN_MS });
  await visitor.click("By call");
  await visitor.click("Answer");
  await visitor.hears("handset", /^Heard: .*: \d(, \d){5}/);
  expect((await visitor.inbox()).at(-1)).toMatch(
    /“Your Acme code is: \d(, \d){5}\. It is valid for 1 minute/,
  );
  await visitor.click("Use this code");
  await visitor.click("Check");
  await visitor.hears("application", "The code is right");
  await visitor.sees(new RegExp(`^Conversion API recorded: delivered=false for ${textId}$`, "m"));
  await visitor.sees(/^Conversion API recorded: delivered=true for [0-9a-f-]{36}$/m);

  await visitor.click("Reports only", "checkbox");
  expect((await visitor.rows()).map(({ request }) => request)).toEqual([
    "POST /conversions/sms",
    "POST /conversions/voice",
  ]);
});

it("an answer to the text verifies, and the application notices by itself", async () => {
  await visitor.click("Send code");
  await visitor.readCode();
  await visitor.click("Reply with the code");
  await visitor.click("Send");
  await visitor.hears("application", "The code is right");
  await visitor.sees(/^the user replied: \d{6}$/m);
  await visitor.sees(/^Conversion API recorded: delivered=true/m);
  await visitor.sees(/^asks for the state: verified$/m);
});

it("an answer is shown as the text that it is, whatever is in it", async () => {
  await visitor.click("Send code");
  await visitor.readCode();
  const hostile = '<img src="//elsewhere.example/x" onerror="alert(1)"><b>bold</b>';
  await visitor.type("Reply to the last text", hostile);
  await visitor.click("Send");
  await visitor.sees(/^the user replied: <img src=/m);
  expect((await visitor.inbox()).at(-1)).toContain(hostile);
  expect(await visitor.page.$$("img, b")).toEqual([]);
});

it("cancelling reports that it was not delivered, and leads back to the number", async () => {
  await visitor.click("Send code");
  await visitor.readCode();
  await visitor.click("Cancel");
  await visitor.hears("application", "Cancelled. The code is no longer valid.");
  await expect.poll(() => visitor.focused()).toBe("Phone number");
  await visitor.sees(/^Conversion API recorded: delivered=false/m);
});

it("a carrier's lie is told in words: a receipt says delivered, nothing arrives, and the report says so", async () => {
  await visitor.setCarriers("lie");
  await visitor.click("Send code");
  const id = await visitor.sees(/^receipt: delivered for (\w+)$/m);
  expect(await visitor.inbox()).toEqual([]);
  await visitor.hears("scene", "The carrier claims delivered. Nobody received it.");
  await visitor.click("Cancel");
  await visitor.sees(new RegExp(`^Conversion API recorded: delivered=false for ${id}$`, "m"));
  await visitor.hears("scene", "Vonage now knows: not delivered.");
  // A right value does not look like an error.
  expect(await visitor.page.$eval("#scene", (scene) => (scene as HTMLElement).dataset.tone)).toBe("good");
});

it("what Vonage fails to record at first is recorded in the end", async () => {
  await visitor.open("faults-drawer");
  await visitor.page.locator("#times").fill("1");
  await visitor.click("Make it fail");
  await visitor.hears("faults", "The next requests will fail.");
  await visitor.click("Send code");
  await visitor.readCode();
  await visitor.click("Use this code");
  await visitor.click("Check");
  const id = await visitor.sees(/^reports delivered=true for (\w+) \(a fault\)$/m);
  await visitor.sees(new RegExp(`^Conversion API recorded: delivered=true for ${id}$`, "m"), 45_000);
});

it("everything can be done by keyboard alone", async () => {
  const { keyboard } = visitor.page;
  await visitor.page.reload();
  await keyboard.press("Tab");
  expect(await visitor.focused()).toBe("Skip to the log");
  await visitor.tabTo("Phone number");
  await keyboard.press("Enter");
  await expect.poll(() => visitor.focused()).toBe("Code");
  const code = await visitor.readCode();
  await keyboard.type("000000");
  await keyboard.press("Enter");
  await visitor.hears("application", "Wrong code.");
  expect(await visitor.focused()).toBe("Code");
  await visitor.tabTo("Use this code");
  await keyboard.press("Enter");
  expect(await visitor.focused()).toBe("Code");
  expect(await visitor.page.$eval("#code", (field) => (field as HTMLInputElement).value)).toBe(code);
  await keyboard.press("Enter");
  await visitor.hears("application", "The code is right");
  await expect.poll(() => visitor.focused()).toBe("Send another code");
  await keyboard.press("Space");
  expect(await visitor.focused()).toBe("Phone number");

  await visitor.sees(/^Conversion API recorded/m);
  await visitor.page.focus("#log > summary");
  await keyboard.press("Enter");
  await visitor.tabTo("Reports only");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await visitor.page.waitForSelector(".row .more");
  expect(await visitor.page.$eval(".row .more", (more) => more.textContent)).toMatch(
    /^Requestto\+447400123456defaultCountryGBchannelsmslocaleenAnswerid/,
  );
});

it("on a phone nothing is wider than the screen, and everything is large enough to be touched", async () => {
  const { page } = visitor;
  await page.setViewport(PHONE);
  const check = async () => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
    const small = await page.$$eval(
      "button, select, summary, label:has(> input), input:not([type=radio], [type=checkbox])",
      (controls) =>
        controls
          .filter((one) => one.getClientRects().length > 0 && one.getBoundingClientRect().height < 44)
          .map((one) => one.outerHTML),
    );
    expect(small).toEqual([]);
  };
  await check();
  await visitor.open("faults-drawer");
  await visitor.click("Send code");
  await visitor.readCode();
  await visitor.sees(/^receipt: delivered/m);
  await page.$$eval(".row summary", (rows) => {
    for (const row of rows) row.click();
  });
  await check();
  await visitor.click("Use this code");
  await visitor.click("Check");
  await visitor.sees(/^Conversion API recorded/m);
  await check();
});

it("every control has a name, and there are landmarks and headings", async () => {
  const { page } = visitor;
  await visitor.open("faults-drawer");
  await visitor.click("Send code");
  await visitor.readCode();
  await visitor.sees(/^receipt: delivered/m);
  const nodes: { role: string; name: string }[] = [];
  const collect = (node: { role: string; name?: string; children?: unknown[] }) => {
    nodes.push({ role: node.role, name: node.name ?? "" });
    for (const child of node.children ?? []) collect(child as typeof node);
  };
  collect((await page.accessibility.snapshot({ interestingOnly: false })) ?? { role: "none" });
  const controls = nodes.filter(({ role }) =>
    /^(button|textbox|combobox|checkbox|radio|spinbutton|link|DisclosureTriangle.*)$/.test(role),
  );
  expect(controls.length).toBeGreaterThan(15);
  expect(controls.filter(({ name }) => name.trim() === "")).toEqual([]);
  expect(nodes.filter(({ role }) => role === "heading").map(({ name }) => name)).toEqual([
    "Two-factor sandbox",
    "Application",
    "Worker",
    "Vonage",
    "Handset",
    "Switches",
    "Faults",
    "Log of requests",
  ]);
  expect(nodes.filter(({ role }) => role === "region").length).toBe(5);
  expect(nodes.filter(({ role }) => role === "main").length).toBe(1);
});

it.each(["light", "dark"])("in %s every text stands out from its ground by 4.5 to 1", async (scheme) => {
  const { page } = visitor;
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await visitor.open("faults-drawer");
  // A packet of each kind, standing still.
  await page.$eval("#motion", (layer) => {
    for (const tone of ["ask", "text", "claim", "good", "known", "lost"]) {
      const packet = document.createElement("span");
      packet.className = `packet ${tone}`;
      packet.textContent = tone;
      layer.append(packet);
    }
  });
  expect(await findFaintTexts(page)).toEqual([]);
  await visitor.click("Send code");
  await visitor.readCode();
  await visitor.type("Code", "12");
  await visitor.click("Check");
  await visitor.hears("application", "Type the digits of the code");
  expect(await findFaintTexts(page)).toEqual([]);
  await visitor.click("Use this code");
  await visitor.click("Check");
  await visitor.sees(/^Conversion API recorded/m);
  expect(await findFaintTexts(page)).toEqual([]);
});

it("hundreds of exchanges are shown quickly, and none is missing", async () => {
  const body = (index: number) => new URLSearchParams({ "message-id": `M${index}`, delivered: "true" });
  const authorization = `Basic ${btoa("2fa00001:SandboxSecretOf2fa")}`;
  const count = 400;
  for (let index = 0; index < count; index++) {
    await fetch(new URL("/conversions/sms", url), {
      method: "POST",
      headers: { authorization },
      body: body(index),
    });
  }
  await expect.poll(async () => (await visitor.rows()).length, { timeout: 10_000 }).toBe(count);
  expect((await visitor.rows()).at(-1)?.sentence).toBe(
    `Conversion API recorded: delivered=true for M${count - 1}`,
  );
  // The last one is in sight.
  const gap = await visitor.page.$eval(
    "#rows",
    (rows) => rows.scrollHeight - rows.scrollTop - rows.clientHeight,
  );
  expect(gap).toBeLessThan(2);
  const longest = await visitor.page.evaluate(async () => {
    let most = 0;
    let last = performance.now();
    for (const end = last + 2000; last < end; ) {
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      most = Math.max(most, now - last);
      last = now;
    }
    return most;
  });
  expect(longest).toBeLessThan(250);
});

it("what goes wrong says what to do", async () => {
  const { page } = visitor;
  await visitor.type("Phone number", " ");
  await visitor.click("Send code");
  await visitor.hears("application", "Type a phone number first");
  expect(await visitor.focused()).toBe("Phone number");

  await visitor.type("Phone number", "+44 12");
  await visitor.click("Send code");
  await visitor.hears("application", "This is not a phone number");
  await page.setOfflineMode(true);
  await page.waitForSelector("#trouble:not([hidden])");
  expect(await page.$eval("#trouble", (trouble) => trouble.textContent)).toMatch(/vonage-conversion sandbox/);
  await page.setOfflineMode(false);
  await page.waitForSelector("#trouble[hidden]");
  await visitor.type("Phone number", "+44 7400 123456");
  await visitor.click("Send code");
  await visitor.readCode();
  // A browser itself notes refusals and lost connections; they were made on purpose.
  const made = complaints.errors.filter((one) => !/^Failed to load resource/.test(one));
  expect(made).toEqual([]);
  complaints = { ...complaints, errors: [] };
});

it("needs no scrolling at 1280 by 800, from the first look to the last scene", async () => {
  const { page } = visitor;
  await page.locator("#log > summary").click();
  const fits = async () => {
    expect(
      await page.evaluate(() => [
        document.documentElement.scrollHeight,
        document.documentElement.scrollWidth,
      ]),
    ).toEqual([WIDE.height, WIDE.width]);
  };
  await fits();
  await visitor.click("Send code");
  await visitor.readCode();
  await fits();
  await visitor.click("Use this code");
  await visitor.click("Check");
  await visitor.hears("scene", "Vonage now knows: delivered.");
  await fits();
});

it("tells the story in a sentence at each moment, up to what Vonage knows", async () => {
  await visitor.hears("scene", "Will the code arrive?");
  await visitor.click("Send code");
  await visitor.hears("scene", /A text is on its way over (Direct|Partner|Grey)|The text has arrived/);
  await visitor.hears("scene", "The text has arrived.");
  await visitor.click("Use this code");
  await visitor.click("Check");
  await visitor.hears("scene", "Vonage now knows: delivered.");
  expect(await visitor.page.$eval("#vonage-knows", (known) => known.textContent)).toBe("knows: delivered");
});

it("packets move along the way of each exchange, but not for visitors who prefer reduced motion", async () => {
  const { page } = visitor;
  const count = () =>
    page.evaluate(() => {
      const counted = window as unknown as { packets: string[] };
      counted.packets = [];
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes) {
          for (const node of addedNodes) {
            if (node instanceof HTMLElement) counted.packets.push(node.textContent);
          }
        }
      }).observe(document.querySelector("#motion") as HTMLElement, { childList: true });
    });
  const packets = () => page.evaluate(() => (window as unknown as { packets: string[] }).packets);
  const signIn = async () => {
    await visitor.click("Send code");
    await visitor.sees(/^receipt: delivered/m);
    await visitor.type("Code", await visitor.readCode());
    await visitor.click("Check");
    await visitor.hears("scene", "Vonage now knows: delivered.", 15_000);
  };
  await count();
  await signIn();
  expect(new Set(await packets())).toEqual(
    new Set(["code, please", "text", "“delivered”", "code", "delivered"]),
  );

  await visitor.click("Start over");
  await visitor.hears("scene", "Will the code arrive?");
  await visitor.setCarriers("deliver");
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await count();
  await signIn();
  expect(await packets()).toEqual([]);
});

it("a report that goes late is held, and says so; one that never goes leaves Vonage with the receipt", async () => {
  const { page } = visitor;
  await visitor.click("10 minutes late", "radio");
  await visitor.hears("switches", "10 minutes are 20 seconds here");
  await visitor.click("Send code");
  await visitor.readCode();
  await visitor.click("Use this code");
  await visitor.click("Check");
  await visitor.hears("scene", /Vonage does not know yet.*The report goes in 0:\d\d/);
  await visitor.hears("switches", "1 report is held");
  expect((await visitor.rows()).filter(({ request }) => request.includes("/conversions/"))).toEqual([]);
  await visitor.hears("scene", "Vonage now knows: delivered.", 40_000);

  await visitor.click("not at all", "radio");
  await visitor.click("Send another code");
  await visitor.click("Send code");
  await expect.poll(async () => (await visitor.inbox()).length, { timeout: 8000 }).toBe(2);
  await page.$$eval("#inbox button", (buttons) => buttons.at(-1)?.click());
  await visitor.click("Check");
  await visitor.hears("scene", "Vonage never learns what happened.");
});

it("the traffic of many users moves to the carrier that delivers, and without reports to the one that lies", async () => {
  await visitor.setCarriers("as-shown");
  expect(await visitor.shares()).toEqual({ Direct: 33, Partner: 33, Grey: 33 });
  await visitor.click("Start traffic");
  await expect.poll(async () => (await visitor.shares()).Direct, { timeout: 90_000 }).toBe(90);
  await visitor.hears("scene", /^Direct delivers, and gets 90 % of the texts/);
  // The many users' requests are not in the visitor's log.
  expect(await visitor.rows()).toEqual([]);
  const link = await visitor.page.$eval("#console", (anchor) => (anchor as HTMLAnchorElement).href);
  expect(await (await fetch(link)).text()).toContain("<title>");

  await visitor.click("not at all", "radio");
  await expect.poll(async () => (await visitor.shares()).Grey, { timeout: 60_000 }).toBe(90);
  await visitor.hears("scene", /^Grey gets 90 % of the texts, and loses 70 % of them/);
  await visitor.click("Stop traffic");
  await expect.poll(() => visitor.page.$eval("#run", (button) => button.textContent)).toBe("Start traffic");
}, 180_000);

it.each(["light", "dark"])("axe finds nothing in %s, at any moment of the story", async (scheme) => {
  const { page } = visitor;
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  const check = async () => expect(await findViolations(page)).toEqual([]);
  await visitor.open("faults-drawer");
  await check();
  await visitor.setCarriers("lie");
  await visitor.click("Send code");
  await visitor.hears("scene", "Nobody received it.");
  await check();
  await visitor.setCarriers("deliver");
  await page.waitForSelector("#again-sms:enabled", { timeout: COOLDOWN_MS });
  await visitor.click("By text");
  await visitor.readCode();
  await check();
  await visitor.click("Use this code");
  await visitor.click("Check");
  await visitor.hears("scene", "Vonage now knows: delivered.");
  await check();
});

it("at a zoom of 200 % nothing is cut off, and forced colours keep what the bars show", async () => {
  const { page } = visitor;
  await page.setViewport(ZOOMED);
  await visitor.click("Send code");
  await visitor.readCode();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(ZOOMED.width);
  const cut = await page.$$eval("main *:not(svg *, #rows *, .unseen, .packet, .dot)", (elements) =>
    elements
      .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
      .filter((one) => getComputedStyle(one).overflowX === "hidden" && one.textContent !== "")
      .map((one) => one.outerHTML),
  );
  expect(cut).toEqual([]);
  await page.emulateMediaFeatures([{ name: "forced-colors", value: "active" }]);
  const [bar, track] = await page.$eval(".track.share", (track) =>
    [track.firstElementChild, track].map((one) => getComputedStyle(one as HTMLElement).backgroundColor),
  );
  expect(bar).not.toBe(track);
});

it("nothing is requested while the page is hidden", async () => {
  const { page } = visitor;
  let asked = 0;
  page.on("request", () => asked++);
  const other = await page.browserContext().newPage();
  await other.bringToFront();
  await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe("hidden");
  await new Promise((resolve) => setTimeout(resolve, 600));
  asked = 0;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(asked).toBe(0);
  await page.bringToFront();
  await expect.poll(() => asked).toBeGreaterThan(0);
});

it("a reload loses nothing: the code is still awaited, the timeline is there", async () => {
  await visitor.click("Send code");
  const code = await visitor.readCode();
  await visitor.sees(/^receipt: delivered/m);
  const before = await visitor.rows();
  await visitor.page.reload();
  expect(await visitor.readCode()).toBe(code);
  expect(await visitor.rows()).toEqual(before);
  await visitor.type("Code", code);
  await visitor.click("Check");
  await visitor.hears("application", "The code is right");
});

it("a picture of it", async () => {
  const { page } = visitor;
  await page.locator("#log > summary").click();
  await visitor.setCarriers("as-shown");
  await visitor.click("Start traffic");
  await expect.poll(async () => (await visitor.shares()).Direct, { timeout: 60_000 }).toBe(90);
  await visitor.click("Stop traffic");
  await visitor.setCarriers("deliver");
  await visitor.click("Send code");
  await visitor.readCode();
  await visitor.setCarriers("as-shown");
  await visitor.click("Use this code");
  await visitor.click("Check");
  await visitor.hears("scene", "Vonage now knows: delivered.");
  await page.mouse.move(0, 0);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  const folder = process.env.SCREENSHOT === "1" ? "docs" : mkdtempSync(join(tmpdir(), "page-"));
  const path = join(folder, "page.png") as `${string}.png`;
  await page.screenshot({ path });
  expect(statSync(path).size).toBeLessThan(300_000);
});
