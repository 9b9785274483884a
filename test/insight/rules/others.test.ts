import { describe, expect, it } from "vitest";
import { createTown, DAY, GB, HOUR, settled, USUAL } from "./town.ts";

const US = "2fa/sms/US/310260";

describe("changed receipts", () => {
  it("are told while users still come back, and end when they are as usual", () => {
    const town = createTown();
    town.learn({ [GB]: USUAL, [US]: USUAL });
    town.repeat(6, { [GB]: settled(17, 3, 14), [US]: USUAL });
    expect(town.open()).toMatchObject([
      { rule: "receipts-changed", severity: "warning", segment: { country: "GB", network: "23410" } },
    ]);
    expect(town.open()[0]?.summary).toMatch(/say delivered for \d+ of \d+ \(70 %, .*\) instead of 95 %/);
    town.repeat(24, { [GB]: settled(17, 3, 20), [US]: USUAL });
    expect(town.open()).toEqual([]);
  });

  it("give way to a drop, which says the same and more", () => {
    const town = createTown();
    town.learn({ [GB]: settled(17, 3, 20), [US]: USUAL });
    town.repeat(2, { [GB]: settled(9, 1, 0), [US]: USUAL });
    expect(town.open()).toMatchObject([{ rule: "receipts-changed" }]);
    town.repeat(6, { [GB]: settled(0, 5, 0), [US]: USUAL });
    expect(town.open()).toMatchObject([{ rule: "drop", cause: "outage" }]);
  });

  it("of small networks are reported for their country", () => {
    const town = createTown();
    const networks = Array.from({ length: 8 }, (_, index) => `2fa/sms/GB/${23_410 + index}`);
    const all = (counts: ReturnType<typeof settled>) =>
      Object.fromEntries(networks.map((key) => [key, counts]));
    town.learn({ ...all(settled(1, 0, 1)), [US]: USUAL });
    town.repeat(2, { ...all(settled(1, 0, 0)), [US]: USUAL });
    expect(town.open().map(({ rule, segment }) => [rule, segment])).toEqual([
      ["receipts-changed", { traffic: "2fa", channel: "sms", country: "GB" }],
    ]);
  });

  it("are not told where receipts say delivered for hardly any message", () => {
    const town = createTown();
    town.learn({ [GB]: settled(17, 3, 3) });
    town.repeat(24, { [GB]: settled(17, 3, 0) });
    expect(town.all()).toEqual([]);
  });
});

describe("late reports", () => {
  const health = { waiting: 0, oldestWaiting: null, dead: 0 };
  const open = (town: ReturnType<typeof createTown>) => town.open().map(({ summary }) => summary);

  it("are told where fewer than 95 % reach Vonage within 15 minutes", () => {
    const town = createTown();
    town.tick({ [GB]: { ...USUAL, "lag.0": 95, "lag.12": 0, "lag.13": 5 } }, { health });
    expect(town.open()).toEqual([]);
    town.tick({ [GB]: { ...USUAL, "lag.12": 90, "lag.13": 11 } }, { health });
    expect(town.open()).toMatchObject([
      { rule: "reports-late", severity: "warning", cause: "slow-reporting", segment: {} },
    ]);
    expect(open(town)[0]).toMatch(
      /^Reports are late: 185 of 201 \(92 %, .*\) reached Vonage within 15 minutes\./,
    );
    town.wait(2 * HOUR);
    town.tick({}, { health });
    expect(town.open()).toEqual([]);
  });

  it("are told where one has waited for more than 15 minutes", () => {
    const town = createTown();
    town.tick({}, { health: { ...health, waiting: 3, oldestWaiting: town.now() } });
    expect(town.open()).toEqual([]);
    town.tick({}, { health: { ...health, waiting: 3, oldestWaiting: town.now() - 15 * 60_000 } });
    expect(open(town)[0]).toContain("3 are waiting, the oldest for more than 15 minutes");
    town.tick({}, { health: { ...health, waiting: 3, oldestWaiting: town.now() - 15 * 60_000 } });
    expect(town.all()).toHaveLength(1);
  });

  it("are told for an hour after one was given up, but not for those of before", () => {
    const town = createTown();
    town.tick({}, { health: { ...health, dead: 4 } });
    expect(town.open()).toEqual([]);
    town.tick({}, { health: { ...health, dead: 5 } });
    expect(open(town)[0]).toContain("5 were given up");
    town.wait(HOUR);
    town.tick({}, { health: { ...health, dead: 5 } });
    expect(town.open()).toEqual([]);
  });
});

describe("spending", () => {
  const bought = (euros: number) => settled(17, 3, 19, { priced: 20, price: euros * 1e8 });

  it("is told where a day costs three times the dearest of 14, of the country that it comes from", () => {
    const town = createTown();
    town.learn({ [GB]: bought(1), [US]: bought(2) });
    town.repeat(12, { [GB]: bought(5), [US]: bought(1) });
    expect(town.open()).toEqual([]);
    town.repeat(3, { [GB]: bought(5), [US]: bought(1) });
    expect(town.open()).toMatchObject([
      {
        rule: "spend",
        cause: "spending",
        severity: "warning",
        segment: { country: "GB" },
        figures: { spent: 75, limit: 72 },
      },
    ]);
    expect(town.open()[0]?.summary).toContain("75.00 EUR were spent today on SMS to GB, more than 72.00 EUR");
    town.tick({ [GB]: bought(5) });
    expect(town.all()).toHaveLength(1);
  });

  it("ends with the day", () => {
    const town = createTown();
    town.learn({ [GB]: bought(1) });
    town.repeat(20, { [GB]: bought(5) });
    expect(town.open()).toHaveLength(1);
    town.wait(DAY);
    town.tick({ [GB]: USUAL });
    expect(town.open()).toEqual([]);
  });

  it("is told above the sum that is set, from the first day on", () => {
    const town = createTown();
    town.tick({ [GB]: bought(20) }, { dailySpend: 20 });
    expect(town.open()).toEqual([]);
    town.tick({ [GB]: bought(1) }, { dailySpend: 20 });
    expect(town.open()).toMatchObject([{ rule: "spend", segment: {}, figures: { spent: 21, limit: 20 } }]);
    expect(town.open()[0]?.summary).toContain("on all traffic");
  });

  it("is not told under 5 EUR, nor before three days are known", () => {
    const town = createTown();
    town.learn({ [GB]: bought(0.01) });
    town.tick({ [GB]: bought(4) });
    expect(town.open()).toEqual([]);
    const young = createTown();
    young.learn({ [GB]: bought(0.5) }, 2);
    young.tick({ [GB]: bought(500) });
    expect(young.open()).toEqual([]);
  });
});
