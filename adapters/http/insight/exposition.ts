// Writes metrics as OpenMetrics 1.0 or as Prometheus' text format 0.0.4, which differ in the names of counters, units and
// the end.

export type MetricsFormat = "application/openmetrics-text" | "text/plain";

export interface Family {
  /** Without the `_total` of counters. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** The end of the name. */
  readonly unit?: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly suffix?: "_bucket";
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Families without samples are left out. */
export function formatFamilies(families: readonly Family[], format: MetricsFormat): string {
  const isOpen = format === "application/openmetrics-text";
  const lines = families
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, type, unit, help, samples }) => {
      const total = type === "counter" ? "_total" : "";
      const family = isOpen ? name : name + total;
      return [
        `# HELP ${family} ${escapeText(help)}`,
        `# TYPE ${family} ${type}`,
        ...(isOpen && unit !== undefined ? [`# UNIT ${family} ${unit}`] : []),
        ...samples.map(
          ({ suffix = "", labels, value }) => `${name}${total}${suffix}${formatLabels(labels)} ${value}`,
        ),
      ];
    });
  return `${[...lines, ...(isOpen ? ["# EOF"] : [])].join("\n")}\n`;
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeText(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escapeText = (text: string): string =>
  text.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
