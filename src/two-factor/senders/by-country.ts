import * as v from "valibot";
import { explainCountry, isCountry } from "../numbers/country.ts";

/** A record by ISO 3166 alpha-2 code. Each unknown code is a fault of its own. */
export function byCountry<S extends v.GenericSchema>(value: S, what: string) {
  return v.pipe(
    v.record(v.string(), value, what),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const [key, found] of Object.entries(dataset.value)) {
        if (isCountry(key)) continue;
        const path = { type: "object", origin: "key", input: dataset.value, key, value: found } as const;
        addIssue({ message: explainCountry(key), path: [path] });
      }
    }),
  );
}
