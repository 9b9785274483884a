// The workflow's data on disk survives a kill and another number of shards, and contains no code.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { SANDBOX_APPLICATION, SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { createTwoFactorClient } from "../../../src/two-factor/index.ts";
import { signParameters } from "../../../src/wire/signature.ts";
import { type DiskWorker, startDiskWorker } from "../../support/disk-worker.ts";
import { ADMIN_KEY, PROXY_KEY } from "../../support/local-stack.ts";
import { type SandboxServer, startSandboxServer } from "../../support/sandbox-server.ts";
import {
  aNumber,
  CODE_SECRET,
  codeAt,
  notThe,
  OUR_NUMBER,
  SIGNATURE_SECRET,
  twoFactorBindingsFor,
} from "../../support/two-factor-stack.ts";
import { callsOf, type Parameters } from "./ledger-worker.ts";

let vonage: SandboxServer;
const folder = mkdtempSync(join(tmpdir(), "two-factor-storage-"));
const running: DiskWorker[] = [];
beforeAll(async () => {
  vonage = await startSandboxServer();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});
afterAll(async () => {
  await vonage.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a Worker on a storage of this name. */
async function start(name: string, bindings: Parameters = {}) {
  const worker = await startDiskWorker({
    bindings: { ...twoFactorBindingsFor(vonage.url), ...bindings },
    storage: join(folder, name),
  });
  running.push(worker);
  const client = createTwoFactorClient({ endpoint: worker.url, key: PROXY_KEY.key });
  return { worker, client, ...callsOf(worker) };
}

const sms = (to: string) => ({ to, channel: "sms" }) as const;
const codeOf = (number: string) => codeAt(vonage.sandbox, number);

async function replyBy(number: string, text: string): Promise<Record<string, string>> {
  const parameters = {
    msisdn: number,
    to: OUR_NUMBER,
    messageId: "0B00000012345678",
    text,
    timestamp: String(Math.floor(Date.now() / 1000)),
    nonce: crypto.randomUUID(),
  };
  const sig = await signParameters(Object.entries(parameters), SIGNATURE_SECRET, "sha256");
  return { ...parameters, sig };
}

it("challenges, attempts, limits and nonces survive a kill", async () => {
  const { worker, client, call } = await start("kill", {
    TWO_FACTOR_LIMITS: "number=2/3600 prefix=99/3600 caller=99/3600 total=99/3600",
  });
  const number = aNumber();
  const { id } = await client.start(sms(number));
  const code = codeOf(number);
  for (let times = 0; times < 3; times++) await client.check(id, notThe(code));
  const post = (parameters: Parameters) =>
    call("/webhooks/inbound-sms", { method: "POST", body: new URLSearchParams(parameters) });
  const wrong = await replyBy(number, notThe(code));
  expect((await post(wrong)).status).toBe(200);
  await worker.restart();

  await expect(client.get(id)).resolves.toMatchObject({ state: "pending", attemptsLeft: 1 });
  expect((await post(wrong)).status).toBe(200);
  await expect(client.get(id)).resolves.toMatchObject({ attemptsLeft: 1 });
  await client.start(sms(number));
  await worker.restart();
  await expect(client.start(sms(number))).rejects.toMatchObject({ code: "number_limit" });
  await expect(client.check(id, code)).resolves.toEqual({ verified: true });
});

it("another number of shards loses no challenge, neither by its id nor by its number", async () => {
  const before = await start("shards", { LEDGER_SHARDS: "3" });
  const numbers = Array.from({ length: 12 }, aNumber);
  const ids = await Promise.all(numbers.map(async (number) => (await before.client.start(sms(number))).id));
  expect(new Set(ids.map((id) => id.split(".")[0])).size).toBe(3);
  const codes = numbers.map(codeOf);
  await before.worker.stop();
  running.length = 0;

  const after = await start("shards", { LEDGER_SHARDS: "8,3" });
  for (const [index, id] of ids.entries()) {
    const [number = "", code = ""] = [numbers[index], codes[index]];
    if (index % 2 === 0) {
      await expect(after.client.check(id, code)).resolves.toEqual({ verified: true });
      continue;
    }
    const body = new URLSearchParams(await replyBy(number, code));
    expect((await after.call("/webhooks/inbound-sms", { method: "POST", body })).status).toBe(200);
    await expect(after.client.get(id)).resolves.toMatchObject({ state: "verified" });
  }
});

it("neither what is stored nor what is logged holds a code or a secret, and no log a number", async () => {
  const { worker, client } = await start("search");
  const numbers = Array.from({ length: 20 }, aNumber);
  const codes: string[] = [];
  for (const number of numbers) {
    const { id } = await client.start(sms(number));
    const code = codeOf(number);
    codes.push(code);
    await client.check(id, notThe(code));
    if (codes.length % 2 === 0) await client.check(id, code);
  }
  await expect(client.start(sms("+44740"))).rejects.toThrow();
  const logs = [...worker.logs, ...worker.errors].join("\n");
  await worker.stop();
  running.length = 0;

  const files = readdirSync(join(folder, "search"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.sqlite(-wal)?$/.test(name))
    .map((name) => readFileSync(join(folder, "search", name), "latin1"));
  const stored = files.join("\n");
  // They are looked for where they could be: what is kept for sure is found.
  expect(numbers.filter((number) => !stored.includes(number))).toEqual([]);

  const secrets = [
    CODE_SECRET,
    SIGNATURE_SECRET,
    PROXY_KEY.key,
    ADMIN_KEY.key,
    SANDBOX_CREDENTIALS.twoFactor.apiSecret,
    SANDBOX_APPLICATION.privateKey.split("\n")[1] ?? "",
  ];
  for (const text of [stored, logs]) expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  // Six digits may stand by chance in a time or a hash: a code is looked for as a word of its own, and most must fail.
  const wordsOf = (text: string) => new Set(text.match(/(?<![0-9A-Za-z])\d{6}(?![0-9A-Za-z])/g) ?? []);
  for (const text of [stored, logs]) {
    const words = wordsOf(text);
    expect(codes.filter((code) => words.has(code)).length).toBeLessThan(2);
  }
  expect(numbers.filter((number) => logs.includes(number))).toEqual([]);
});
