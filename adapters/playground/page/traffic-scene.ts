// The story of the many users, told from the figures of the route. A pure function.

import type { LiveState } from "../demo.ts";
import type { Message } from "./followed-message.ts";
import type { Scene } from "./scene.ts";

/** After this time, the story of the many users goes on. */
const AFTERMATH_MS = 15_000;

/** Tells the scene of the many users, once the visitor's own story is over. */
export function tellTraffic(
  message: Message | undefined,
  {
    challenge,
    demonstration,
    route,
    switches,
  }: Pick<LiveState, "challenge" | "demonstration" | "route" | "switches">,
  now: number,
): Scene | undefined {
  if (demonstration?.isRunning !== true || route === null || challenge?.state === "pending") return undefined;
  if (message !== undefined && now - message.sentAt < AFTERMATH_MS) return undefined;
  const hears = switches.reports === "at-once";
  const knows = hears
    ? "learns from reports"
    : switches.reports === "never"
      ? "hears no reports"
      : "hears too late";
  const rest = {
    moment: "traffic",
    knows,
    worker: hears ? "Reports each outcome." : "Its reports are held back.",
  } as const;
  const preferred = route.carriers.find(({ name }) => name === route.preferred);
  if (preferred === undefined) {
    return {
      ...{ ...rest, tone: "plain", title: "Many users sign in. Which carrier delivers?" },
      text: "Vonage begins with equal shares, and moves traffic at each review.",
    };
  }
  const { name, share, truth } = preferred;
  const percent = (part: number) => `${Math.round(part * 100)} %`;
  if (route.carriers.some((one) => one.truth.delivered > truth.delivered + 0.1)) {
    return {
      ...{
        ...rest,
        tone: "bad",
        title: `${name} gets ${percent(share)} of the texts, and loses ${percent(1 - truth.delivered)} of them.`,
      },
      text: hears
        ? "Vonage believes the receipts. Reports that nobody received a text are coming in."
        : "Vonage believes receipts, since reports come too late or not at all.",
    };
  }
  return {
    ...{ ...rest, tone: "good", title: `${name} delivers, and gets ${percent(share)} of the texts.` },
    text: hears
      ? "Reports have shown Vonage which carrier delivers."
      : "That is luck: Vonage has little but receipts to go by.",
  };
}
