import { describe, expect, it } from "vitest";
import { createTown, GB, settled, USUAL } from "./town.ts";

const US = "2fa/sms/US/310260";
const DE = "2fa/sms/DE/26201";
const OTHERS = { [US]: USUAL, [DE]: USUAL };

/** A town that knows its usual traffic: three networks in three countries. */
function createLearnedTown() {
  const town = createTown();
  town.learn({ [GB]: USUAL, ...OTHERS });
  expect(town.all()).toEqual([]);
  return town;
}

describe("a drop of conversion", () => {
  it("with receipts that fall too is an outage of the route", () => {
    const town = createLearnedTown();
    town.repeat(4, { [GB]: settled(0, 6, 1), ...OTHERS });
    expect(town.open()).toMatchObject([
      {
        rule: "drop",
        severity: "critical",
        cause: "outage",
        segment: { traffic: "2fa", channel: "sms", country: "GB", network: "23410" },
        figures: { converted: 0, baseline: 0.85 },
        endedAt: null,
        paused: null,
      },
    ]);
    expect(town.open()[0]?.summary).toMatch(
      /^Conversion of SMS to GB, network 234-10 fell to 0 of \d+ \(0 %, 0–\d+\) from 85 %, and receipts say so too: the route is down\.$/,
    );
    expect(town.open()[0]?.id).toMatch(/^drop:2fa\/sms\/GB\/23410:\d{10}$/);
  });

  it("with receipts that still say delivered is told from it: they are false", () => {
    const town = createLearnedTown();
    town.repeat(24, { [GB]: settled(1, 1, 2), ...OTHERS });
    expect(town.open()).toMatchObject([
      { rule: "drop", cause: "false-receipts", segment: { country: "GB" } },
    ]);
    expect(town.open()[0]?.nextStep).toContain("exclude this carrier");
  });

  it("with more messages than usual is pumping, and the alarm says so once it is known", () => {
    const town = createLearnedTown();
    town.repeat(24, { [GB]: settled(1, 1, 2), ...OTHERS });
    const [before] = town.open();
    town.repeat(6, { [GB]: settled(4, 6, 10), ...OTHERS });
    expect(town.open()).toMatchObject([{ id: before?.id, since: before?.since, cause: "pumping" }]);
  });

  it("everywhere at once is one alarm about the whole channel: the operator's own page", () => {
    const town = createLearnedTown();
    const bad = settled(0, 3, 3);
    town.repeat(12, { [GB]: bad, [US]: bad, [DE]: bad });
    expect(town.all()).toHaveLength(1);
    expect(town.open()).toMatchObject([
      { rule: "drop", cause: "own-page", segment: { traffic: "2fa", channel: "sms" } },
    ]);
    expect(town.open()[0]?.segment).toEqual({ traffic: "2fa", channel: "sms" });
    expect(town.open()[0]?.summary).toContain("Conversion of SMS in all countries fell to 0 of");
  });

  it("without receipts has an unknown cause", () => {
    const town = createTown();
    town.learn({ [GB]: settled(17, 3) });
    town.repeat(8, { [GB]: settled(0, 2) });
    expect(town.open()).toMatchObject([{ rule: "drop", cause: "unknown", segment: { network: "23410" } }]);
  });

  it("ends when conversion is as usual again, with the same id", () => {
    const town = createLearnedTown();
    town.repeat(4, { [GB]: settled(0, 6, 1), ...OTHERS });
    const [{ id } = { id: "" }] = town.open();
    const changes = town.repeat(24, { [GB]: USUAL, ...OTHERS });
    expect(changes).toMatchObject([{ id, rule: "drop", cause: "outage" }]);
    expect(changes[0]?.endedAt).not.toBeNull();
    expect(town.open()).toEqual([]);
  });

  it("that is spread over small networks of a country is an alarm about the country", () => {
    const town = createTown();
    const small = (counts: ReturnType<typeof settled>) =>
      Object.fromEntries(
        ["23410", "23415", "23420", "23430", "23433"].map((one) => [`2fa/sms/GB/${one}`, counts]),
      );
    const usual = settled(5, 1, 6);
    town.learn({ ...small(usual), [US]: USUAL, [DE]: USUAL });
    const bad = small(settled(0, 1, 0));
    for (let times = 0; times < 24 && !town.open().some(({ rule }) => rule === "drop"); times++) {
      town.tick({ ...(times % 2 === 0 ? bad : {}), ...OTHERS });
    }
    expect(town.open()).toMatchObject([{ rule: "drop", cause: "outage" }]);
    expect(town.open()[0]?.segment).toEqual({ traffic: "2fa", channel: "sms", country: "GB" });
    // So many at once that there is no need to wait for one network to stand out.
    const other = createTown();
    other.learn({ ...small(usual), [US]: USUAL, [DE]: USUAL });
    other.tick({ ...small(settled(0, 8, 0)), ...OTHERS });
    expect(other.open().find(({ rule }) => rule === "drop")?.segment).toEqual(town.open()[0]?.segment);
  });

  it("of a segment without a history is measured against the country, then against good routes", () => {
    const town = createTown();
    town.repeat(40, { [GB]: settled(1, 1, 2) });
    expect(town.open()[0]?.summary).toMatch(
      /is \d+ of \d+ \(50 %, .*\), where 80 % is usual for good routes/,
    );
    const known = createLearnedTown();
    known.repeat(40, { "2fa/sms/GB/23415": settled(3, 2, 5), [GB]: USUAL, ...OTHERS });
    const [drop] = known.open().filter(({ rule }) => rule === "drop");
    expect(drop?.segment).toMatchObject({ network: "23415" });
    expect(drop?.summary).toMatch(/where 85 % is usual for its country/);
  });

  it("is not raised for chance, a usual swing of the day, or a segment that varies by itself", () => {
    const town = createTown();
    for (let day = 0; day < 40; day++) {
      for (let hour = 0; hour < 24; hour++) {
        // 95 % by day, 75 % by night, and every third day 4 points less.
        const good = (hour >= 8 && hour < 20 ? 190 : 150) - (day % 3 === 0 ? 8 : 0);
        town.tick({ [GB]: settled(good, 200 - good, 190) });
        town.wait(55 * 60_000);
        if (day < 15) continue;
        expect(town.open()).toEqual([]);
      }
    }
  });

  it("that lasts for more than a week becomes the usual", () => {
    const town = createLearnedTown();
    town.learn({ [GB]: settled(10, 10, 19), ...OTHERS }, 25);
    expect(town.all().filter(({ rule }) => rule === "drop")).toHaveLength(1);
    expect(town.open()).toEqual([]);
  });
});

describe("the names of segments in sentences", () => {
  it.each([
    ["2fa/voice/GB/23410", "calls to GB, network 234-10"],
    ["other/sms/GB/", "other SMS to GB, unknown network"],
    ["2fa/sms/ZZ/", "SMS to an unknown country, unknown network"],
  ])("%s is %s", (key, name) => {
    const town = createTown();
    town.learn({ [key]: settled(17, 3) });
    town.repeat(8, { [key]: settled(0, 2) });
    expect(town.open()[0]?.summary).toContain(`Conversion of ${name} fell`);
  });
});
