import type { ComponentChildren } from "preact";
import type { Metrics } from "../../src/insight/answer.ts";
import { toCount, toShareText } from "./format.ts";

interface Props {
  readonly title: string;
  /** Further figures after those of `metrics`. */
  readonly children?: ComponentChildren;
  readonly metrics?: Metrics;
}

/** The title of a page and its most important figures. */
export function Headline({ title, metrics, children }: Props) {
  return (
    <section class="headline">
      <h1>{title}</h1>
      <dl>
        {metrics !== undefined && (
          <>
            <Figure name="Conversion">{toShareText(metrics.conversion)}</Figure>
            <Figure name="Messages">
              {toCount(metrics.sent)}
              {metrics.pending > 0 && <span class="quiet"> · {toCount(metrics.pending)} open</span>}
            </Figure>
          </>
        )}
        {children}
      </dl>
    </section>
  );
}

export function Figure({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
