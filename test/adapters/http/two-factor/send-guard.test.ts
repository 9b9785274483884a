import { describe, expect, it, vi } from "vitest";
import { toProblem } from "../../../../adapters/http/two-factor/refusal-problem.ts";
import { createSendGuard } from "../../../../adapters/http/two-factor/send-guard.ts";
import { toSegmentKey } from "../../../../src/insight/segment.ts";

const MINUTE = 60_000;

function guardOf(wait: number | undefined) {
  const counted: string[] = [];
  const take = vi.fn(async () => ({}));
  const asked: string[] = [];
  const guard = createSendGuard(
    { senders: {} },
    { take },
    async (name) => {
      counted.push(name);
    },
    {
      pausedFor: async (segment) => {
        asked.push(toSegmentKey(segment));
        return wait;
      },
    },
  );
  return { guard, counted, asked, take };
}

describe("a code to a paused segment", () => {
  it("is refused until the pause ends, counts as refused, and not against a limit", async () => {
    const { guard, counted, asked, take } = guardOf(20 * MINUTE);
    const failure = await guard.findPaused("voice", "GB");
    expect(failure).toEqual({ failed: "route_paused", retryAfter: 20 * MINUTE });
    expect([asked, counted]).toEqual([["2fa/voice/GB/"], ["refused:route-paused"]]);
    expect(take).not.toHaveBeenCalled();
    const { status, headers } = toProblem({ failed: "route_paused", ...failure });
    expect([status, headers["retry-after"]]).toEqual([503, "1200"]);
  });

  it.each([
    [720 * MINUTE, 60 * MINUTE],
    [-5, 1],
  ])("whose pause lasts %i ms more is told to come back in %i ms", async (wait, retryAfter) => {
    expect(await guardOf(wait).guard.findPaused("sms", "GB")).toMatchObject({ retryAfter });
  });

  it("is one to no country where its number has none", async () => {
    const { guard, asked } = guardOf(MINUTE);
    await guard.findPaused("sms", null);
    expect(asked).toEqual(["2fa/sms/ZZ/"]);
  });
});

it("a code goes where nothing is paused, and where pauses are turned off", async () => {
  const { guard, counted } = guardOf(undefined);
  expect(await guard.findPaused("sms", "GB")).toBeUndefined();
  const off = createSendGuard({ senders: {} }, { take: async () => ({}) }, async () => {});
  expect(await off.findPaused("sms", "GB")).toBeUndefined();
  expect(counted).toEqual([]);
});
