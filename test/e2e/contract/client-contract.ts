import { beforeEach, describe, expect, it } from "vitest";
import type { ConversionClient, ConversionErrorCode, RetryOptions } from "../../../src/index.ts";
import type { RecordedReport, SandboxFault } from "../../../src/sandbox/index.ts";
import { eventually } from "../../support/eventually.ts";

/** One way from a client to the sandbox. */
export interface Road {
  /** A client for this message; tokens are for one message only. */
  client(message: { messageId: string; channel: "sms" | "voice" }): Promise<ConversionClient>;
  /** A client with unknown credentials. */
  stranger(message: { messageId: string; channel: "sms" | "voice" }): Promise<ConversionClient>;
  reports(): Promise<readonly RecordedReport[]>;
  fail(fault: SandboxFault): void | Promise<void>;
  reset(): void | Promise<void>;
  /** The codes for these answers of Vonage. The Worker turns the operator's faults into 502. */
  readonly codes: { readonly notEnabled: ConversionErrorCode; readonly redirected: ConversionErrorCode };
  /** Makes the ledger repeat a report now. Absent if there is no ledger. */
  readonly retry?: (channel: "sms" | "voice", messageId: string) => Promise<void>;
}

/** Short delays, to keep the suite fast. */
export const RETRY: RetryOptions = { attempts: 3, baseDelay: 1, maxDelay: 1000 };

const IDS = [
  "0A0000000123ABCD1",
  "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
  "a b&c=d+e%f;g#h?",
  "ключ-鍵-🔑-é",
  "'\"<>\\/",
];

/** Numbers the messages: a ledger remembers, so each test needs new ones. */
let messages = 0;

