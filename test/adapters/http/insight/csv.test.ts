import { expect, it } from "vitest";
import { formatInsightCsv } from "../../../../adapters/http/insight/csv.ts";
import { project } from "../../../../src/insight/project.ts";
import { toSegment } from "../../../../src/insight/segment.ts";

const cell = (network: string, counts: Record<string, number>) => ({
  cohort: 0,
  segment: toSegment("2fa", "sms", "GB", network),
  counts,
});
const answer = project(
  {
    cells: [
      cell("23410", { sent: 30, converted: 10, notConverted: 20, price: 100_000_000, priced: 30 }),
      cell("", { sent: 1 }),
    ],
    history: [],
    alarms: [],
  },
  { from: 0, to: 300_000, by: ["country", "network"], filter: {} },
);

it("has a line for each group after the names, with empty cells for what is withheld", () => {
  const lines = formatInsightCsv(answer).split("\r\n");
  const [names = [], ...groups] = lines.slice(0, -1).map((line) => line.split(","));
  const cells = groups.map((group) => Object.fromEntries(names.map((name, at) => [name, group[at]])));
  expect(lines.at(-1)).toBe("");
  expect(
    cells.map(({ country, network, sent, conversion, costEur }) => [
      country,
      network,
      sent,
      conversion,
      costEur,
    ]),
  ).toEqual(
    expect.arrayContaining([
      ["GB", "23410", "30", "0.3333", "1"],
      ["GB", "", "1", "", "0"],
    ]),
  );
});

it("quotes cells that contain a comma, a quote or a line", () => {
  const [group] = answer.groups;
  if (group === undefined) throw new Error("there is no group");
  const alarms = ['a,b "c"', "d"];
  expect(formatInsightCsv({ by: [], groups: [{ ...group, alarms }] })).toContain('"a,b ""c"" d"\r\n');
});
