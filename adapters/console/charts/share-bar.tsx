import type { Share } from "../../../src/insight/answer.ts";
import { toShareText } from "../format.ts";

interface Props {
  readonly name: string;
  readonly share: Share;
  readonly isBad?: boolean;
}

/** Draws one share as a bar with its counts. */
export function ShareBar({ name, share, isBad = false }: Props) {
  return (
    <div class="share-bar" data-bad={isBad}>
      <span class="name">{name}</span>
      <span class="count">{toShareText(share)}</span>
      <span class="track">
        <span class="bar" style={{ width: `${share.of === 0 ? 0 : (share.count / share.of) * 100}%` }} />
      </span>
    </div>
  );
}
