// Signatures as the Standard Webhooks specification and its published library have them.

import { Webhook } from "standardwebhooks";
import { expect, it } from "vitest";
import { readWebhookSecret, signWebhook } from "../../../../adapters/cloudflare/insight/webhook-signature.ts";

const secretOf = (bytes: number) => `whsec_${btoa("s".repeat(bytes))}`;
const NEW = secretOf(32);
const OLD = `whsec_${btoa("an old secret of more than 24 bytes")}`;
const BODY = '{"type":"insight.alarm.raised","data":{"summary":"Conversion fell – 34 %"}}';

it("the published library verifies what is signed, by the new secret and by the old one", async () => {
  const headers = await signWebhook([NEW, OLD], "drop:2fa/sms/GB/23410:1764093600:raised", Date.now(), BODY);
  for (const secret of [NEW, OLD]) {
    expect(new Webhook(secret).verify(BODY, { ...headers })).toEqual(JSON.parse(BODY));
  }
  expect(() => new Webhook(secretOf(33)).verify(BODY, { ...headers })).toThrow();
  expect(() => new Webhook(NEW).verify(`${BODY} `, { ...headers })).toThrow();
});

it("is the one that the specification's example has", async () => {
  const headers = await signWebhook(
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    1_614_265_330_000,
    '{"test": 2432232314}',
  );
  expect(headers).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

it.each([
  [secretOf(24), true],
  [secretOf(64), true],
  [secretOf(23), false],
  [secretOf(65), false],
  ["whsec_not base64 at all, but long enough", false],
  [btoa("s".repeat(32)), false],
  [undefined, false],
])("the secret %s can be read: %s", (secret, isRead) => {
  expect(readWebhookSecret(secret) !== undefined).toBe(isRead);
});
