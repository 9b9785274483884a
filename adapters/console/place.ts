// The place in the console is the fragment of the address, so that the browser's back button works.

import { useEffect, useState } from "preact/hooks";
import type { PartialSegment } from "../../src/insight/answer.ts";

export type Place =
  | { readonly page: "overview" | "routes" | "reporting" | "refusals" }
  | { readonly page: "route"; readonly segment: PartialSegment };

export function toHash(place: Place): string {
  if (place.page === "overview") return "#/";
  if (place.page !== "route") return `#/${place.page}`;
  return `#/route?${new URLSearchParams(place.segment as Record<string, string>)}`;
}

export function readHash(hash: string): Place {
  const [page = "", query = ""] = hash.replace(/^#\//, "").split("?");
  if (page === "routes" || page === "reporting" || page === "refusals") return { page };
  if (page === "route") return { page, segment: Object.fromEntries(new URLSearchParams(query)) };
  return { page: "overview" };
}

export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const read = () => setHash(location.hash);
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  return readHash(hash);
}
