import { type Context, scopesAbove } from "./context.ts";
import { lastHour, levelOf } from "./scope.ts";

/** The part of a country's messages of the last hour that went to a network: a figure of alarms about the network. */
export function shareOfCountry(key: string, { state, now }: Context): { readonly shareOfCountry?: number } {
  const [country = ""] = scopesAbove(key);
  if (levelOf(key) !== "network") return {};
  const sentTo = (name: string) => lastHour(state.scopes[name], now)[0];
  return { shareOfCountry: Math.round((100 * sentTo(key)) / Math.max(1, sentTo(country))) / 100 };
}
