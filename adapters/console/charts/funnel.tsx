import type { Metrics } from "../../../src/insight/answer.ts";
import { toCount, toPercent } from "../format.ts";

/** Draws how many messages were started, taken by Vonage, claimed delivered, and answered by their users. */
export function Funnel({ metrics }: { readonly metrics: Metrics }) {
  const { sent, refused, receipts, converted } = metrics;
  const started = sent + refused.total;
  const steps = [
    { name: "Started", hint: "codes that the application asked for", count: started, before: undefined },
    { name: "Sent", hint: "messages that Vonage took", count: sent, before: started },
    {
      name: "“Delivered”",
      hint: "receipts that claim delivery; carriers may fake them",
      count: receipts.delivered,
      before: sent,
      isClaim: true,
    },
    { name: "Converted", hint: "users who came back with the code", count: converted, before: sent },
  ];
  return (
    <ol class="funnel">
      {steps.map(({ name, hint, count, before, isClaim }) => (
        <li key={name} data-claim={isClaim === true}>
          <span class="name">{name}</span>
          <span class="count">
            {toCount(count)}
            {before !== undefined && before >= 20 && (
              <span class="quiet">
                {" "}
                · {toPercent(count / before)} of {isClaim || name === "Converted" ? "sent" : "started"}
              </span>
            )}
          </span>
          <span class="track">
            <span class="bar" style={{ width: `${started === 0 ? 0 : (count / started) * 100}%` }} />
          </span>
          <span class="hint quiet">{hint}</span>
        </li>
      ))}
    </ol>
  );
}
