// An operator watches the set-up of a workflow: first nothing comes, then the first webhook verifies.

import { afterAll, beforeAll, expect, it } from "vitest";
import { ADMIN_KEY } from "../../support/local-stack.ts";
import { aNumber, startTwoFactorStack, type TwoFactorStack } from "../../support/two-factor-stack.ts";
import { untilEqual } from "../../support/until.ts";

let stack: TwoFactorStack;
beforeAll(async () => {
  stack = await startTwoFactorStack({ TWO_FACTOR_COUNTRIES: "GB" });
});
afterAll(() => stack?.stop());

const health = async () => (await fetch(`${stack.worker.url}/health`)).json();
const doctor = async () => {
  const headers = { authorization: `Bearer ${ADMIN_KEY.key}` };
  const response = await fetch(`${stack.worker.url}/doctor`, { method: "POST", headers });
  expect(response.status).toBe(200);
  return (await response.json()).twoFactor;
};

it("a secret that no webhook has verified with is named, until one has", async () => {
  const named = {
    name: "WEBHOOK_SIGNATURE_SECRET",
    detail: expect.stringMatching(/no webhook has ever been verified/),
  };
  expect(await health()).toMatchObject({ status: "ok", notes: [named] });
  expect(await doctor()).toMatchObject({
    sms: { fault: null },
    voice: { fault: null },
    countries: ["GB"],
    webhooks: { trust: "signed", seen: [] },
    notes: [named],
  });

  await stack.client.start({ to: `+${aNumber()}`, channel: "sms" });
  await untilEqual(async () => (await doctor()).notes, []);
  const { webhooks } = await doctor();
  expect(webhooks.seen).toContainEqual(
    expect.objectContaining({ webhook: "delivery-receipt", outcome: "verified" }),
  );
});
