// For minutes after a deployment a new Worker meets objects of the version before.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTwoFactorClient } from "../../../src/two-factor/index.ts";
import { type DiskWorker, startDiskWorker } from "../../support/disk-worker.ts";
import { ADMIN_KEY, PROXY_KEY } from "../../support/local-stack.ts";
import { type SandboxServer, startSandboxServer } from "../../support/sandbox-server.ts";
import { aNumber, codeAt, notThe, twoFactorBindingsFor } from "../../support/two-factor-stack.ts";
import { callsOf, problemOf } from "./ledger-worker.ts";

let vonage: SandboxServer;
let worker: DiskWorker;
const storage = mkdtempSync(join(tmpdir(), "older-objects-"));
beforeAll(async () => {
  vonage = await startSandboxServer();
  worker = await startDiskWorker({
    bindings: { ...twoFactorBindingsFor(vonage.url), LEDGER_SHARDS: "2" },
    storage,
    entry: "test/e2e/contract/older-objects-worker.ts",
  });
});
afterAll(async () => {
  await worker?.stop();
  await vonage.close();
  rmSync(storage, { recursive: true, force: true });
});

const clientOf = () => createTwoFactorClient({ endpoint: worker.url, key: PROXY_KEY.key });

it("codes are sent, refused, sent again and taken", async () => {
  const client = clientOf();
  const to = aNumber();
  const { id } = await client.start({ to, channel: "sms" });
  const code = codeAt(vonage.sandbox, to);
  await expect(client.check(id, notThe(code))).resolves.toMatchObject({ verified: false, reason: "wrong" });
  await expect(client.check(id, code)).resolves.toEqual({ verified: true });
  await expect(client.get(id)).resolves.toMatchObject({ state: "verified" });
  const second = await client.start({ to, channel: "sms" });
  await expect(client.cancel(second.id)).resolves.toBeUndefined();
});

it("reports are recorded once, and tracked", async () => {
  const { report, track } = callsOf(worker);
  expect((await report("older-1", true)).body).toEqual({ status: "recorded" });
  expect((await report("older-1", true)).body).toEqual({ status: "duplicate" });
  expect((await track({ messageId: "older-2", expiresIn: "3600" })).status).toBe(201);
});

it("the operator gets what old objects know, and no claim that they cannot make", async () => {
  const { look, list, call } = callsOf(worker);
  expect((await look("/stats")).status).toBe(200);
  expect((await list("unreadable")).flat()).toEqual([]);
  const headers = { authorization: `Bearer ${ADMIN_KEY.key}` };
  // A 404 would claim that the message is unknown.
  const found = await look("/reports/sms/older-1");
  expect([found.status, problemOf(found)]).toEqual([503, "ledger-unavailable"]);
  const erase = { method: "POST", headers, body: new URLSearchParams({ to: "447400123456" }) };
  const refused = await call("/erase", erase);
  expect([refused.status, problemOf(refused)]).toEqual([503, "challenges-unavailable"]);
});
