import type { SandboxRoute, SandboxRouting } from "../../src/sandbox/index.ts";

/** The carriers of one network, for the page. */
export interface ShownRoute extends Pick<SandboxRoute, "preferred" | "carriers"> {
  /** Milliseconds until the router reviews the carriers again. */
  readonly reviewIn: number;
  /** Milliseconds that a review looks back. */
  readonly window: number;
}

/** Picks the route for texts to a network. Returns `null` if the network has no carriers. */
export function showRoute(
  { routes, reviewEvery, window }: SandboxRouting,
  network: string | undefined,
  now: number,
): ShownRoute | null {
  const route = routes.find((one) => one.network === network && one.channel === "sms");
  if (route === undefined) return null;
  const { preferred, carriers } = route;
  return { preferred, carriers, reviewIn: reviewEvery - (now % reviewEvery), window };
}
