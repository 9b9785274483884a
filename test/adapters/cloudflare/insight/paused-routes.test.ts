import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPausedRoutes } from "../../../../adapters/cloudflare/insight/paused-routes.ts";
import { createRemotePausedRoutes } from "../../../../adapters/cloudflare/insight/remote-paused-routes.ts";
import type { Pauses } from "../../../../src/insight/pause.ts";
import { toSegment } from "../../../../src/insight/segment.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 5, 1, 12);
const GB = toSegment("2fa", "sms", "GB");
const PAUSES: Pauses = {
  "2fa/sms/GB": {
    segment: { traffic: "2fa", channel: "sms", country: "GB" },
    from: NOW,
    until: NOW + HOUR,
  },
};

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

function start(read: () => Promise<Pauses>, never: readonly string[] = [], random = () => 0.5) {
  const reading = vi.fn(read);
  return { reading, routes: createPausedRoutes({ read: reading, never, now: Date.now, random }) };
}

const hanging = () => new Promise<never>(() => {});

describe("the pauses that an isolate knows", () => {
  it("are read at most once in 30 seconds, and hold until they end by the clock", async () => {
    const { reading, routes } = start(async () => PAUSES);
    expect(await routes.pausedFor(GB)).toBe(HOUR);
    vi.setSystemTime(NOW + 29_999);
    expect(await routes.pausedFor(GB)).toBe(HOUR - 29_999);
    expect(await routes.pausedFor(toSegment("2fa", "voice", "GB"))).toBeUndefined();
    expect(reading).toHaveBeenCalledTimes(1);
    vi.setSystemTime(NOW + 30_000);
    expect(await routes.pausedFor(GB)).toBe(HOUR - 30_000);
    expect(reading).toHaveBeenCalledTimes(2);
    vi.setSystemTime(NOW + HOUR);
    expect(await routes.pausedFor(GB)).toBeUndefined();
  });

  it("let a sample pass", async () => {
    const chances = [0.049, 0.05, 0.049];
    const { routes } = start(
      async () => PAUSES,
      [],
      () => chances.shift() ?? 0.5,
    );
    const waits = [await routes.pausedFor(GB), await routes.pausedFor(GB), await routes.pausedFor(GB)];
    expect(waits).toEqual([undefined, HOUR, undefined]);
  });

  it("do not hold for a country that is never paused", async () => {
    expect(await start(async () => PAUSES, ["US", "GB"]).routes.pausedFor(GB)).toBeUndefined();
  });

  it("make the first request wait 300 ms at most, and hold once they arrive", async () => {
    let arrive: (pauses: Pauses) => void = () => {};
    const { reading, routes } = start(
      () =>
        new Promise<Pauses>((resolve) => {
          arrive = resolve;
        }),
    );
    const settled = vi.fn();
    const first = routes.pausedFor(GB).then(settled);
    await vi.advanceTimersByTimeAsync(299);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await first;
    expect(settled).toHaveBeenCalledWith(undefined);
    // Others do not wait: one reading is under way.
    expect(await routes.pausedFor(GB)).toBeUndefined();
    arrive(PAUSES);
    await vi.advanceTimersByTimeAsync(0);
    expect(await routes.pausedFor(GB)).toBe(HOUR - 300);
    expect(reading).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are refreshed without a wait by a request that may go on", async () => {
    let answer: () => Promise<Pauses> = async () => ({});
    const { reading, routes } = start(() => answer());
    expect(await routes.pausedFor(GB)).toBeUndefined();
    answer = hanging;
    vi.setSystemTime(NOW + 30_000);
    expect(await routes.pausedFor(GB)).toBeUndefined();
    expect(reading).toHaveBeenCalledTimes(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are refreshed within 300 ms before a request is refused, so that a pause that was ended early ends here", async () => {
    let answer: () => Promise<Pauses> = async () => PAUSES;
    const { routes } = start(() => answer());
    expect(await routes.pausedFor(GB)).toBe(HOUR);
    answer = hanging;
    vi.setSystemTime(NOW + 30_000);
    const waiting = routes.pausedFor(GB);
    await vi.advanceTimersByTimeAsync(300);
    expect(await waiting).toBe(HOUR - 30_300);
    answer = async () => ({});
    vi.setSystemTime(NOW + 60_000);
    expect(await routes.pausedFor(GB)).toBeUndefined();
  });

  it("are forgotten when a reading fails, and read again after 30 seconds", async () => {
    let answer: () => Promise<Pauses> = async () => PAUSES;
    const { reading, routes } = start(() => answer());
    expect(await routes.pausedFor(GB)).toBe(HOUR);
    answer = async () => {
      throw new Error("cannot read");
    };
    vi.setSystemTime(NOW + 30_000);
    expect(await routes.pausedFor(GB)).toBeUndefined();
    vi.setSystemTime(NOW + 59_999);
    expect(await routes.pausedFor(GB)).toBeUndefined();
    expect(reading).toHaveBeenCalledTimes(2);
    answer = async () => PAUSES;
    vi.setSystemTime(NOW + 60_000);
    expect(await routes.pausedFor(GB)).toBe(HOUR - 60_000);
  });

  it("are not believed after five minutes without a reading", async () => {
    let answer: () => Promise<Pauses> = async () => PAUSES;
    const { routes } = start(() => answer());
    expect(await routes.pausedFor(GB)).toBe(HOUR);
    answer = hanging;
    vi.setSystemTime(NOW + 5 * 60_000);
    const waiting = routes.pausedFor(GB);
    await vi.advanceTimersByTimeAsync(300);
    expect(await waiting).toBeUndefined();
  });

  it("are read again after the clock was ahead", async () => {
    vi.setSystemTime(NOW + HOUR);
    const { reading, routes } = start(async () => PAUSES);
    expect(await routes.pausedFor(GB)).toBeUndefined();
    vi.setSystemTime(NOW);
    expect(await routes.pausedFor(GB)).toBe(HOUR);
    expect(reading).toHaveBeenCalledTimes(2);
  });

  it("are not believed while they come from a clock that was ahead", async () => {
    const ahead = NOW + HOUR / 2;
    vi.setSystemTime(ahead);
    let answer: () => Promise<Pauses> = async () => PAUSES;
    const { routes } = start(() => answer());
    expect(await routes.pausedFor(GB)).toBe(HOUR / 2);
    answer = hanging;
    vi.setSystemTime(NOW);
    const waiting = routes.pausedFor(GB);
    await vi.advanceTimersByTimeAsync(300);
    expect(await waiting).toBeUndefined();
  });

  it("are those of the latest reading, even if an earlier one ends after it", async () => {
    const arrive: ((pauses: Pauses) => void)[] = [];
    const { routes } = start(() => new Promise<Pauses>((resolve) => arrive.push(resolve)));
    const first = routes.pausedFor(GB);
    await vi.advanceTimersByTimeAsync(30_000);
    await first;
    const second = routes.pausedFor(GB);
    arrive[1]?.(PAUSES);
    expect(await second).toBe(HOUR - 30_000);
    arrive[0]?.({});
    await vi.advanceTimersByTimeAsync(0);
    expect(await routes.pausedFor(GB)).toBe(HOUR - 30_000);
  });

  it("refuse nothing if they have a form that this version does not know", async () => {
    for (const odd of [null, { "2fa/sms/GB": { until: NOW + HOUR } }]) {
      expect(await start(async () => odd as never).routes.pausedFor(GB)).toBeUndefined();
    }
  });
});

describe("the Insight object", () => {
  const namespace = {
    idFromName: (name: string) => name,
    get: (id: unknown) => ({ pauses: async () => (id === "insight" ? PAUSES : {}) }),
  };

  it("is asked for pauses where the operator turned them on and bound it", async () => {
    const routes = createRemotePausedRoutes({ pause: "pumping", pauseNever: ["US"] }, namespace as never);
    // One in twenty passes.
    const waits = new Set<number | undefined>();
    for (let calls = 0; calls < 200; calls++) waits.add(await routes?.pausedFor(GB));
    expect(waits).toContain(HOUR);
  });

  it("is never asked where pauses are off, or nothing is bound", () => {
    expect(createRemotePausedRoutes({ pause: "off", pauseNever: [] }, namespace as never)).toBeUndefined();
    expect(createRemotePausedRoutes({ pause: "pumping", pauseNever: [] }, undefined)).toBeUndefined();
  });
});
