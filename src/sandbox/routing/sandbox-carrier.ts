import * as v from "valibot";
import { field, integer, objectOf, oneOf, required, text } from "../../shared/validation.ts";
import { CHANNELS, type Channel } from "../../wire/report.ts";
import { countryOf, NETWORKS } from "./networks.ts";

/** A delay in milliseconds, up to 600 000: always the same, or log-normal with this median and 90th percentile. */
export type SandboxDelay = number | { readonly median: number; readonly p90: number };

/** A time in which a carrier delivers nothing. Its receipts go on as usual. */
export interface SandboxOutage {
  /** Milliseconds from the setting of the carriers to the beginning of the outage. */
  readonly after: number;
  /** Milliseconds for which it lasts. Without it, the outage does not end. */
  readonly lasts?: number | undefined;
}

/** A carrier that takes messages to one network, with the truth that its customers cannot see. */
export interface SandboxCarrier {
  /** 1 to 40 characters. Unique for each network and channel. */
  readonly name: string;
  /**
   * The network that it reaches (MCCMNC). The sandbox derives the network of a number from its first digits.
   *
   * @example "23410"
   */
  readonly network: string;
  /**
   * The channel that it carries.
   *
   * @default "sms"
   */
  readonly channel?: Channel;
  /**
   * The share of messages that arrive, 0 to 1.
   *
   * @default 1
   */
  readonly delivered?: number;
  /**
   * Time until a message arrives. A text with a shorter `ttl` expires instead.
   *
   * @default 0
   */
  readonly deliveryDelay?: SandboxDelay;
  /**
   * `"honest"`: receipts say what happened. `"missing"`: there are none. `"delivered"`: receipts always say delivered.
   *
   * @default "honest"
   */
  readonly receipts?: "honest" | "missing" | "delivered";
  /**
   * Time from the delivery, or the failure, to the receipt.
   *
   * @default 0
   */
  readonly receiptDelay?: SandboxDelay;
  /**
   * The price of each part, in euros.
   *
   * @default "0.03330000"
   */
  readonly price?: string;
  /**
   * @default none
   *
   * @example
   * // Nothing arrives in the second minute.
   * [{ after: 60_000, lasts: 60_000 }]
   */
  readonly outages?: readonly SandboxOutage[];
}

/** The settings of the sandbox's router. */
export interface SandboxRouterSettings {
  /**
   * The router's speed compared with Vonage's: with 60, it reviews the last 15 seconds every 5 seconds. 1 to
   * 10 000. The clock of the carriers is not changed.
   *
   * @default 1
   */
  readonly timeScale?: number;
  /**
   * Seeds the choice of carriers and the fate of messages: the same messages in the same order fare the same. 0 to
   * 4 294 967 295.
   *
   * @default 1
   */
  readonly seed?: number;
}

const MAX_CARRIERS = 500;
const MAX_DELAY_MS = 600_000;
const MAX_TIME_MS = 1_000_000_000_000;

const isDelay = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_DELAY_MS;

const delay = v.optional(
  field<SandboxDelay>(
    `a whole number of milliseconds from 0 to ${MAX_DELAY_MS}, or { median, p90 } with 0 < median <= p90`,
    (value) => {
      if (typeof value !== "object" || value === null) return isDelay(value);
      const { median, p90, ...more } = value as { readonly median?: unknown; readonly p90?: unknown };
      return isDelay(median) && isDelay(p90) && median > 0 && median <= p90 && Object.keys(more).length === 0;
    },
  ),
  0,
);

const carrierSchema = objectOf({
  name: required(text("1 to 40 characters, no control characters", /^\P{Cc}{1,40}$/u)),
  network: required(
    field<string>(`a network of the model: ${listNetworks()}`, (value) => NETWORKS.includes(value as string)),
  ),
  channel: v.optional(oneOf(CHANNELS), "sms"),
  delivered: v.optional(
    field<number>("a share from 0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1),
    1,
  ),
  deliveryDelay: delay,
  receipts: v.optional(
    oneOf<NonNullable<SandboxCarrier["receipts"]>>(["honest", "missing", "delivered"]),
    "honest",
  ),
  receiptDelay: delay,
  price: v.optional(text("an amount such as 0.03330000", /^\d{1,6}\.\d{1,8}$/), "0.03330000"),
  outages: v.optional(
    v.array(
      objectOf({
        after: required(integer(0, MAX_TIME_MS)),
        lasts: v.optional(integer(1, MAX_TIME_MS)),
      }),
      "must be a list of outages",
    ),
    [],
  ),
});

/** Validates carriers and fills in their defaults. */
export const carriersSchema = v.pipe(
  v.array(carrierSchema, "must be a list of carriers"),
  v.maxLength(MAX_CARRIERS, `must be a list of up to ${MAX_CARRIERS} carriers`),
  v.check(
    (carriers) =>
      new Set(carriers.map(({ network, channel, name }) => `${network} ${channel} ${name}`)).size ===
      carriers.length,
    "must not have two carriers of one name, network and channel",
  ),
);

/** Validates {@link SandboxRouterSettings} and fills in the defaults. */
export const routerSettingsSchema = objectOf({
  timeScale: v.optional(
    field<number>(
      "a number from 1 to 10000",
      (value) => typeof value === "number" && value >= 1 && value <= 10_000,
    ),
    1,
  ),
  seed: v.optional(integer(0, 2 ** 32 - 1), 1),
});

/** A carrier with every default filled in. */
export type KnownCarrier = v.InferOutput<typeof carrierSchema>;

function listNetworks(): string {
  const countries = new Map<string, string[]>();
  for (const one of NETWORKS) {
    const country = countryOf(one);
    countries.set(country, [...(countries.get(country) ?? []), one]);
  }
  return [...countries].map(([country, networks]) => `${country} ${networks.join(" ")}`).join(", ");
}
