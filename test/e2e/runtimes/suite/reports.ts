// Successful reports by every mode, and what arrives of them.

import type { Credentials } from "vonage-conversion";
import { mintReportToken, verifyReportToken } from "vonage-conversion/token";
import { demand, demandEqual, demandFields, errorOf, toBehaviours } from "./behaviour.ts";
import { anId, byKey, byToken, direct, signatureSecret, twoFactor } from "./clients.ts";
import { stage } from "./stage.ts";
import { reportsOf, statuses } from "./vonage.ts";

const METHODS = ["md5hash", "md5", "sha1", "sha256", "sha512"] as const;
const RECORDED = { status: "recorded", attempts: 1 };

async function isRecorded(credentials: Credentials, authentication: string): Promise<void> {
  const messageId = anId();
  demandEqual(await direct(credentials).sms({ messageId, delivered: true }), RECORDED, "the result");
  const [report, ...more] = await reportsOf(messageId);
  demandFields(report, { delivered: true, channel: "sms", apiKey: twoFactor.apiKey, authentication });
  demandEqual(more, [], "recorded beside");
}

export const reports = [
  ...toBehaviours({
    "a report with a Basic header is recorded": () => isRecorded(twoFactor, "basic"),
    "a report with credentials in the query is recorded": () =>
      isRecorded({ ...twoFactor, via: "query" }, "query"),
  }),
  ...METHODS.map((signatureMethod) => ({
    name: `a report signed by ${signatureMethod} is recorded`,
    holds: () => isRecorded({ apiKey: twoFactor.apiKey, signatureSecret, signatureMethod }, "signature"),
  })),
  ...toBehaviours({
    "a report with a proxy key passes the Worker": async () => {
      const messageId = anId();
      const result = await byKey().voice({ messageId, delivered: false });
      demandEqual(result, RECORDED, "the result");
      demandFields((await reportsOf(messageId))[0], { channel: "voice", delivered: false });
    },

    "a report with a token minted here passes the Worker": async () => {
      const messageId = anId();
      const token = await mintReportToken({ messageId, channel: "sms" }, { secret: stage.tokenSecret });
      demandEqual(await byToken(token).sms({ messageId, delivered: true }), RECORDED, "the result");
      demandFields((await reportsOf(messageId))[0], { channel: "sms", delivered: true });
    },

    "a token minted here verifies here, with its own secret only": async () => {
      const message = { messageId: anId(), channel: "voice", traffic: "other" } as const;
      const token = await mintReportToken(message, { secret: stage.tokenSecret, expiresIn: 600 });
      const verified = await verifyReportToken(token, { secrets: [stage.tokenSecret] });
      demandFields(verified, { ...message, kid: stage.tokenSecret.kid });
      demand(Math.abs(verified.expiresAt - Date.now() - 600_000) < 5000, "it ends at another time");
      const secrets = [{ ...stage.tokenSecret, secret: "another-secret-0123456789-0123456789" }];
      const error = await errorOf(() => verifyReportToken(token, { secrets }));
      demandFields(error, { name: "ConversionError", code: "unauthorized" });
    },

    "a message id of any script and punctuation arrives unaltered": async () => {
      const messageId = `ключ-鍵-🔑 &=+%;#?'"<>\\/${anId()}`;
      for (const client of [direct(), direct({ ...twoFactor, via: "query" }), byKey()]) {
        await client.sms({ messageId, delivered: true });
      }
      demandEqual((await reportsOf(messageId)).length, 3, "the number of reports");
    },

    "a timestamp with an offset arrives in UTC": async () => {
      const messageId = anId();
      await direct().sms({ messageId, delivered: true, timestamp: "2026-03-04T00:06:07-05:00" });
      demandFields((await reportsOf(messageId))[0], { timestamp: "2026-03-04 05:06:07" });
    },

    "a repeated report is a duplicate, and the opposite one a conflict": async () => {
      const messageId = anId();
      const client = byKey();
      await client.sms({ messageId, delivered: true });
      const again = await client.sms({ messageId, delivered: true });
      demandEqual(again, { status: "duplicate", attempts: 1 }, "the result");
      const error = await errorOf(() => client.sms({ messageId, delivered: false }));
      demandFields(error, { code: "conflict", status: 409, retryable: false });
      demandEqual((await reportsOf(messageId)).length, 1, "the number of reports");
    },

    "an invalid report or option is named, and nothing is sent": async () => {
      const report = { messageId: "\u0000", delivered: "yes", timestamp: 1 };
      const invalid = await errorOf(() => direct().sms(report as never));
      demandFields(invalid, { code: "invalid_report", attempts: 0, retryable: false });
      for (const name of Object.keys(report)) {
        demand(String(invalid).includes(`${name} must be`), `${invalid} does not name ${name}`);
      }
      const options = await errorOf(() => direct(twoFactor, { timeout: -1, retry: "often" as never }));
      demandFields(options, { code: "invalid_options", attempts: 0 });
      demand(/timeout must be .*retry must be /.test(String(options)), `${options} does not name both`);
      demandEqual(await statuses(), [], "requests");
    },
  }),
];
