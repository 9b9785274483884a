// Turns new exchanges into packets on the stage.

import type { SandboxExchange } from "../../../src/sandbox/exchanges.ts";
import type { ApplicationExchange } from "../application-log.ts";
import type { TrafficEvent } from "../traffic.ts";
import { find } from "./dom.ts";
import type { Flight } from "./motion.ts";

export interface Places {
  readonly application: HTMLElement;
  readonly worker: HTMLElement;
  readonly router: HTMLElement;
  readonly handset: HTMLElement;
  readonly knows: HTMLElement;
  readonly carrier: (name: string | undefined) => HTMLElement;
}

export function findPlaces(carrier: (name: string | undefined) => HTMLElement | undefined): Places {
  const router = find("router", HTMLElement);
  return {
    application: find("application", HTMLElement),
    worker: find("worker", HTMLElement),
    handset: find("handset", HTMLElement),
    knows: find("vonage-knows", HTMLElement),
    router,
    carrier: (name) => carrier(name) ?? router,
  };
}

/** The packets of an exchange between application and Worker. */
export function ofApplication({ path, method, status }: ApplicationExchange, places: Places): Flight[] {
  const { application, worker, handset } = places;
  const toWorker = (label: string): Flight => ({ from: application, to: worker, label, tone: "ask" });
  if (status === 0 || method === "GET") return [];
  if (path.endsWith("/check")) {
    const typed: Flight = { from: handset, to: application, label: "code", tone: "ask", isBelow: true };
    return status < 400 ? [typed, toWorker("code")] : [toWorker("code")];
  }
  return [toWorker(method === "DELETE" ? "cancel" : "code, please")];
}

/** The packets of an exchange between Worker and Vonage. */
export function ofVonage(
  { path, messageIds, carrier, parameters }: SandboxExchange,
  places: Places,
): Flight[] {
  const { worker, router, knows } = places;
  if (messageIds !== undefined) {
    const label = path === "/v1/calls" ? "call" : "text";
    const toRouter: Flight = { from: worker, to: router, label, tone: "text" };
    if (carrier === undefined) return [toRouter];
    return [toRouter, { from: router, to: places.carrier(carrier), label, tone: "text" }];
  }
  if (path.startsWith("/conversions/")) {
    const isTrue = parameters.delivered === "true";
    const label = isTrue ? "delivered" : "not delivered";
    return [{ from: worker, to: knows, label, tone: isTrue ? "good" : "known" }];
  }
  if (path.endsWith("/delivery-receipt")) {
    return [{ from: router, to: worker, label: `“${parameters.status}”`, tone: "claim" }];
  }
  if (path.endsWith("/inbound-sms")) return [{ from: router, to: worker, label: "reply", tone: "text" }];
  return [];
}

/** The last piece of a message's way. */
export function ofArrival(
  carrier: string | undefined,
  isCall: boolean,
  isLost: boolean,
  places: Places,
): Flight {
  const label = isLost ? "lost ✕" : isCall ? "call" : "text";
  return { from: places.carrier(carrier), to: places.handset, label, tone: isLost ? "lost" : "text", isLost };
}

/** A dot for an event of the many users' traffic. */
export function ofTraffic({ carrier, delivered }: TrafficEvent, places: Places): Flight {
  if (delivered === undefined) {
    return { from: places.router, to: places.carrier(carrier), label: "", tone: "text" };
  }
  return { from: places.worker, to: places.knows, label: "", tone: delivered ? "good" : "known" };
}
