import * as v from "valibot";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { findFaults, listFaults, objectOf, oneOf } from "../../src/shared/validation.ts";
import {
  applyScenario,
  CARRIER_SCENARIOS,
  type CarrierScenario,
  toCarrierSettings,
} from "./carrier-scenarios.ts";
import { CARRIERS, ROUTER } from "./demonstration/world.ts";
import { REPORT_PACES, type ReportGate, type ReportPace } from "./report-gate.ts";

/** The switches of the page. */
export interface SwitchSettings {
  readonly carriers: CarrierScenario;
  readonly reports: ReportPace;
}

export interface Switches {
  settings(): SwitchSettings;
  /** Changes the switches that the input names. Returns what is wrong with the input. */
  set(input: unknown): Promise<string | undefined>;
  /** Returns to the initial state, after the sandbox has done so. */
  forget(): void;
}

const schema = objectOf({
  carriers: v.optional(oneOf(CARRIER_SCENARIOS)),
  reports: v.optional(oneOf(REPORT_PACES)),
});

export function createSwitches(sandbox: Sandbox, gate: ReportGate): Switches {
  let scenario: CarrierScenario = "as-shown";
  let seed: number = ROUTER.seed;
  return {
    settings: () => ({ carriers: scenario, reports: gate.pace() }),
    set: async (input) => {
      const { output, faults = [] } = findFaults(schema, input);
      if (output === undefined) return listFaults(faults);
      if (output.reports !== undefined && output.reports !== gate.pace()) {
        await gate.setPace(output.reports);
        // The router forgets. Otherwise it would stay with a carrier that it came to know under the pace before.
        seed++;
      }
      scenario = output.carriers ?? scenario;
      sandbox.carriers(applyScenario(scenario, CARRIERS), { seed });
      sandbox.carrier(toCarrierSettings(scenario));
      return undefined;
    },
    forget: () => {
      scenario = "as-shown";
      seed = ROUTER.seed;
    },
  };
}
