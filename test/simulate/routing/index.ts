// `npm run simulate routing`: what a conversion report is worth. Prints the tables, and writes them and the picture into
// docs/. It always takes the same seeds, so that the page changes only with the simulation.

import { readFileSync, writeFileSync } from "node:fs";
import { drawPicture } from "./picture.ts";
import { REPORTINGS } from "./reporting.ts";
import {
  compareExpiries,
  compareReportings,
  compareResendDelays,
  followOutage,
  toReportingTable,
} from "./studies.ts";
import { DAY, HOUR, WORLD } from "./world.ts";

const SEEDS = 20;
const PAGE = "docs/routing.md";
const PICTURE = "docs/routing.svg";

export function print(): void {
  const options = { world: WORLD, seeds: SEEDS };
  console.log(`A week of ${SEEDS} seeds each; takes some minutes.`);
  const cells = compareReportings(options);
  show("reporting", toReportingTable(cells));
  show("silence", toReportingTable(compareReportings(options, "not-converted")));
  show("expiry", compareExpiries(options));
  show("resend", compareResendDelays(options));
  const { after, lasts } = WORLD.outage;
  const begin = Math.floor((after - DAY / 4) / HOUR) * HOUR;
  const outage = (["at once", "in hourly batches", "not at all"] as const).map((name) => ({
    name,
    points: followOutage(options, REPORTINGS[name]),
  }));
  const hours = [(after - begin) / HOUR, (after + lasts - begin) / HOUR] as const;
  writeFileSync(PICTURE, drawPicture(cells, outage, hours));
  console.log(`Written: ${PAGE}, ${PICTURE}`);
}

/** Prints a table, and puts it between its marks in the page. */
function show(name: string, table: string): void {
  console.log(`\n${name}\n\n${table}`);
  const page = readFileSync(PAGE, "utf8");
  const [begin, end] = [`<!-- simulate: ${name} -->\n`, "<!-- end -->"];
  const at = page.indexOf(begin);
  if (at === -1) throw new Error(`${PAGE} has no mark for the table "${name}".`);
  const after = page.indexOf(end, at);
  writeFileSync(PAGE, `${page.slice(0, at + begin.length)}${table}\n${page.slice(after)}`);
}
