import { describe, expect, it } from "vitest";
import type { BlockActivity } from "../../../src/insight/rules/number-block.ts";
import { createTown, DAY, GB, HOUR, settled, USUAL } from "./town.ts";

const US = "2fa/sms/US/310260";

/** Six messages an hour. */
const SMALL = settled(5, 1, 6);

describe("pumping", () => {
  it("of a network is told after some 20 bogus messages", () => {
    const town = createTown();
    town.learn({ [GB]: SMALL, [US]: USUAL });
    let bogus = 0;
    while (town.open().length === 0 && bogus < 100) {
      bogus += 5;
      town.tick({ [GB]: settled(0, 5, 5), [US]: settled(2, 0, 2) });
    }
    expect(bogus).toBeLessThanOrEqual(20);
    expect(town.open()).toMatchObject([
      {
        rule: "pumping",
        severity: "critical",
        cause: "pumping",
        segment: { traffic: "2fa", channel: "sms", country: "GB", network: "23410" },
        figures: { notConverted: bogus, shareOfCountry: 1 },
      },
    ]);
    expect(town.open()[0]?.summary).toMatch(
      /^Of SMS to GB, network 234-10, \d+ messages of the last hour were not converted, and chance explains \d+ at most\./,
    );
  });

  it("ends an hour after the flood, and does not change what is usual", () => {
    const town = createTown();
    town.learn({ [GB]: SMALL, [US]: USUAL });
    town.repeat(12, { [GB]: settled(0, 20, 20), [US]: settled(2, 0, 2) });
    expect(town.open()).toMatchObject([{ rule: "pumping" }]);
    town.repeat(13, { [GB]: settled(1, 0, 1), [US]: settled(2, 0, 2) });
    expect(town.open()).toEqual([]);
    const before = town.all().length;
    town.wait(DAY);
    town.repeat(4, { [GB]: settled(0, 5, 5), [US]: settled(2, 0, 2) });
    expect(town.all().slice(before)).toMatchObject([{ cause: "pumping" }]);
  });

  it("goes on while as many messages fail as half of what raised it, and no longer", () => {
    const town = createTown();
    town.learn({ [GB]: USUAL, [US]: USUAL });
    town.repeat(2, { [GB]: settled(0, 40, 40), [US]: settled(2, 0, 2) });
    expect(town.open()).toMatchObject([{ rule: "pumping" }]);
    town.repeat(13, { [GB]: settled(3, 1, 4), [US]: settled(2, 0, 2) });
    expect(town.open()).toMatchObject([{ rule: "pumping" }]);
    town.repeat(6, { [GB]: settled(4, 0, 4), [US]: settled(2, 0, 2) });
    expect(town.open()).toEqual([]);
  });

  it("over many networks of a country is reported for the country", () => {
    const town = createTown();
    const networks = Array.from({ length: 12 }, (_, index) => `2fa/sms/GB/${23_410 + index}`);
    const all = (counts: ReturnType<typeof settled>) =>
      Object.fromEntries(networks.map((key) => [key, counts]));
    town.learn({ ...all(settled(1, 0, 1)), [US]: USUAL, "2fa/sms/DE/26201": USUAL });
    town.tick({ ...all(settled(0, 4, 4)), [US]: USUAL });
    expect(town.open()).toMatchObject([{ rule: "pumping" }]);
    expect(town.open()[0]?.segment).toEqual({ traffic: "2fa", channel: "sms", country: "GB" });
    expect(town.open()[0]?.figures).not.toHaveProperty("shareOfCountry");
  });

  describe("spread over many countries", () => {
    const spread = (counts: ReturnType<typeof settled>) =>
      Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [`2fa/sms/${toCountry(index)}/${40_000 + index}`, counts]),
      );
    const toCountry = (index: number) => `A${String.fromCharCode(65 + index)}`;
    const usual = { [GB]: USUAL, [US]: USUAL, "2fa/sms/DE/26201": USUAL };
    const inFive = { [GB]: settled(2, 0, 2), [US]: settled(2, 0, 2), "2fa/sms/DE/26201": settled(2, 0, 2) };

    it("is reported for the API key and channel that pays for it, and for no country", () => {
      const town = createTown();
      town.learn(usual);
      town.repeat(3, { ...inFive, ...spread(settled(0, 2, 2)) });
      const pumping = town.open().filter(({ rule }) => rule === "pumping");
      expect(pumping).toMatchObject([{ severity: "critical", segment: { traffic: "2fa", channel: "sms" } }]);
      expect(pumping[0]?.segment).not.toHaveProperty("country");
      expect(pumping[0]?.nextStep).toContain("TWO_FACTOR_COUNTRIES");
      expect(town.open().map(({ cause }) => cause)).not.toContain("own-page");
    });

    it("is not seen in a new deployment whose page converts nothing", () => {
      const town = createTown();
      town.repeat(6, { ...spread(settled(0, 1, 1)) });
      expect(town.open().filter(({ rule }) => rule === "pumping")).toEqual([]);
    });

    it("is the own page's fault where the usual networks fall as well", () => {
      const town = createTown();
      town.learn(usual);
      const down = settled(0, 6, 6);
      town.repeat(6, { [GB]: down, [US]: down, "2fa/sms/DE/26201": down, ...spread(settled(0, 1, 1)) });
      expect(town.open().map(({ cause }) => cause)).toContain("own-page");
      expect(town.open().filter(({ rule }) => rule === "pumping")).toEqual([]);
    });
  });

  it("is not an outage: without more messages than usual, or with receipts that fail, it is a drop", () => {
    const town = createTown();
    town.learn({ [GB]: settled(170, 30, 190), [US]: USUAL });
    town.repeat(12, { [GB]: settled(0, 16, 0), [US]: settled(2, 0, 2) });
    expect(town.all().map(({ rule, cause }) => [rule, cause])).toEqual([["drop", "outage"]]);
  });

  it("is not seen in messages that users answer, however many", () => {
    const town = createTown();
    town.learn({ [GB]: SMALL, [US]: USUAL });
    town.repeat(12, { [GB]: settled(90, 15, 100), [US]: settled(2, 0, 2) });
    expect(town.all()).toEqual([]);
  });
});

