// The stage: what moves between the actors, the sentence that tells where the story stands, and the carriers.

import type { LiveState } from "../demo.ts";
import type { CarriersView } from "./carriers.ts";
import { find, setText } from "./dom.ts";
import { findPlaces, ofApplication, ofArrival, ofTraffic, ofVonage } from "./flights.ts";
import { follow, hasArrived, type Message } from "./followed-message.ts";
import { createMotion, type Flight } from "./motion.ts";
import type { Scene } from "./scene.ts";
import { tell } from "./story.ts";
import { tellTraffic } from "./traffic-scene.ts";

export interface StageView {
  /** @param isMoving `true` if the new exchanges of the state shall be seen moving. */
  show(state: LiveState, isMoving: boolean): void;
  clear(): void;
}

export function createStageView(carriers: CarriersView): StageView {
  const scene = find("scene", HTMLElement);
  const places = findPlaces(carriers.row);
  const vonage = find("vonage", HTMLElement);
  const motion = createMotion();
  let message: Message | undefined;
  /** The message whose last piece of the way was shown. */
  let landed: Message["sentAt"] | undefined;

  new ResizeObserver(draw).observe(find("stage", HTMLElement));

  function draw(): void {
    const { application, worker, router, handset } = places;
    const shares = carriers.shares();
    // Side by side, wires lead to the parts of Vonage; below each other, to Vonage as a whole.
    const isRow = vonage.getBoundingClientRect().right <= handset.getBoundingClientRect().left;
    motion.draw([
      { from: application, to: worker, weight: 0 },
      { from: worker, to: isRow ? router : vonage, weight: 0.5 },
      ...shares.map(({ row, share }) => ({ from: router, to: row, weight: share })),
      ...(isRow && shares.length > 0
        ? shares.map(({ row, share }) => ({ from: row, to: handset, weight: share }))
        : [{ from: vonage, to: handset, weight: 0.5 }]),
    ]);
  }

  function showScene({ moment, tone, title, text, knows, worker }: Scene): void {
    scene.dataset.moment = moment;
    scene.dataset.tone = tone;
    setText(find("scene-title", HTMLElement), title);
    setText(find("scene-text", HTMLElement), text);
    const known = find("vonage-knows", HTMLElement);
    known.dataset.tone = moment === "delivered" || moment === "not-delivered" ? "good" : "plain";
    setText(known, knows);
    setText(find("worker-doing", HTMLElement), worker);
    carriers.mark(message?.recorded === undefined || tone === "good" ? message?.carrier : undefined, moment);
  }

  return {
    show: (state, isMoving) => {
      const flights: Flight[] = [];
      carriers.show(state.route);
      for (const one of state.vonage) message = follow(message, one);
      const exchanges = [
        ...state.application.map((one) => ({ at: one.at, flights: ofApplication(one, places) })),
        ...state.vonage.map((one) => ({ at: one.at, flights: ofVonage(one, places) })),
      ];
      exchanges.sort((a, b) => a.at.localeCompare(b.at));
      flights.push(...exchanges.flatMap((exchange) => exchange.flights));
      const now = Date.now();
      const told = tellTraffic(message, state, now) ?? tell(message, state, now);
      if (message !== undefined && landed !== message.sentAt) {
        const arrived = hasArrived(message, state.handset);
        if (arrived || ["lost", "lie", "silent"].includes(told.moment)) {
          landed = message.sentAt;
          flights.push(ofArrival(message.carrier, message.isCall, !arrived, places));
        }
      }
      draw();
      if (!isMoving) return showScene(told);
      motion.dots(state.traffic.map((one) => ofTraffic(one, places)));
      // The sentence follows the packets that it tells of.
      motion.fly(flights, () => showScene(told));
    },
    clear: () => {
      message = undefined;
      landed = undefined;
      motion.clear();
    },
  };
}
