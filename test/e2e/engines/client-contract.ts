import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import type { Farewell } from "./page/shop.ts";
import type { RealBrowser } from "./real-browser.ts";
import { type ShopStack, startShopStack } from "./shop-stack.ts";

declare module "vitest" {
  interface TaskMeta {
    /** Name and version of the browser that a test ran in. */
    browser?: string;
  }
}

/** Milliseconds that the Worker takes when a page leaves without waiting: longer than leaving takes. */
const SLOW_MS = 1000;
/** Milliseconds until a request is on the wire. */
const UNDER_WAY_MS = 50;
const QUICKLY = { attempts: 3, baseDelay: 1 };

/**
 * The client's contract with a page in every browser. The page's origin is not the Worker's, and its policy allows
 * only its own script and connections to the endpoint.
 *
 * @param has `offline`: the driver can cut the page off from the network.
 */
export function describeClientInBrowser(
  engine: string,
  start: () => Promise<RealBrowser>,
  has: { readonly offline: boolean } = { offline: true },
): void {
  describe(`the client in ${engine}`, () => {
    let stack: ShopStack;
    let browser: RealBrowser;
    let stacking: Promise<ShopStack> | undefined;
    let starting: Promise<RealBrowser> | undefined;
    // Not `beforeAll`: without a browser each test must fail, and none may be skipped.
    beforeEach(async ({ task }) => {
      stacking ??= startShopStack(engine);
      starting ??= start();
      [stack, browser] = await Promise.all([stacking, starting]);
      task.meta.browser = browser.name;
      stack.proxy.reset();
      await browser.open(`${stack.shop.origin}/`);
    });
    afterAll(async () => {
      // If something did not start, each test has failed already.
      await Promise.allSettled([starting?.then(({ stop }) => stop()), stacking?.then(({ stop }) => stop())]);
    });

    const wire = () => stack.proxy.crossings.map(({ method, path }) => `${method} ${path}`);
    /** Expects at least `least` milliseconds, and little more. */
    const expectAbout = (took: number, least: number) => {
      expect(took).toBeGreaterThanOrEqual(least - 1);
      expect(took).toBeLessThan(least + 1000);
    };

    it("records a report by token: one form POST, no preflight, no Authorization, no cookie", async () => {
      const ticket = await stack.issue();
      const { result } = await browser.call("report", ticket);
      expect(result).toEqual({ status: "recorded", attempts: 1 });
      expect(await stack.recorded(ticket)).toMatchObject([{ channel: "sms", delivered: true }]);
      expect(wire()).toEqual(["POST /conversions/sms"]);
      const [{ headers, body } = { headers: {}, body: "" }] = stack.proxy.crossings;
      expect(headers).toMatchObject({
        origin: stack.shop.origin,
        "content-type": expect.stringMatching(/^application\/x-www-form-urlencoded\b/),
      });
      expect(headers).not.toHaveProperty("authorization");
      expect(headers).not.toHaveProperty("cookie");
      expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
        "message-id": ticket.messageId,
        delivered: "true",
        token: ticket.token,
      });
    });

    it("reads the Worker's answer: a repeated report is a duplicate", async () => {
      const ticket = await stack.issue();
      await browser.call("report", ticket);
      expect((await browser.call("report", ticket)).result?.status).toBe("duplicate");
      expect(await stack.recorded(ticket)).toHaveLength(1);
    });

    /** Leaves the page while the Worker is slow to take its report. Resolves when the next page has loaded. */
    const leave = async (how: Farewell, after: number) => {
      const ticket = await stack.issue();
      const next = `${stack.shop.origin}/next`;
      stack.proxy.forecast({ delay: SLOW_MS });
      await browser.call("leave", how, ticket, next, after);
      await eventually(async () => expect(await browser.address()).toBe(next));
      expect(await stack.recorded(ticket)).toEqual([]);
      return ticket;
    };

    it.each([
      ["a report whose page is left at once", "client", 0],
      ["a report whose page is left while it is under way", "client", UNDER_WAY_MS],
      ["the documented beacon of a page that is left at once", "beacon", 0],
    ] as const)("records %s", async (_, how, after) => {
      const ticket = await leave(how, after);
      await eventually(async () => expect(await stack.recorded(ticket)).toHaveLength(1));
      expect(wire()).toEqual(["POST /conversions/sms"]);
    });

    it("needs keepalive: a plain fetch under way is lost with its page", async () => {
      const ticket = await leave("plain fetch", UNDER_WAY_MS);
      await eventually(() => expect(stack.proxy.crossings).toMatchObject([{ isBrokenOff: true }]));
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      expect(await stack.recorded(ticket)).toEqual([]);
    });

    it("fails as unauthorized with an expired token", async () => {
      const ticket = await stack.issueExpired();
      const { error } = await browser.call("report", ticket, { retry: QUICKLY });
      expect(error).toEqual({ code: "unauthorized", status: 401, attempts: 1, retryable: false });
      expect(await stack.recorded(ticket)).toEqual([]);
    });

    it("fails as unauthorized with the token of another message", async () => {
      const { token } = await stack.issue();
      const ticket = await stack.issue({ token });
      const { error } = await browser.call("report", ticket, { retry: QUICKLY });
      expect(error).toEqual({ code: "unauthorized", status: 403, attempts: 1, retryable: false });
      expect(await stack.recorded(ticket)).toEqual([]);
    });

    it("fails as network from an origin that is not allowed, though the report is recorded once", async () => {
      const ticket = await stack.issue();
      await browser.open(`${stack.stranger.origin}/`);
      const { error } = await browser.call("report", ticket, { retry: QUICKLY });
      // The browser sends a request that needs no preflight, but hides the answer from the page.
      expect(error).toEqual({ code: "network", attempts: 3, retryable: true });
      expect(wire()).toEqual(Array(3).fill("POST /conversions/sms"));
      expect(await stack.recorded(ticket)).toHaveLength(1);
    });

    it("fails as network if nothing listens at the endpoint", async () => {
      const ticket = await stack.issue({ endpoint: stack.deadEndpoint });
      const { error } = await browser.call("report", ticket, { retry: QUICKLY });
      expect(error).toEqual({ code: "network", attempts: 3, retryable: true });
    });

    if (has.offline) {
      it("fails as network while the browser is offline, and reports when it is online again", async () => {
        const ticket = await stack.issue();
        const report = () => browser.call("report", ticket);
        // The page has loaded everything it needs.
        await browser.call("report", await stack.issue());
        stack.proxy.reset();
        await browser.setOffline?.(true);
        const { error } = await report().finally(() => browser.setOffline?.(false));
        expect(error).toEqual({ code: "network", attempts: 1, retryable: true });
        expect(wire()).toEqual([]);
        expect((await report()).result).toEqual({ status: "recorded", attempts: 1 });
      });
    }

    it("fails as network and sends nothing if the page's connect-src lacks the endpoint", async () => {
      await browser.open(`${stack.shop.origin}/cut-off`);
      const { error } = await browser.call("report", await stack.issue());
      expect(error).toEqual({ code: "network", attempts: 1, retryable: true });
      expect(wire()).toEqual([]);
    });

    // Browsers differ in ending the request: with keepalive, Chromium and WebKit let it run on.
    it("fails as timeout at the deadline of its last request", async () => {
      stack.proxy.forecast("hang", "hang");
      const retry = { attempts: 2, baseDelay: 1 };
      const { error, took } = await browser.call("report", await stack.issue(), { timeout: 300, retry });
      expect(error).toEqual({ code: "timeout", attempts: 2, retryable: true });
      expectAbout(took, 600);
      expect(wire()).toEqual(Array(2).fill("POST /conversions/sms"));
    });

    it("fails as aborted when its signal fires, and does not retry", async () => {
      stack.proxy.forecast("hang");
      const { error, took } = await browser.call("report", await stack.issue(), { retry: QUICKLY }, 300);
      expect(error).toEqual({ code: "aborted", attempts: 1, retryable: false });
      expectAbout(took, 300);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(wire()).toEqual(["POST /conversions/sms"]);
    });

    it("retries after a 503, and the report is recorded", async () => {
      const ticket = await stack.issue();
      stack.proxy.forecast({ status: 503 });
      const { result } = await browser.call("report", ticket, { retry: QUICKLY });
      expect(result).toEqual({ status: "recorded", attempts: 2 });
      expect(wire()).toEqual(Array(2).fill("POST /conversions/sms"));
      expect(await stack.recorded(ticket)).toHaveLength(1);
    });

    it("reads a rate limit's Retry-After across origins", async () => {
      // 20 are allowed in ten seconds, so 41 are too many even if they fall into two windows.
      const outcomes = await browser.call("reportOften", await stack.issue(), 41);
      expect(outcomes.flatMap(({ error }) => error ?? [])[0]).toEqual({
        code: "rate_limited",
        status: 429,
        attempts: 1,
        retryable: true,
        retryAfter: 10_000,
      });
    });

    it.each([302, 307])("follows no redirect: %i", async (status) => {
      const ticket = await stack.issue();
      stack.proxy.forecast({ status, headers: { location: "/elsewhere" } });
      const { error } = await browser.call("report", ticket, { retry: QUICKLY });
      expect(error).toMatchObject({ code: "unexpected_response", attempts: 1, retryable: false });
      expect(wire()).toEqual(["POST /conversions/sms"]);
    });

    it("puts neither the token nor the message's id into any error", async () => {
      const ticket = await stack.issue();
      stack.proxy.forecast({ status: 401 }, { status: 302, headers: { location: "/" } }, "hang", "hang");
      const outcomes = [
        await browser.call("report", ticket),
        await browser.call("report", ticket),
        await browser.call("report", ticket, { timeout: 100 }),
        await browser.call("report", ticket, {}, 100),
        await browser.call("report", { ...ticket, endpoint: stack.deadEndpoint }),
      ];
      expect(outcomes.map(({ error }) => error?.code)).toEqual([
        "unauthorized",
        "unexpected_response",
        "timeout",
        "aborted",
        "network",
      ]);
      const texts = outcomes.flatMap(({ texts = [] }) => texts).join("\n");
      expect(texts).toContain("POST /conversions/sms");
      for (const part of [ticket.messageId, ...ticket.token.split(".")]) expect(texts).not.toContain(part);
    });

    it("adds nothing to the global namespace", async () => {
      expect(await browser.call("addedGlobals", await stack.issue())).toEqual([]);
      expect(wire()).toEqual(["POST /conversions/sms"]);
    });
  });
}
