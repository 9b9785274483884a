import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/sandbox/routing/random.ts";
import { createRouter, ROUTER_RULES, type Router } from "../../../src/sandbox/routing/router.ts";

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 5, 1, 12);
const ROUTE = "23410 sms";
const NAMES = ["Direct", "Cheap", "Other"];

let last = 0;
/** Sends messages over a carrier, and returns their ids. */
const send = (router: Router, carrier: string, times: number, at: number) =>
  Array.from({ length: times }, () => {
    const id = `m-${++last}`;
    router.sent([id], ROUTE, carrier, at);
    return id;
  });
const report = (router: Router, ids: readonly string[], converted: number, at: number) =>
  ids.map((id, index) => router.reported(id, index < converted, at));
const receipts = (router: Router, ids: readonly string[], delivered: number, at: number) => {
  for (const [index, id] of ids.entries()) router.receipt(id, index < delivered, at);
};
const sharesOf = (router: Router, at: number) =>
  Object.fromEntries(
    [...router.view(ROUTE, NAMES, at).shares].map(([name, share]) => [name, Math.round(share * 1000) / 1000]),
  );
const start = () => {
  const router = createRouter();
  router.view(ROUTE, NAMES, NOON);
  return router;
};
const EQUAL = { Direct: 0.333, Cheap: 0.333, Other: 0.333 };
const DIRECT = { Direct: 0.9, Cheap: 0.05, Other: 0.05 };
const CHEAP = { Direct: 0.05, Cheap: 0.9, Other: 0.05 };

