// A model of Adaptive Routing as far as Vonage publishes it: every 5 minutes, the router looks at the messages of the
// last 15 minutes and prefers the carrier that did best; the others keep a small share.

import type { Random } from "./random.ts";
import { choosePreferred, type Figures, type Judged, judge, type Silence } from "./review.ts";

export interface RouterRules {
  /** Milliseconds between reviews. */
  readonly reviewEvery: number;
  /** Milliseconds that a review looks back. A message belongs to the time of its sending. */
  readonly window: number;
  /** The share of traffic that the carriers that are not preferred have together. */
  readonly spare: number;
  readonly silence: Silence;
}

/** Published: the first two. Assumed: the last two. */
export const ROUTER_RULES: RouterRules = {
  reviewEvery: 5 * 60_000,
  window: 15 * 60_000,
  spare: 0.1,
  silence: "receipt",
};

/** The state of the carriers of one route. */
export interface RouteView {
  /** The carrier that the last review preferred. `undefined` before the first evidence. */
  readonly preferred: string | undefined;
  /** The share of new messages that each carrier gets. */
  readonly shares: ReadonlyMap<string, number>;
  /** The window as it is now. The next review decides by it. */
  readonly figures: ReadonlyMap<string, Figures>;
}

/** Times are epoch milliseconds. A route is whatever has its own carriers, such as a network and a channel. */
export interface Router {
  choose(route: string, carriers: readonly string[], random: Random, at: number): string | undefined;
  /** @param ids The ids that reports and receipts may name the message by. */
  sent(ids: readonly string[], route: string, carrier: string, at: number): void;
  /** Returns `false` for a report that cannot count: its message is unknown, or left the window. */
  reported(id: string, converted: boolean, at: number): boolean;
  receipt(id: string, delivered: boolean, at: number): void;
  view(route: string, carriers: readonly string[], at: number): RouteView;
}

interface Message extends Judged {
  readonly ids: readonly string[];
  readonly route: string;
  readonly sentAt: number;
  converted?: boolean;
  receipt?: boolean;
}

interface Route {
  carriers: readonly string[];
  messages: Message[];
  preferred?: string | undefined;
}

/** A bound for memory: 100 messages a second in the window. The oldest are forgotten first. */
const MAX_MESSAGES = 100_000;

export function createRouter(rules: RouterRules = ROUTER_RULES): Router {
  const { reviewEvery, window, spare, silence } = rules;
  const routes = new Map<string, Route>();
  const byId = new Map<string, Message>();
  let reviewedAt: number | undefined;

  /** Makes up for the reviews since the last event. Nothing changed between events, so the result is the same. */
  const catchUp = (at: number) => {
    const due = Math.floor(at / reviewEvery) * reviewEvery;
    const first = (reviewedAt ?? due) + reviewEvery;
    // Once a window has passed without an event, further reviews see nothing.
    for (let next = first; next <= Math.min(due, first + window); next += reviewEvery) {
      for (const route of routes.values()) review(route, next);
    }
    // A clock that goes back does not review twice.
    reviewedAt = Math.max(reviewedAt ?? due, due);
  };

  const review = (route: Route, at: number) => {
    forgetBefore(route, at - window);
    const figures = judge(route.messages, route.carriers, silence);
    route.preferred = choosePreferred(figures, route.preferred);
  };

  const forgetBefore = ({ messages }: Route, time: number) => {
    const kept = messages.findIndex(({ sentAt }) => sentAt > time);
    for (const { ids } of messages.splice(0, kept === -1 ? messages.length : kept)) {
      for (const id of ids) byId.delete(id);
    }
  };

  const open = (name: string, carriers?: readonly string[]): Route => {
    const route = routes.get(name) ?? { carriers: [], messages: [] };
    if (carriers !== undefined) route.carriers = carriers;
    routes.set(name, route);
    return route;
  };

  const find = (id: string, at: number) => {
    catchUp(at);
    const message = byId.get(id);
    return message !== undefined && message.sentAt > at - window ? message : undefined;
  };

  return {
    choose: (name, carriers, random, at) => {
      catchUp(at);
      let left = random();
      for (const [carrier, share] of toShares(carriers, open(name, carriers).preferred, spare)) {
        left -= share;
        if (left < 0) return carrier;
      }
      return carriers.at(-1);
    },
    sent: (ids, name, carrier, at) => {
      catchUp(at);
      const message: Message = { ids, route: name, carrier, sentAt: at };
      open(name).messages.push(message);
      for (const id of ids) byId.set(id, message);
      const [oldest] = byId.values();
      if (byId.size > MAX_MESSAGES && oldest !== undefined) forgetBefore(open(oldest.route), oldest.sentAt);
    },
    reported: (id, converted, at) => {
      const message = find(id, at);
      if (message === undefined) return false;
      // A late reply proves that the message arrived; nothing proves the contrary.
      message.converted = message.converted === true || converted;
      return true;
    },
    receipt: (id, delivered, at) => {
      const message = find(id, at);
      if (message !== undefined) message.receipt = delivered;
    },
    view: (name, carriers, at) => {
      catchUp(at);
      const { messages, preferred } = open(name, carriers);
      const inWindow = messages.filter(({ sentAt }) => sentAt > at - window);
      return {
        preferred,
        shares: toShares(carriers, preferred, spare),
        figures: judge(inWindow, carriers, silence),
      };
    },
  };
}

/** Before the first evidence, all carriers have the same share. */
function toShares(
  carriers: readonly string[],
  preferred: string | undefined,
  spare: number,
): ReadonlyMap<string, number> {
  if (preferred === undefined || !carriers.includes(preferred) || carriers.length === 1) {
    return new Map(carriers.map((one) => [one, 1 / carriers.length]));
  }
  const other = spare / (carriers.length - 1);
  return new Map(carriers.map((one) => [one, one === preferred ? 1 - spare : other]));
}