/** The contract of every way from a client to Vonage. */
export function describeClientContract(name: string, open: () => Promise<Road>) {
  describe(`a report by ${name}`, () => {
    let road: Road;
    beforeEach(async () => {
      road ??= await open();
      await road.reset();
    });

    const fresh = (messageId: string) => (road.retry ? `${++messages} ${messageId}` : messageId);
    /** A ledger may still send what an earlier test gave up: those are left out. */
    const reports = async () => {
      const all = await road.reports();
      return road.retry ? all.filter(({ messageId }) => messageId.startsWith(`${messages} `)) : all;
    };
    const recordedOnce = async (id: string) =>
      expect((await reports()).filter(({ messageId }) => messageId === id)).toHaveLength(1);
    const arrived = (id: string) => (road.retry ? eventually(() => recordedOnce(id)) : recordedOnce(id));
    /** The ledger accepts the report while Vonage fails, and sends it afterwards. */
    const arrivesLater = async (client: ConversionClient, messageId: string) => {
      const result = await client.sms({ messageId, delivered: true });
      expect(result).toEqual({ status: "accepted", attempts: 1 });
      expect(await reports()).toEqual([]);
      await road.reset();
      await road.retry?.("sms", messageId);
      await arrived(messageId);
    };

    it.each(IDS)("arrives with its id unaltered: %s", async (id) => {
      const messageId = fresh(id);
      const client = await road.client({ messageId, channel: "sms" });
      expect(await client.sms({ messageId, delivered: true })).toEqual({ status: "recorded", attempts: 1 });
      expect((await reports()).map((one) => one.messageId)).toEqual([messageId]);
    });

    it.each([
      ["sms", true],
      ["sms", false],
      ["voice", true],
      ["voice", false],
    ] as const)(
      "arrives on the channel and with the outcome it was made for: %s %s",
      async (channel, delivered) => {
        const messageId = fresh("m-1");
        const client = await road.client({ messageId, channel });
        await client[channel]({ messageId, delivered });
        expect(await reports()).toMatchObject([{ channel, delivered, messageId, apiKey: "2fa00001" }]);
      },
    );

    it.each([
      ["a Date", new Date("2026-03-04T05:06:07.890Z"), "2026-03-04 05:06:07"],
      ["epoch milliseconds", Date.UTC(2026, 2, 4, 5, 6, 7), "2026-03-04 05:06:07"],
      ["ISO 8601 with an offset", "2026-03-04T00:06:07-05:00", "2026-03-04 05:06:07"],
    ])("says when the user acted, in UTC, from %s", async (_, timestamp, expected) => {
      const messageId = fresh("m-2");
      const client = await road.client({ messageId, channel: "sms" });
      await client.sms({ messageId, delivered: true, timestamp });
      expect((await reports())[0]?.timestamp).toBe(expected);
    });

    it("says now where no time is given", async () => {
      const messageId = fresh("m-3");
      const client = await road.client({ messageId, channel: "sms" });
      const before = Math.floor(Date.now() / 1000) * 1000;
      await client.sms({ messageId, delivered: true });
      const [report] = await reports();
      const instant = Date.parse(`${report?.timestamp.replace(" ", "T")}Z`);
      expect(instant).toBeGreaterThanOrEqual(before);
      expect(instant).toBeLessThanOrEqual(Date.now());
    });

    it.each<[string, SandboxFault]>([
      ["503", { status: 503 }],
      ["429 with Retry-After", { status: 429, retryAfter: "0" }],
      ["a dropped connection", { drop: true }],
      ["an HTML page from some gateway", { status: 502, body: "<html>Bad Gateway</html>" }],
    ])("gets through in spite of %s, and is recorded once", async (_, fault) => {
      await road.fail(fault);
      const messageId = fresh("m-4");
      const client = await road.client({ messageId, channel: "voice" });
      const { status } = await client.voice({ messageId, delivered: true });
      expect(status).toBe(road.retry ? "accepted" : "recorded");
      await arrived(messageId);
    });

    it("is refused as unauthorized without good credentials, and nothing is recorded", async () => {
      const messageId = fresh("m-5");
      const stranger = await road.stranger({ messageId, channel: "sms" });
      const refusal = expect.objectContaining({ code: "unauthorized", retryable: false, attempts: 1 });
      await expect(stranger.sms({ messageId, delivered: true })).rejects.toEqual(refusal);
      expect(await reports()).toEqual([]);
    });

    it.each([420, 422, 423])("is refused as rejected on %i, at the first attempt", async (status) => {
      await road.fail({ status, times: 100 });
      const messageId = fresh("m-6");
      const client = await road.client({ messageId, channel: "sms" });
      const refusal = expect.objectContaining({ code: "rejected", retryable: false, attempts: 1 });
      await expect(client.sms({ messageId, delivered: true })).rejects.toEqual(refusal);
    });

    it("fails, or waits, where the account is not enabled", async () => {
      await road.fail({ status: 402, body: "<html>Bad Account Credentials</html>", times: 100 });
      const messageId = fresh("m-7");
      const client = await road.client({ messageId, channel: "sms" });
      if (road.retry) return arrivesLater(client, messageId);
      const failure = expect.objectContaining({ code: road.codes.notEnabled });
      await expect(client.sms({ messageId, delivered: true })).rejects.toEqual(failure);
    });

    it("never follows a redirect", async () => {
      await road.fail({ status: 307, location: "/conversions/sms", times: 3 });
      const messageId = fresh("m-8");
      const client = await road.client({ messageId, channel: "sms" });
      if (road.retry) return arrivesLater(client, messageId);
      const failure = expect.objectContaining({ code: road.codes.redirected });
      await expect(client.sms({ messageId, delivered: true })).rejects.toEqual(failure);
      expect(await reports()).toEqual([]);
    });

    it("gives up as unavailable when nothing helps, and can be made again later", async () => {
      await road.fail({ status: 503, times: 6 });
      const messageId = fresh("m-9");
      const client = await road.client({ messageId, channel: "sms" });
      if (road.retry) return arrivesLater(client, messageId);
      const failure = expect.objectContaining({ code: "unavailable", retryable: true, attempts: 3 });
      await expect(client.sms({ messageId, delivered: true })).rejects.toEqual(failure);
      await road.reset();
      expect((await client.sms({ messageId, delivered: true })).status).toBe("recorded");
    });

    it("is not sent at all when it is invalid", async () => {
      const messageId = fresh("m-10");
      const client = await road.client({ messageId, channel: "sms" });
      const invalid = { messageId, delivered: "yes" as unknown as boolean };
      await expect(client.sms(invalid)).rejects.toMatchObject({ code: "invalid_report", attempts: 0 });
      expect(await reports()).toEqual([]);
    });

    it("stops when its signal does", async () => {
      await road.fail({ latency: 2000 });
      const messageId = fresh("m-11");
      const client = await road.client({ messageId, channel: "sms" });
      const signal = AbortSignal.timeout(50);
      const aborted = expect.objectContaining({ code: "aborted", retryable: false });
      await expect(client.sms({ messageId, delivered: true }, { signal })).rejects.toEqual(aborted);
    });
  });
}
