const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** Turns `24h`, `30m` and `7d` into the instant so long ago, in epoch seconds. Anything else is for the Worker to read. */
export function toInstant(text: string, now: number): string {
  const [, count, unit = ""] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count === undefined) return text;
  return String(Math.floor(now / 1000) - Number(count) * (UNITS[unit] ?? 0));
}