describe("the router of the sandbox", () => {
  it("divides traffic equally before it knows anything", () => {
    expect(sharesOf(start(), NOON)).toEqual(EQUAL);
  });

  it("prefers the carrier that converts at the next review, not before, and leaves a small share to the others", () => {
    const router = start();
    report(router, send(router, "Direct", 20, NOON + 1), 18, NOON + MINUTE);
    report(router, send(router, "Cheap", 20, NOON + 1), 8, NOON + MINUTE);
    expect(sharesOf(router, NOON + 5 * MINUTE - 1)).toEqual(EQUAL);
    expect(sharesOf(router, NOON + 5 * MINUTE)).toEqual(DIRECT);
  });

  it("believes a report more than the receipt of the same message, whichever comes first", () => {
    for (const receiptsFirst of [true, false]) {
      const router = start();
      const [direct, cheap] = [send(router, "Direct", 20, NOON + 1), send(router, "Cheap", 20, NOON + 1)];
      const tellReceipts = () => {
        receipts(router, direct, 10, NOON + MINUTE);
        receipts(router, cheap, 20, NOON + MINUTE);
      };
      if (receiptsFirst) tellReceipts();
      report(router, direct, 19, NOON + MINUTE);
      report(router, cheap, 5, NOON + MINUTE);
      if (!receiptsFirst) tellReceipts();
      expect(sharesOf(router, NOON + 5 * MINUTE)).toEqual(DIRECT);
    }
  });

  it("falls back on receipts where there are no reports", () => {
    const router = start();
    receipts(router, send(router, "Direct", 20, NOON + 1), 12, NOON + MINUTE);
    receipts(router, send(router, "Cheap", 20, NOON + 1), 20, NOON + MINUTE);
    expect(sharesOf(router, NOON + 5 * MINUTE)).toEqual(CHEAP);
  });

  it("counts a report within the window alone, and says so", () => {
    const router = start();
    const direct = send(router, "Direct", 20, NOON + 1);
    const cheap = send(router, "Cheap", 20, NOON + 1);
    expect(report(router, direct, 20, NOON + 15 * MINUTE)).not.toContain(false);
    expect(report(router, cheap, 20, NOON + 15 * MINUTE + 1)).not.toContain(true);
    expect(router.reported("never-sent", true, NOON)).toBe(false);
  });

  it("forgets the window before the last: a carrier that recovers gets its traffic back", () => {
    const router = start();
    report(router, send(router, "Direct", 30, NOON + 1), 3, NOON + MINUTE);
    report(router, send(router, "Cheap", 30, NOON + 1), 20, NOON + MINUTE);
    expect(sharesOf(router, NOON + 5 * MINUTE)).toEqual(CHEAP);
    const later = NOON + 20 * MINUTE;
    report(router, send(router, "Direct", 5, later), 5, later + 1);
    report(router, send(router, "Cheap", 30, later), 20, later + 1);
    expect(sharesOf(router, NOON + 25 * MINUTE)).toEqual(DIRECT);
  });

  it("is not impressed by 3 of 3", () => {
    const router = start();
    report(router, send(router, "Direct", 100, NOON + 1), 95, NOON + MINUTE);
    report(router, send(router, "Cheap", 100, NOON + 1), 20, NOON + MINUTE);
    report(router, send(router, "Other", 3, NOON + 1), 3, NOON + MINUTE);
    expect(sharesOf(router, NOON + 5 * MINUTE)).toEqual(DIRECT);
  });

  it("stays where it is without evidence, and between equals", () => {
    const router = start();
    receipts(router, send(router, "Cheap", 20, NOON + 1), 20, NOON + MINUTE);
    receipts(router, send(router, "Direct", 20, NOON + 1), 1, NOON + MINUTE);
    expect(sharesOf(router, NOON + 5 * MINUTE)).toEqual(CHEAP);
    expect(sharesOf(router, NOON + 600 * MINUTE)).toEqual(CHEAP);
    const later = NOON + 601 * MINUTE;
    for (const name of NAMES) receipts(router, send(router, name, 20, later), 20, later);
    expect(sharesOf(router, NOON + 605 * MINUTE)).toEqual(CHEAP);
  });

  it("keeps a true when a false for the same message follows", () => {
    const router = start();
    const ids = send(router, "Direct", 1, NOON + 1);
    report(router, ids, 1, NOON + 2);
    report(router, ids, 0, NOON + 3);
    expect(router.view(ROUTE, NAMES, NOON + 4).figures.get("Direct")).toMatchObject({
      sent: 1,
      converted: 1,
      notConverted: 0,
    });
  });

  it("counts a text of several parts once, by the id of any part", () => {
    const router = start();
    router.sent(["p-1", "p-2", "p-3"], ROUTE, "Direct", NOON + 1);
    router.reported("p-3", true, NOON + 2);
    expect(router.view(ROUTE, NAMES, NOON + 4).figures.get("Direct")).toMatchObject({
      sent: 1,
      converted: 1,
    });
  });

  it("scores carriers by the lower end of Wilson's interval", () => {
    const router = start();
    report(router, send(router, "Direct", 100, NOON + 1), 95, NOON + 2);
    report(router, send(router, "Cheap", 3, NOON + 1), 3, NOON + 2);
    const { figures } = router.view(ROUTE, NAMES, NOON + 3);
    // Wilson's formula with z = 1, computed apart.
    expect(figures.get("Direct")?.score).toBeCloseTo(0.9234, 4);
    expect(figures.get("Cheap")?.score).toBeCloseTo(0.75, 6);
    expect(figures.get("Other")?.score).toBe(0);
  });

  it("judges each route by its own messages", () => {
    const router = start();
    report(router, send(router, "Direct", 20, NOON + 1), 20, NOON + 2);
    expect([...router.view("26201 sms", NAMES, NOON + 5 * MINUTE).shares.values()]).toEqual([
      1 / 3,
      1 / 3,
      1 / 3,
    ]);
  });

  it("comes to the same result whether or not it is asked between events", () => {
    const [asked, unasked] = [start(), start()];
    for (const router of [asked, unasked]) {
      report(router, send(router, "Direct", 20, NOON + 1), 5, NOON + MINUTE);
      report(router, send(router, "Cheap", 20, NOON + 14 * MINUTE), 20, NOON + 14 * MINUTE);
      if (router === unasked) continue;
      for (let at = NOON + 14 * MINUTE; at < NOON + 120 * MINUTE; at += MINUTE) sharesOf(router, at);
    }
    expect(sharesOf(unasked, NOON + 120 * MINUTE)).toEqual(CHEAP);
    expect(sharesOf(asked, NOON + 120 * MINUTE)).toEqual(CHEAP);
  });

  it("divides equally again when the preferred carrier is gone", () => {
    const router = start();
    report(router, send(router, "Direct", 20, NOON + 1), 20, NOON + MINUTE);
    expect(sharesOf(router, NOON + 5 * MINUTE)).toEqual(DIRECT);
    expect([...router.view(ROUTE, ["Cheap", "Other"], NOON + 5 * MINUTE).shares]).toEqual([
      ["Cheap", 0.5],
      ["Other", 0.5],
    ]);
  });

  it("chooses carriers by their shares, the same for the same seed", () => {
    const choices = (seed: number) => {
      const router = start();
      report(router, send(router, "Direct", 20, NOON + 1), 20, NOON + MINUTE);
      const random = createRandom(seed);
      return Array.from({ length: 2000 }, () => router.choose(ROUTE, NAMES, random, NOON + 6 * MINUTE));
    };
    const chosen = choices(7);
    expect(choices(7)).toEqual(chosen);
    expect(choices(8)).not.toEqual(chosen);
    const count = (name: string) => chosen.filter((one) => one === name).length;
    expect(count("Direct")).toBeGreaterThan(1740);
    expect(count("Direct")).toBeLessThan(1860);
    expect(count("Cheap")).toBeGreaterThan(60);
    expect(count("Other")).toBeGreaterThan(60);
  });

  it("counts silence as not converted if its rules say so, but only where there are reports", () => {
    const router = createRouter({ ...ROUTER_RULES, silence: "not-converted" });
    router.view(ROUTE, NAMES, NOON);
    const direct = send(router, "Direct", 20, NOON + 1);
    const cheap = send(router, "Cheap", 20, NOON + 1);
    receipts(router, cheap, 20, NOON + 2);
    receipts(router, direct, 15, NOON + 2);
    expect(sharesOf(router, NOON + 5 * MINUTE)).toEqual(CHEAP);
    report(router, direct.slice(0, 18), 18, NOON + 6 * MINUTE);
    report(router, cheap.slice(0, 9), 9, NOON + 6 * MINUTE);
    expect(sharesOf(router, NOON + 10 * MINUTE)).toEqual(DIRECT);
  });

  it("keeps a bounded number of messages", () => {
    const router = start();
    const [first] = send(router, "Direct", 1, NOON + 1);
    send(router, "Direct", 100_000, NOON + 2);
    expect(router.reported(first ?? "", true, NOON + 3)).toBe(false);
    expect(router.view(ROUTE, NAMES, NOON + 3).figures.get("Direct")?.sent).toBe(100_000);
  });
});