describe("number blocks", () => {
  const town = createTown();
  town.learn({ [GB]: settled(12, 8, 19) });
  const block = (others: Partial<BlockActivity> = {}): BlockActivity => ({
    block: "a",
    country: "GB",
    messages: 6,
    persons: 5,
    converted: 0,
    ...others,
  });
  const alarmsOf = (...blocks: readonly BlockActivity[]) => {
    town.tick({}, { blocks });
    const found = town.open();
    town.tick({}, { blocks: [] });
    expect(town.open()).toEqual([]);
    return found;
  };

  it("that only ask for codes are suspicious, and two of them are pumping", () => {
    expect(alarmsOf(block())).toMatchObject([
      { rule: "number-block", severity: "warning", cause: "pumping", segment: { country: "GB" } },
    ]);
    expect(alarmsOf(block(), block({ block: "b", messages: 7, persons: 6 }))).toMatchObject([
      { severity: "critical", figures: { blocks: 2, messages: 13, persons: 11, converted: 0 } },
    ]);
  });

  it.each([
    ["one converted message", { converted: 1 }],
    ["five messages", { messages: 5 }],
    ["four numbers", { persons: 4 }],
  ])("are not suspicious with %s", (_, others) => {
    expect(alarmsOf(block(others))).toEqual([]);
  });

  it("need more messages where fewer users answer", () => {
    const poor = createTown();
    poor.learn({ [GB]: settled(8, 12, 19) });
    poor.tick({}, { blocks: [block()] });
    expect(poor.open()).toEqual([]);
    poor.tick({}, { blocks: [block({ messages: 11 })] });
    expect(poor.open()).toMatchObject([{ rule: "number-block" }]);
  });

  it("of an unknown country, and of one without traffic, are measured against everything", () => {
    expect(alarmsOf(block({ country: "ZZ" }))[0]?.summary).toContain(
      "one number block of an unknown country got 6",
    );
    expect(alarmsOf(block({ country: "FR" }), block({ country: "FR" }))[0]?.summary).toContain(
      "2 number blocks of FR",
    );
  });

  it("become a critical alarm of the same id when a second one joins", () => {
    town.tick({}, { blocks: [block()] });
    const [first] = town.open();
    town.tick({}, { blocks: [block(), block({ block: "b" })] });
    expect(town.open()).toMatchObject([{ id: first?.id, severity: "critical" }]);
  });
});

describe("a new country or network", () => {
  const learned = () => {
    const town = createTown();
    town.learn({ [GB]: USUAL });
    return town;
  };

  it("is reported once, for a day", () => {
    const town = learned();
    town.tick({ [GB]: USUAL, "2fa/sms/AZ/40001": settled(1, 0, 1) });
    expect(town.open()).toMatchObject([
      {
        rule: "new-segment",
        severity: "info",
        cause: "new-traffic",
        segment: { country: "AZ", network: "40001" },
      },
    ]);
    town.repeat(10, { "2fa/sms/AZ/40001": settled(1, 0, 1) });
    expect(town.open()).toHaveLength(1);
    town.wait(DAY);
    town.tick({ "2fa/sms/AZ/40001": settled(1, 0, 1) });
    expect(town.open()).toEqual([]);
    expect(town.all()).toHaveLength(1);
  });

  it("is reported for the country where its networks are known by another channel only", () => {
    const town = learned();
    town.tick({ "2fa/sms/AZ/": { sent: 1 } });
    expect(town.open().map(({ segment }) => segment)).toEqual([
      { traffic: "2fa", channel: "sms", country: "AZ", network: "" },
    ]);
  });

  it("in which none of the first 10 was converted is pumping, until one is", () => {
    const town = learned();
    for (let hour = 0; hour < 6; hour++) {
      town.tick({ "2fa/sms/AZ/40001": settled(0, 2, 2) });
      town.wait(2 * HOUR);
    }
    const [alarm] = town.open();
    expect(town.open()).toMatchObject([
      {
        rule: "new-segment",
        severity: "critical",
        cause: "pumping",
        segment: { country: "AZ", network: "40001" },
      },
    ]);
    town.tick({ "2fa/sms/AZ/40001": settled(1, 0, 1) });
    expect(town.open().map(({ id }) => id)).not.toContain(alarm?.id);
  });

  it("is forgotten as an alarm a day after its last message", () => {
    const town = learned();
    town.tick({ "2fa/sms/AZ/40001": settled(0, 10, 0) });
    expect(town.open().some(({ cause }) => cause === "pumping")).toBe(true);
    town.wait(DAY + HOUR);
    town.tick({ [GB]: USUAL });
    expect(town.open()).toEqual([]);
  });

  it("is not told of in the first week, nor where nothing was ever converted, nor 21 times at once", () => {
    const young = createTown();
    young.learn({ [GB]: settled(0, 1) }, 1);
    expect(young.all().filter(({ rule }) => rule === "new-segment")).toEqual([]);
    const town = learned();
    const many = Array.from({ length: 60 }, (_, index) => [`2fa/sms/GB/${30_000 + index}`, settled(1, 0, 1)]);
    town.tick(Object.fromEntries(many));
    expect(town.open()).toHaveLength(20);
  });
});
