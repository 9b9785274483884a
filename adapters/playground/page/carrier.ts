// The panel of carriers and faults.

import type { CarrierSettings, SandboxFault } from "../../../src/sandbox/index.ts";
import { createOneAtATime, find, make, say, setText } from "./dom.ts";
import { type ControlAnswer, faultOf, post } from "./server.ts";

export interface CarrierView {
  show(carrier: CarrierSettings, faults: readonly SandboxFault[]): void;
}

/** The faults to choose from. */
const FAULTS: readonly (readonly [label: string, fault: SandboxFault])[] = [
  ["Conversion API: 503", { path: "conversions", status: 503 }],
  ["Conversion API: recorded, but the answer is lost", { path: "conversions", drop: true, recorded: true }],
  ["Conversion API: 402, not enabled", { path: "conversions", status: 402 }],
  ["SMS API: internal error (5)", { path: "sms", smsStatus: "5" }],
  ["SMS API: throttled (1)", { path: "sms", smsStatus: "1" }],
  ["SMS API: sent, but the answer is lost", { path: "sms", drop: true, recorded: true }],
  ["Voice API: 503", { path: "calls", status: 503 }],
];

export function createCarrierView(changed: () => Promise<void>): CarrierView {
  const carrierForm = find("carrier-form", HTMLFormElement);
  const faultForm = find("fault-form", HTMLFormElement);
  const kind = find("fault", HTMLSelectElement);
  const receipts = find("receipts", HTMLSelectElement);
  const delay = find("delay", HTMLInputElement);
  const times = find("times", HTMLInputElement);
  const result = find("weather-result", HTMLElement);
  const delivers = carrierForm.elements.namedItem("delivers") as HTMLInputElement;
  const oneAtATime = createOneAtATime();
  let last = "{}";

  for (const [index, [label]] of FAULTS.entries()) {
    const option = make("option", "", label);
    option.value = String(index);
    kind.append(option);
  }

  async function set(path: string, body: object, done: string): Promise<void> {
    say(result, "");
    const fault = faultOf(await post<ControlAnswer>(path, body));
    say(result, fault ?? done, fault === undefined ? "plain" : "bad");
    await changed();
  }

  carrierForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const settings = {
      delivers: delivers.checked,
      receipts: receipts.value,
      deliveryDelay: Math.round(Number(delay.value) * 1000),
    };
    oneAtATime(carrierForm, () => set("/sandbox/carrier", settings, "Set for later messages."));
  });

  faultForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const [, fault] = FAULTS[Number(kind.value)] ?? [];
    const settings = { ...fault, times: Number(times.value) };
    oneAtATime(faultForm, () => set("/sandbox/faults", settings, "The next requests will fail."));
  });

  return {
    show: (carrier, faults) => {
      const count = faults.reduce((sum, { times = 1 }) => sum + times, 0);
      setText(
        find("faults", HTMLElement),
        count === 0 ? "No faults are pending." : `Requests that will fail: ${count}.`,
      );
      // Another page may have changed the settings. Without such a change, keep what is being typed here.
      const now = JSON.stringify(carrier);
      if (now === last) return;
      last = now;
      delivers.checked = carrier.delivers ?? true;
      receipts.value = carrier.receipts ?? "honest";
      delay.value = String((carrier.deliveryDelay ?? 0) / 1000);
    },
  };
}
