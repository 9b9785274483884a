// The carriers of a sandbox and the router between them.

import { validate } from "../../shared/validation.ts";
import { CHANNELS, type Channel } from "../../wire/report.ts";
import { drawFate, type Fate, isOut } from "./fate.ts";
import { countryOf, networkOf } from "./networks.ts";
import { createRandom } from "./random.ts";
import { createRouter, ROUTER_RULES, type RouterRules } from "./router.ts";
import {
  carriersSchema,
  type KnownCarrier,
  routerSettingsSchema,
  type SandboxCarrier,
  type SandboxRouterSettings,
} from "./sandbox-carrier.ts";
import type { SandboxRoute, SandboxRouteCarrier, SandboxRouting } from "./sandbox-routing.ts";

/** The carrier of one message, and its fate. */
export interface Routed extends Fate {
  readonly carrier: KnownCarrier;
  /** Call it when the message is under way. */
  sent(messageIds: readonly string[]): void;
  /** Call it when the carrier says what became of the message. */
  heard(messageId: string, delivered: boolean): void;
}

export interface Routing {
  /**
   * Replaces the carriers. The router keeps what it knows unless its own settings change.
   *
   * @throws {ConversionError} `invalid_options`.
   */
  configure(carriers: readonly SandboxCarrier[], settings?: SandboxRouterSettings): void;
  /** Chooses a carrier for a message. Returns `undefined` if the number's network has none. */
  route(channel: Channel, number: string): Routed | undefined;
  reported(messageId: string, converted: boolean): void;
  view(): SandboxRouting;
  forget(): void;
}

interface Total {
  sent: number;
  arrived: number;
}

/** @param now Returns epoch milliseconds. */
export function createRouting(now: () => number): Routing {
  let carriers: readonly KnownCarrier[] = [];
  let settings = validate(routerSettingsSchema, {}, "invalid_options");
  let setAt = now();
  let rules = toRules(settings.timeScale);
  let router = createRouter(rules);
  let random = createRandom(settings.seed);
  let reportsTooLate = 0;
  const totals = new Map<string, Total>();

  const begin = () => {
    rules = toRules(settings.timeScale);
    router = createRouter(rules);
    random = createRandom(settings.seed);
  };
  const totalOf = (route: string, { name }: KnownCarrier): Total => {
    const key = `${route} ${name}`;
    const total = totals.get(key) ?? { sent: 0, arrived: 0 };
    totals.set(key, total);
    return total;
  };
  const carriersOf = (network: string, channel: Channel) =>
    carriers.filter((one) => one.network === network && one.channel === channel);

  return {
    configure: (given, changed) => {
      const checked = validate(carriersSchema, given, "invalid_options", "carriers");
      if (changed !== undefined) {
        const before = settings;
        settings = validate(routerSettingsSchema, { ...before, ...changed }, "invalid_options");
        if (settings.timeScale !== before.timeScale || settings.seed !== before.seed) begin();
      }
      carriers = checked;
      setAt = now();
    },
    route: (channel, number) => {
      const network = networkOf(number);
      const candidates = network === undefined ? [] : carriersOf(network, channel);
      const at = now();
      const route = toRoute(network ?? "", channel);
      const chosen = router.choose(
        route,
        candidates.map(({ name }) => name),
        random,
        at,
      );
      const carrier = candidates.find(({ name }) => name === chosen);
      if (carrier === undefined) return undefined;
      const fate = drawFate(carrier, at - setAt, random);
      return {
        carrier,
        ...fate,
        sent: (messageIds) => {
          router.sent(messageIds, route, carrier.name, now());
          const total = totalOf(route, carrier);
          total.sent++;
          if (fate.arrives) total.arrived++;
        },
        heard: (messageId, delivered) => router.receipt(messageId, delivered, now()),
      };
    },
    reported: (messageId, converted) => {
      if (carriers.length > 0 && !router.reported(messageId, converted, now())) reportsTooLate++;
    },
    view: () => {
      const networks = [...new Set(carriers.map(({ network }) => network))];
      const pairs = networks.flatMap((network) => CHANNELS.map((channel) => ({ network, channel })));
      return {
        reviewEvery: rules.reviewEvery,
        window: rules.window,
        reportsTooLate,
        routes: pairs.flatMap(({ network, channel }) => viewRoute(network, channel)),
      };
    },
    forget: () => {
      totals.clear();
      reportsTooLate = 0;
      begin();
    },
  };

  function viewRoute(network: string, channel: Channel): SandboxRoute[] {
    const candidates = carriersOf(network, channel);
    if (candidates.length === 0) return [];
    const at = now();
    const route = toRoute(network, channel);
    const { preferred, shares, figures } = router.view(
      route,
      candidates.map(({ name }) => name),
      at,
    );
    const viewed = candidates.map((carrier): SandboxRouteCarrier => {
      const { name, receipts, price } = carrier;
      const out = isOut(carrier, at - setAt);
      const { sent = 0, arrived = 0 } = totals.get(`${route} ${name}`) ?? {};
      return {
        name,
        share: shares.get(name) ?? 0,
        known: figures.get(name) ?? NOTHING_KNOWN,
        truth: { delivered: out ? 0 : carrier.delivered, receipts, isOut: out, price, sent, arrived },
      };
    });
    return [
      { country: countryOf(network), network, channel, preferred: preferred ?? null, carriers: viewed },
    ];
  }
}

const NOTHING_KNOWN: SandboxRouteCarrier["known"] = {
  sent: 0,
  converted: 0,
  notConverted: 0,
  receiptsDelivered: 0,
  receiptsFailed: 0,
  score: 0,
};

const toRoute = (network: string, channel: Channel) => `${network} ${channel}`;

function toRules(timeScale: number): RouterRules {
  const { reviewEvery, window, ...rest } = ROUTER_RULES;
  return {
    ...rest,
    reviewEvery: Math.round(reviewEvery / timeScale),
    window: Math.round(window / timeScale),
  };
}
