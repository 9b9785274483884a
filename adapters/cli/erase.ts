// `vonage-conversion erase`.

import { erasedSchema } from "./answers.ts";
import type { ExitCode, Work } from "./work.ts";

/** Erases the data of a phone number and prints the counts, never the whole number. */
export async function runErase(
  { request, output }: Pick<Work, "request" | "output">,
  { number, json }: { readonly number: string; readonly json: boolean },
): Promise<ExitCode> {
  const erased = await request({ method: "POST", path: "/erase", form: { to: number } }, erasedSchema);
  if (json) output.print(JSON.stringify(erased));
  else {
    const { challenges, answers, counters, unreadable } = erased;
    const ending = number.slice(-2);
    output.print(
      `Erased for the number that ends in ${ending}: challenges ${challenges}, kept answers ${answers}, counters ${counters}, unreadable rows ${unreadable}.`,
    );
  }
  return 0;
}
