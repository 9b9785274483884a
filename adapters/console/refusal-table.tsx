import { interpretSmsStatus } from "../../src/two-factor/senders/send-outcome.ts";
import { toCount } from "./format.ts";

/** Vonage's refusals by status, with what each one means. */
export function RefusalTable({ byStatus }: { readonly byStatus: Readonly<Record<string, number>> }) {
  const rows = Object.entries(byStatus).sort(([, one], [, other]) => other - one);
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col" class="number">
              Messages
            </th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([status, count]) => (
            <tr key={status}>
              <th scope="row">{status}</th>
              <td class="number">{toCount(count)}</td>
              <td>{/^\d+$/.test(status) ? interpretSmsStatus(Number(status)).advice : toWords(status)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const toWords = (code: string): string => code.replaceAll("_", " ");
