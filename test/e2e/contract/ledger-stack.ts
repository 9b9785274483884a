// A Worker with its ledger, and the Vonage of the test's own process that it reports to.

import { callsOf, type LedgerWorker, startLedgerWorker } from "./ledger-worker.ts";
import { type ScriptedVonage, startScriptedVonage } from "./scripted-vonage.ts";

export interface LedgerStack {
  readonly vonage: ScriptedVonage;
  readonly worker: LedgerWorker;
  /** The calls of that Worker. */
  readonly calls: ReturnType<typeof callsOf>;
  stop(): Promise<void>;
}

/** Starts both; `bindings` come over a complete configuration. */
export async function startLedgerStack(bindings: Readonly<Record<string, string>>): Promise<LedgerStack> {
  const vonage = await startScriptedVonage();
  const worker = await startLedgerWorker(vonage.url, bindings);
  return {
    vonage,
    worker,
    calls: callsOf(worker),
    stop: async () => {
      await worker.stop();
      await vonage.close();
    },
  };
}
