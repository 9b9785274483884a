// The sandbox as the suite looks into it: over HTTP, from the runtime itself.

import type {
  HandsetCall,
  HandsetMessage,
  RecordedReport,
  SandboxExchange,
  SandboxFault,
} from "vonage-conversion/sandbox";
import { eventually } from "./behaviour.ts";
import { stage } from "./stage.ts";

/** The faults of the requests to come, in their order. */
export async function fail(...faults: readonly SandboxFault[]): Promise<void> {
  for (const fault of faults) await post("/sandbox/faults", fault);
}

/** Forgets everything, so that no behaviour meets with another's faults. */
export const reset = () => post("/sandbox/reset", {});

/** What was recorded of a message, oldest first. */
export async function reportsOf(messageId: string): Promise<RecordedReport[]> {
  const { reports } = await get<{ reports: RecordedReport[] }>("/sandbox/reports");
  return reports.filter((one) => one.messageId === messageId);
}

/** Every request that Vonage's side saw since the last reset, oldest first, those that ended without an answer included. */
export async function requests(): Promise<SandboxExchange[]> {
  const { exchanges } = await get<{ exchanges: SandboxExchange[] }>("/sandbox/exchanges");
  return exchanges.filter(({ from }) => from === "client");
}

/** The statuses of all requests so far; 0: the connection ended before an answer. */
export const statuses = async () => (await requests()).map(({ status }) => status);

/** Waits until Vonage's side has noticed that the connection of a request was given up. */
export const untilGivenUp = () =>
  eventually(
    async () => (await requests()).find(({ status }) => status === 0),
    "the end of the connection, seen from the other side",
  );

/** What is on a user's telephone. */
export const handset = (number: string) =>
  get<{ messages: HandsetMessage[]; calls: HandsetCall[] }>(`/sandbox/handset?number=${number}`);

async function get<T>(path: string): Promise<T> {
  const response = await fetch(stage.vonage + path);
  if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
  return response.json();
}

async function post(path: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(stage.vonage + path, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text}`);
}
