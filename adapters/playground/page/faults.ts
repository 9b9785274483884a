// The drawer of faults.

import type { SandboxFault } from "../../../src/sandbox/index.ts";
import { createOneAtATime, find, make, say, setText } from "./dom.ts";
import { type ControlAnswer, faultOf, post } from "./server.ts";

export interface FaultsView {
  show(faults: readonly SandboxFault[]): void;
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

export function createFaultsView(changed: () => Promise<void>): FaultsView {
  const form = find("fault-form", HTMLFormElement);
  const kind = find("fault", HTMLSelectElement);
  const times = find("times", HTMLInputElement);
  const result = find("faults-result", HTMLElement);
  const oneAtATime = createOneAtATime();

  for (const [index, [label]] of FAULTS.entries()) {
    const option = make("option", "", label);
    option.value = String(index);
    kind.append(option);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [, fault] = FAULTS[Number(kind.value)] ?? [];
    oneAtATime(form, async () => {
      say(result, "");
      const refusal = faultOf(
        await post<ControlAnswer>("/sandbox/faults", { ...fault, times: Number(times.value) }),
      );
      say(result, refusal ?? "The next requests will fail.", refusal === undefined ? "plain" : "bad");
      await changed();
    });
  });

  return {
    show: (faults) => {
      const count = faults.reduce((sum, { times = 1 }) => sum + times, 0);
      setText(
        find("faults", HTMLElement),
        count === 0
          ? "Make Vonage fail, and see what the Worker does."
          : `Requests that will fail: ${count}.`,
      );
      // The note is about faults that are still to come.
      if (count === 0 && result.dataset.tone !== "bad") setText(result, "");
    },
  };
}
