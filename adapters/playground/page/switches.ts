// The switches below the stage, and the button for the traffic of many users.

import type { LiveState } from "../demo.ts";
import { createOneAtATime, find, say, setText } from "./dom.ts";
import { formatDuration } from "./messages.ts";
import { type ControlAnswer, faultOf, post } from "./server.ts";

export interface SwitchesView {
  show(state: Pick<LiveState, "switches" | "held" | "demonstration">): void;
}

type Settings = LiveState["switches"];

/** The effect of each pace, at the speed of the sandbox. */
const PACES: Readonly<Record<Settings["reports"], string>> = {
  "at-once": "Vonage looks at the last 15 minutes every 5. This model of it is 30 times as fast.",
  late: "10 minutes are 20 seconds here. Then most reports are too old to count.",
  batched: "An hour is 2 minutes here. Most reports of a batch are too old to count.",
  never: "Vonage has only receipts, and prefers a carrier whose receipts lie.",
};

export function createSwitchesView(changed: () => Promise<void>): SwitchesView {
  const paces = [...document.querySelectorAll<HTMLInputElement>("input[name=reports]")];
  const scenario = find("scenario", HTMLSelectElement);
  const result = find("switches-result", HTMLElement);
  const run = find("run", HTMLButtonElement);
  const link = find("console", HTMLAnchorElement);
  const oneAtATime = createOneAtATime();
  let isRunning = false;
  let last = "";
  let failure: string | undefined;

  async function set(path: string, body: object): Promise<void> {
    failure = faultOf(await post<ControlAnswer>(path, body));
    await changed();
  }

  for (const pace of paces) {
    pace.addEventListener("change", () => set("/app/switches", { reports: pace.value }));
  }
  scenario.addEventListener("change", () => set("/app/switches", { carriers: scenario.value }));
  run.addEventListener("click", () =>
    oneAtATime(run, () => set(`/app/demonstration/${isRunning ? "stop" : "start"}`, {})),
  );

  return {
    show: ({ switches, held, demonstration }) => {
      isRunning = demonstration?.isRunning === true;
      run.hidden = demonstration === null;
      run.ariaPressed = String(isRunning);
      setText(run, isRunning ? "Stop traffic" : "Start traffic");
      link.hidden = demonstration === null;
      if (demonstration !== null && link.href !== demonstration.console) link.href = demonstration.console;

      const now = JSON.stringify(switches);
      if (now !== last) {
        last = now;
        for (const pace of paces) pace.checked = pace.value === switches.reports;
        scenario.value = switches.carriers;
      }
      const waiting =
        held.nextIn === null
          ? ""
          : ` ${countReports(held.count)} held; the next goes in ${formatDuration(held.nextIn)}.`;
      const text = failure ?? PACES[switches.reports] + waiting;
      if (result.textContent !== text) say(result, text, failure === undefined ? "plain" : "bad");
    },
  };
}

const countReports = (count: number) => (count === 1 ? "1 report is" : `${count} reports are`);
