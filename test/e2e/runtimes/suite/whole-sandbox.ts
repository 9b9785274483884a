// The sandbox with the workflow: Vonage and the Worker in the process of the test.

import { createSandbox } from "vonage-conversion/sandbox";
import { createTwoFactorClient } from "vonage-conversion/two-factor";
import { demandEqual, demandFields, errorOf, toBehaviours } from "./behaviour.ts";

const PHONE = "+447400123456";

export const wholeSandbox = toBehaviours({
  "the sandbox with the workflow signs a user in, and turns its own clock": async () => {
    const sandbox = createSandbox({ twoFactor: true });
    const { endpoint, key, fetch } = sandbox;
    const client = createTwoFactorClient({ endpoint, key, fetch });
    const outcomes = () => sandbox.reports().map(({ channel, delivered }) => `${channel} ${delivered}`);

    const text = await client.start({ to: PHONE, channel: "sms" });
    const code = sandbox.handset(PHONE).code();
    demandEqual(await client.check(text.id, code), { verified: true }, "of the code in a text");
    await client.start({ to: PHONE, channel: "voice" });
    await sandbox.advance(15 * 60_000);
    demandEqual(outcomes(), ["sms true", "voice false"], "reports");

    const before = sandbox.now();
    sandbox.fail({ path: "sms", hang: true });
    const error = await errorOf(() => client.start({ to: PHONE, channel: "sms" }));
    demandFields(error, { name: "TwoFactorError", code: "send_uncertain" });
    demandEqual(sandbox.now() - before, 4000, "milliseconds of the sandbox's clock");
  },
});
