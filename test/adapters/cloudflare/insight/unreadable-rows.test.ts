// Rows of Insight in quarantine, in the operator's list of all of them.

import { expect, it } from "vitest";
import type { ShardNamespace } from "../../../../adapters/cloudflare/ledger/settings.ts";
import { createUnreadableRows } from "../../../../adapters/cloudflare/two-factor/unreadable-rows.ts";

const empty = { listSetAside: async () => [], countSetAside: async () => 0 };
const rows = [1, 2, 3].map((key) => ({ source: "days", key: String(key), since: key, raw: "{}" }));
const broken = async (): Promise<never> => {
  throw new Error("down");
};

function namespaceOf(object: object): ShardNamespace {
  return { idFromName: (name) => name, get: () => object };
}

const list = (insight: object | undefined) =>
  createUnreadableRows(namespaceOf(empty), namespaceOf(empty), [4, 2], insight && namespaceOf(insight));

it("come last, page by page", async () => {
  const unreadable = list({
    countSetAside: async () => rows.length,
    listSetAside: async (limit: number, after?: { key: string }) =>
      rows.filter(({ key }) => key > (after?.key ?? "")).slice(0, limit),
  });
  expect(await unreadable.count()).toBe(3);
  const first = await unreadable.list(2, undefined);
  const second = await unreadable.list(2, first?.cursor);
  const keys = [first, second].map((page) => page?.reports.map(({ messageId }) => messageId));
  expect([keys, second?.cursor]).toEqual([[["1", "2"], ["3"]], undefined]);
});

it.each([
  ["there is no such object", undefined],
  ["the object is down", { countSetAside: broken, listSetAside: broken }],
])("are left out where %s, and nothing else notices", async (_, insight) => {
  const unreadable = list(insight);
  expect([await unreadable.count(), await unreadable.list(5, undefined)]).toEqual([0, { reports: [] }]);
});
