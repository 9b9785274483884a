// The carriers inside Vonage: each one's share of texts, next to the truth that Vonage cannot see.

import type { LiveState } from "../demo.ts";
import { find, make, setText } from "./dom.ts";

type Carrier = NonNullable<LiveState["route"]>["carriers"][number];

export interface CarriersView {
  show(route: LiveState["route"]): void;
  /** Marks the carrier that has the visitor's message. */
  mark(name: string | undefined, moment: string): void;
  /** Returns the row of a carrier. */
  row(name: string | undefined): HTMLElement | undefined;
  /** Returns the share of each carrier, in the order of the rows. */
  shares(): readonly { readonly row: HTMLElement; readonly share: number }[];
}

const RECEIPTS: Readonly<Record<Carrier["truth"]["receipts"], string>> = {
  honest: "honest receipts",
  missing: "no receipts",
  delivered: "receipts lie",
};

interface Row {
  readonly item: HTMLLIElement;
  readonly share: HTMLElement;
  readonly shareBar: HTMLElement;
  readonly truth: HTMLElement;
  readonly truthBar: HTMLElement;
  readonly receipts: HTMLElement;
  readonly converted: HTMLElement;
  readonly notConverted: HTMLElement;
  readonly claims: HTMLElement;
}

export function createCarriersView(): CarriersView {
  const list = find("carriers", HTMLOListElement);
  const review = find("review", HTMLElement);
  const rows = new Map<string, Row>();
  let current: readonly Carrier[] = [];

  const open = (name: string): Row => {
    const known = rows.get(name);
    if (known !== undefined) return known;
    const row = makeRow(name);
    rows.set(name, row);
    list.append(row.item);
    return row;
  };

  return {
    show: (route) => {
      current = route?.carriers ?? [];
      for (const [name, { item }] of rows) {
        if (current.some((one) => one.name === name)) continue;
        item.remove();
        rows.delete(name);
      }
      for (const { name, share, truth, known } of current) {
        const row = open(name);
        row.item.dataset.preferred = String(route?.preferred === name);
        row.item.dataset.receipts = truth.receipts;
        setText(row.share, toPercent(share));
        row.shareBar.style.width = `${share * 100}%`;
        row.truthBar.style.width = `${truth.delivered * 100}%`;
        setText(row.truth, `${toPercent(truth.delivered)} arrive`);
        setText(row.receipts, RECEIPTS[truth.receipts]);
        const { converted, notConverted, receiptsDelivered } = known;
        setText(row.converted, String(converted));
        setText(row.notConverted, String(notConverted));
        setText(row.claims, String(receiptsDelivered));
      }
      setText(
        review,
        route === null ? "one carrier, no choice" : `next review in ${Math.ceil(route.reviewIn / 1000)} s`,
      );
    },
    mark: (name, moment) => {
      for (const [one, { item }] of rows) {
        if (one === name) item.dataset.moment = moment;
        else delete item.dataset.moment;
      }
    },
    row: (name) => (name === undefined ? undefined : rows.get(name)?.item),
    shares: () =>
      current.flatMap(({ name, share }) => {
        const row = rows.get(name)?.item;
        return row === undefined ? [] : [{ row, share }];
      }),
  };
}

function makeRow(name: string): Row {
  const share = make("span", "figure");
  const shareBar = make("span", "bar");
  const truth = make("span", "");
  const truthBar = make("span", "bar");
  const receipts = make("span", "receipts");
  const [converted, notConverted, claims] = [
    make("span", "count"),
    make("span", "count"),
    make("span", "count"),
  ];
  const item = make(
    "li",
    "carrier",
    make("p", "carrier-top", make("span", "carrier-name", name), " ", share),
    make("span", "track share", shareBar),
    make("span", "track truth", truthBar),
    make("p", "carrier-truth", make("span", "unseen", "Hidden truth: "), truth, " · ", receipts),
    make(
      ...(["p", "carrier-known"] as const),
      ...["Reports: ", converted, " delivered, ", notConverted, " not · claims: ", claims],
    ),
  );
  return { item, share, shareBar, truth, truthBar, receipts, converted, notConverted, claims };
}

const toPercent = (share: number) => `${Math.round(share * 100)} %`;
