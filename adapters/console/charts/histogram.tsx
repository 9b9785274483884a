import { toCount, toDuration } from "../format.ts";

interface Props {
  readonly buckets: readonly { readonly upTo: number | null; readonly count: number }[];
  readonly title: string;
}

/** Draws how many values fell into each range of seconds. */
export function Histogram({ buckets, title }: Props) {
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  const longest = buckets.at(-2)?.upTo ?? 0;
  return (
    <figure class="histogram">
      <ol aria-label={title}>
        {buckets.map(({ upTo, count }) => {
          const range = upTo === null ? `over ${toDuration(longest)}` : `up to ${toDuration(upTo)}`;
          return (
            <li key={upTo} title={`${range}: ${toCount(count)}`}>
              <span class="bar" style={{ height: `${(count / most) * 100}%` }} />
              <span class="range">{upTo === null ? "more" : toDuration(upTo)}</span>
              <span class="spoken">{`${range}: ${toCount(count)}`}</span>
            </li>
          );
        })}
      </ol>
    </figure>
  );
}
