// Profiles a Worker under load with workerd's inspector (Chrome DevTools Protocol): the functions with the most self
// time, and those that allocate most.

import { bundleWorker } from "../../adapters/playground/workerd.ts";
import { findFreePort } from "../support/free-port.ts";
import { type Call, connectInspector } from "./inspector.ts";
import { REPORT_VARIANTS } from "./reports.ts";
import { measureWorker } from "./traffic.ts";
import { startBenchWorker } from "./workerd.ts";

const SECONDS = 4;
const TOP = 40;
/** Bytes between two samples of the heap. */
const HEAP_INTERVAL = 4096;

interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface Place {
  readonly frame: string;
  /** A package, or a folder of this project. */
  readonly owner: string;
}

const UNKNOWN: Place = { frame: "(unknown)", owner: "(unknown)" };

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface HeapNode {
  readonly callFrame: Frame;
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

/** Prints both profiles of a variant of `REPORT_VARIANTS`. */
export async function printProfile(name: string, given: Readonly<Record<string, string>>): Promise<void> {
  const variant = REPORT_VARIANTS[name];
  if (variant === undefined) throw new Error(`Name one of: ${Object.keys(REPORT_VARIANTS).join("; ")}`);
  const { entry, traffic, shards = 0 } = variant;
  const bindings = { ...given, ...variant.bindings };
  const script = bundleWorker(entry);
  const lines = script.split("\n");
  const inspector = await findFreePort();
  const worker = await startBenchWorker({ script, bindings, shards }, inspector);
  const { call, close } = await connectInspector(inspector);
  try {
    await measureWorker(worker, traffic, 2);
    await printTimes(call, () => measureWorker(worker, traffic, SECONDS), lines);
    await printAllocations(call, () => measureWorker(worker, traffic, SECONDS), lines);
  } finally {
    close();
    await worker.stop();
  }
}

type Load = () => Promise<{ readonly perSecond: number; readonly microseconds: number }>;

async function printTimes(call: Call, load: Load, lines: readonly string[]): Promise<void> {
  await call("Profiler.enable");
  await call("Profiler.setSamplingInterval", { interval: 200 });
  await call("Profiler.start");
  const { perSecond, microseconds } = await load();
  const { profile } = (await call("Profiler.stop")) as { profile: CpuProfile };
  const requests = perSecond * SECONDS;
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, describe(callFrame, lines)]));
  const times = new Map<string, number>();
  const owners = new Map<string, number>();
  const add = (sums: Map<string, number>, name: string, time: number) =>
    sums.set(name, (sums.get(name) ?? 0) + time);
  profile.samples.forEach((id, index) => {
    const { frame, owner } = frames.get(id) ?? UNKNOWN;
    const time = profile.timeDeltas[index] ?? 0;
    add(times, frame, time);
    add(owners, owner, time);
  });
  const show = (time: number) => `${(time / requests).toFixed(1)} µs`;
  console.log(`\nTime of its own for each request; the process took ${microseconds.toFixed(0)} µs\n`);
  print(times, show);
  console.log("\nThe same by package and folder, with the platform's getters that they read\n");
  print(owners, show);
}

async function printAllocations(call: Call, load: Load, lines: readonly string[]): Promise<void> {
  await call("HeapProfiler.startSampling", {
    samplingInterval: HEAP_INTERVAL,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  const { perSecond } = await load();
  const { profile } = (await call("HeapProfiler.stopSampling")) as { profile: { head: HeapNode } };
  const requests = perSecond * SECONDS;
  const sizes = new Map<string, number>();
  const visit = ({ callFrame, selfSize, children }: HeapNode) => {
    const { frame } = describe(callFrame, lines);
    sizes.set(frame, (sizes.get(frame) ?? 0) + selfSize);
    for (const child of children) visit(child);
  };
  visit(profile.head);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  console.log(`\nAllocated for each request, ${(total / requests).toFixed(0)} bytes in all\n`);
  print(sizes, (size) => `${(size / requests).toFixed(0)} B`);
}

function print(amounts: ReadonlyMap<string, number>, show: (amount: number) => string): void {
  const sorted = [...amounts].sort(([, a], [, b]) => b - a).slice(0, TOP);
  for (const [frame, amount] of sorted) console.log(`${show(amount).padStart(10)}  ${frame}`);
}

/** Bundles have the path of each source file in a comment above its code. */
function describe({ functionName, lineNumber, url }: Frame, lines: readonly string[]): Place {
  const name = functionName || "(anonymous)";
  if (!url) return { frame: name, owner: name === "(idle)" ? name : "the platform" };
  let at = lineNumber;
  while (at > 0 && !/^\/\/ \S+\.[cm]?[jt]s$/.test(lines[at] ?? "")) at--;
  const path = (lines[at] ?? "").slice(3);
  const [owner = path] = /^(node_modules\/(@[^/]+\/)?[^/]+|[^/]+\/[^/]+)/.exec(path) ?? [];
  return { frame: `${name}  ${path}  ${lines[lineNumber]?.trim().slice(0, 60) ?? ""}`, owner };
}
