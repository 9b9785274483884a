// The page of the sandbox: while it is visible, it polls the state twice a second and shows it.

import type { LiveState } from "../demo.ts";
import { createApplicationView } from "./application.ts";
import { createCarriersView } from "./carriers.ts";
import { find, setText } from "./dom.ts";
import { fromApplication, fromVonage } from "./events.ts";
import { createFaultsView } from "./faults.ts";
import { createHandsetView } from "./handset.ts";
import { type ControlAnswer, faultOf, look, NO_SANDBOX, post } from "./server.ts";
import { createStageView } from "./stage.ts";
import { createSwitchesView } from "./switches.ts";
import { createTimelineView } from "./timeline.ts";

const LOOK_EVERY_MS = 500;

const trouble = find("trouble", HTMLElement);
const application = createApplicationView(refresh);
const handset = createHandsetView(application.useCode, refresh);
const stage = createStageView(createCarriersView());
const switches = createSwitchesView(refresh);
const faults = createFaultsView(refresh);
const timeline = createTimelineView();

let life = "";
const seen = { application: 0, vonage: 0 };
let looking: Promise<void> | undefined;
/** Counts refreshes, so that an answer from before one is not shown after it. */
let turn = 0;

/** Polls again, after a change. */
async function refresh(): Promise<void> {
  turn++;
  await looking;
  await lookOnce();
}

async function lookOnce(): Promise<void> {
  const mine = turn;
  const { application: after, vonage } = seen;
  const state = await look({
    number: application.number(),
    application: String(after),
    vonage: String(vonage),
  });
  setTrouble(
    state === undefined ? NO_SANDBOX : state.error && "The Worker does not answer. Start the sandbox again.",
  );
  if (state === undefined) return;
  const isFirst = state.life !== life;
  if (isFirst) {
    // The first poll, or the server has forgotten everything. The poll above may then have skipped new exchanges.
    life = state.life;
    timeline.clear();
    handset.clear();
    stage.clear();
    const isPart = after > 0 || vonage > 0;
    if (isPart) application.clear();
    seen.application = 0;
    seen.vonage = 0;
    if (isPart) return lookOnce();
  }
  show(state, isFirst);
  if (mine === turn) application.show(state.challenge);
}

function show(state: LiveState, isFirst: boolean): void {
  seen.application = state.application.at(-1)?.seq ?? seen.application;
  seen.vonage = Math.max(seen.vonage, state.seen);
  timeline.add([...state.application.map(fromApplication), ...state.vonage.map(fromVonage)]);
  handset.show(state.handset);
  switches.show(state);
  faults.show(state.faults);
  // Events before the page was loaded are shown without motion.
  stage.show(state, !isFirst);
}

function setTrouble(text: string | undefined): void {
  trouble.hidden = text === undefined;
  setText(trouble, text ?? "");
}

async function keepLooking(): Promise<void> {
  if (document.visibilityState === "visible") {
    looking ??= lookOnce().finally(() => {
      looking = undefined;
    });
    await looking;
  }
  setTimeout(keepLooking, LOOK_EVERY_MS);
}

find("reset", HTMLButtonElement).addEventListener("click", async () => {
  setTrouble(faultOf(await post<ControlAnswer>("/sandbox/reset", {})));
  await refresh();
});

// The link leads into a closed drawer.
document.querySelector(".skip")?.addEventListener("click", () => {
  find("log", HTMLDetailsElement).open = true;
});

keepLooking();
