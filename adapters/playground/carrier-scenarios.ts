import type { CarrierSettings, SandboxCarrier } from "../../src/sandbox/index.ts";

/** The fate of texts and calls on the page. */
export const CARRIER_SCENARIOS = ["as-shown", "deliver", "lose", "lose-silently", "lie"] as const;
export type CarrierScenario = (typeof CARRIER_SCENARIOS)[number];

/** The scenario's changes to each carrier. */
const CHANGES: Readonly<Record<CarrierScenario, Pick<SandboxCarrier, "delivered" | "receipts">>> = {
  "as-shown": {},
  deliver: { delivered: 1, receipts: "honest" },
  lose: { delivered: 0, receipts: "honest" },
  "lose-silently": { delivered: 0, receipts: "missing" },
  lie: { delivered: 0, receipts: "delivered" },
};

/** Applies a scenario to carriers. */
export function applyScenario(
  scenario: CarrierScenario,
  carriers: readonly SandboxCarrier[],
): readonly SandboxCarrier[] {
  return carriers.map((one) => ({ ...one, ...CHANGES[scenario] }));
}

/** Applies it to calls, and to networks that have no carriers of their own. */
export function toCarrierSettings(scenario: CarrierScenario): CarrierSettings {
  const { delivered = 1, ...receipts } = CHANGES[scenario];
  return { delivers: delivered > 0, ...receipts };
}
