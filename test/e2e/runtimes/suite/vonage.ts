// Inspects the sandbox over HTTP, from the runtime itself.

import type {
  HandsetCall,
  HandsetMessage,
  RecordedReport,
  SandboxExchange,
  SandboxFault,
} from "vonage-conversion/sandbox";
import { eventually } from "./behaviour.ts";
import { stage } from "./stage.ts";

/** Sets the faults of the next requests, in this order. */
export async function fail(...faults: readonly SandboxFault[]): Promise<void> {
  for (const fault of faults) await post("/sandbox/faults", fault);
}

/** Resets the sandbox, so that behaviours do not meet each other's faults. */
export const reset = () => post("/sandbox/reset", {});

/** The recorded reports of a message, oldest first. */
export async function reportsOf(messageId: string): Promise<RecordedReport[]> {
  const { reports } = await get<{ reports: RecordedReport[] }>("/sandbox/reports");
  return reports.filter((one) => one.messageId === messageId);
}

/** Every request that Vonage's side saw since the last reset, oldest first. Includes those without an answer. */
export async function requests(): Promise<SandboxExchange[]> {
  const { exchanges } = await get<{ exchanges: SandboxExchange[] }>("/sandbox/exchanges");
  return exchanges.filter(({ from }) => from === "client");
}

/** The statuses of all requests so far. 0 means that the connection ended before an answer. */
export const statuses = async () => (await requests()).map(({ status }) => status);

/** Waits until Vonage's side has noticed that the client closed a connection. */
export const untilGivenUp = () =>
  eventually(
    async () => (await requests()).find(({ status }) => status === 0),
    "the end of the connection, seen from the other side",
  );

/** The messages on a user's phone. */
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
