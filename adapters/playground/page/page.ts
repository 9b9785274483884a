// The page of `npm start`: while it is visible, it polls the state twice a second and shows it.

import { createApplicationView } from "./application.ts";
import { createCarrierView } from "./carrier.ts";
import { find, setText } from "./dom.ts";
import { fromApplication, fromVonage } from "./events.ts";
import { createHandsetView } from "./handset.ts";
import { type ControlAnswer, faultOf, look, NO_SANDBOX, post } from "./server.ts";
import { createTimelineView } from "./timeline.ts";
import { createTrafficView } from "./traffic.ts";

const LOOK_EVERY_MS = 500;

const trouble = find("trouble", HTMLElement);
const application = createApplicationView(refresh);
const handset = createHandsetView(application.useCode, refresh);
const carrier = createCarrierView(refresh);
const timeline = createTimelineView();
const traffic = createTrafficView(refresh);

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
    state === undefined
      ? NO_SANDBOX
      : state.error && "The Worker does not answer. Start it again with npm start.",
  );
  if (state === undefined) return;
  if (state.life !== life) {
    // The first poll, or the server has forgotten everything. The poll above may then have skipped new exchanges.
    life = state.life;
    timeline.clear();
    handset.clear();
    const isPart = after > 0 || vonage > 0;
    if (isPart) application.clear();
    seen.application = 0;
    seen.vonage = 0;
    if (isPart) return lookOnce();
  }
  seen.application = state.application.at(-1)?.seq ?? seen.application;
  seen.vonage = state.vonage.at(-1)?.seq ?? seen.vonage;
  timeline.add([...state.application.map(fromApplication), ...state.vonage.map(fromVonage)]);
  handset.show(state.handset);
  carrier.show(state.carrier, state.faults);
  traffic.show(state.demonstration);
  if (mine === turn) application.show(state.challenge);
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

keepLooking();
