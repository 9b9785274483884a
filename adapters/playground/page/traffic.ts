// The button that sends the demonstration's traffic, and how it goes.

import type { LiveState } from "../demo.ts";
import { createOneAtATime, find, say, setText } from "./dom.ts";
import { type ControlAnswer, faultOf, post } from "./server.ts";

export interface TrafficView {
  show(demonstration: LiveState["demonstration"]): void;
}

/** @param changed Called after the traffic was started or stopped. */
export function createTrafficView(changed: () => Promise<void>): TrafficView {
  const area = find("traffic", HTMLElement);
  const button = find("traffic-button", HTMLButtonElement);
  const progress = find("traffic-progress", HTMLElement);
  const result = find("traffic-result", HTMLElement);
  const link = find("console-link", HTMLAnchorElement);
  const oneAtATime = createOneAtATime();
  let isRunning = false;

  button.addEventListener("click", () =>
    oneAtATime(button, async () => {
      const path = `/app/demonstration/${isRunning ? "stop" : "start"}`;
      const fault = faultOf(await post<ControlAnswer>(path, {}));
      const done = isRunning ? "Stopped." : "Sending four sign-ins a second for five minutes.";
      say(result, fault ?? done, fault === undefined ? "plain" : "bad");
      await changed();
    }),
  );

  return {
    show: (demonstration) => {
      area.hidden = demonstration === null;
      if (demonstration === null) return;
      const { started, signedIn, givenUp } = demonstration;
      isRunning = demonstration.isRunning;
      setText(button, isRunning ? "Stop the traffic" : "Send traffic");
      setText(
        progress,
        started === 0 ? "" : `${started} sign-ins: ${signedIn} completed, ${givenUp} without the code.`,
      );
      if (link.href !== demonstration.console) link.href = demonstration.console;
    },
  };
}
