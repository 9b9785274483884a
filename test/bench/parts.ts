// Divides the processor time of a Worker under load among JavaScript, what it calls, and what the platform does besides.
// Needs Linux's perf. Samples whole stacks of the process, since an inspector sees JavaScript alone.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publish, toTable } from "./publish.ts";
import { measureWorker, type Traffic } from "./traffic.ts";
import type { RunningBenchWorker } from "./workerd.ts";

/** Runs of a Worker to divide. */
export interface Divided {
  readonly name: string;
  readonly worker: RunningBenchWorker;
  readonly traffic: Traffic;
}

/** They take turns, so that other work on the machine slows all alike. */
const ROUNDS = 5;
const SECONDS = 2;
const WARM_UP_SECONDS = 2;
const SAMPLES_PER_SECOND = 1500;
const MOST_OUTPUT = 2 ** 30;

type Rule = readonly [part: string, pattern: RegExp];

/** The first that any function of a stack matches. */
const ANYWHERE: readonly Rule[] = [
  [
    "garbage collection",
    /v8::internal::Heap::(Collect|Scaveng|Perform)|Scavenger|MarkCompact|GarbageCollect|cppgc::internal::.*(Sweep|Mark|Visit|Traverse)|ConcurrentMark|Sweeper|IncrementalMarking/,
  ],
  ["compiling", /Turbofan|Maglev|OptimizingCompile|v8::internal::compiler|baseline::|Compiler::/],
];

/** The first that a function matches which JavaScript has called. */
const CALLED: readonly Rule[] = [
  ["console.log", /[cC]onsole|handleLog|logMessage/],
  ["storage", /SqlStorage|SqliteDatabase|xSync|ActorSqlite|transactionSync|sqlite3|OutputGate/],
  ["timers", /etTimeout|clearTimeout|TimeoutManager/],
  [
    "call of an object",
    /workerd::api::callImpl|JsRpc|dispatchJsRpc|DurableObject|erializeJsValue|ValueSerializer/,
  ],
  ["fetch", /workerd::api::fetchImpl|ServiceWorkerGlobalScope::fetch|Fetcher::/],
  ["Request, Response, Headers and other objects", /workerd::(api|jsg)::/],
];

/** The first that a stack without JavaScript matches. */
const BESIDES: readonly Rule[] = [
  ["the platform: storage", /xSync|ActorSqlite|SqliteDatabase|sqlite3/],
  ["the platform: freeing objects", /::~|dispose|Disposer/],
  ["the platform: entering the isolate, promises", /IoContext|Worker::|InputGate|jsg::|capnp::|^kj::/],
];
const REST = "the platform: HTTP, sockets, kernel";

const IS_JAVASCRIPT = /^Builtins_|^\[unknown\]|^v8::internal::(Execution|Builtin_|Runtime_)|Microtask/;
const IN_JAVASCRIPT = /^Builtins_JSEntry|^Builtins_RunMicro|MicrotaskQueue/;

/** Tells whether this machine can sample stacks. */
export const canDivide = (): boolean => spawnSync("perf", ["--version"]).status === 0;

/** Measures all, and publishes the microseconds of every part for each report. */
export async function printParts(all: readonly Divided[]): Promise<void> {
  const columns = all.map(() => new Map<string, number>());
  for (const { worker, traffic } of all) await measureWorker(worker, traffic, WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, one] of all.entries()) {
      const column = columns[index];
      for (const [part, time] of await divide(one))
        column?.set(part, (column.get(part) ?? 0) + time / ROUNDS);
    }
  }
  const parts = [...ANYWHERE, ["JavaScript", / /] as const, ...CALLED, ...BESIDES, [REST, / /] as const];
  const rows = [["all", / /] as const, ...parts].map(([part]) => [
    part,
    ...columns.map((column) => (column.get(part) ?? 0).toFixed(0)),
  ]);
  publish(
    "Parts of the processor time, in microseconds for each report",
    toTable(["part", ...all.map(({ name }) => name)], rows),
  );
}

async function divide({ worker, traffic }: Divided): Promise<Map<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), "bench-parts-"));
  const data = join(folder, "perf.data");
  try {
    const options = ["-e", "cpu-clock", "-F", String(SAMPLES_PER_SECOND), "-g", "-o", data];
    const perf = spawn("perf", ["record", ...options, "-p", String(worker.pid)], { stdio: "ignore" });
    await once(perf, "spawn");
    const { microseconds } = await measureWorker(worker, traffic, SECONDS);
    perf.kill("SIGINT");
    await once(perf, "close");
    const text = execFileSync("perf", ["script", "-i", data, "-F", "ip,sym"], {
      encoding: "utf8",
      maxBuffer: MOST_OUTPUT,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const stacks = text
      .split("\n\n")
      .map(toFunctions)
      .filter((stack) => stack.length > 0);
    const sums = new Map([["all", microseconds]]);
    for (const stack of stacks) {
      const part = toPart(stack);
      sums.set(part, (sums.get(part) ?? 0) + microseconds / stacks.length);
    }
    return sums;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Gives the functions of a stack, the innermost first, without their template's arguments. */
function toFunctions(stack: string): string[] {
  return stack
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => withoutArguments(line.replace(/^\s*[0-9a-f]+\s+/, "")));
}

function withoutArguments(name: string): string {
  let depth = 0;
  let kept = "";
  for (const letter of name) {
    if (letter === "<") depth++;
    else if (letter === ">") depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += letter;
  }
  return kept === "" ? name : kept;
}

function toPart(stack: readonly string[]): string {
  const find = (rules: readonly Rule[], functions: readonly string[]) =>
    rules.find(([, pattern]) => functions.some((name) => pattern.test(name)))?.[0];
  const inner = stack.findIndex((name) => IS_JAVASCRIPT.test(name));
  const isJavaScript = inner >= 0 && stack.some((name) => IN_JAVASCRIPT.test(name));
  return (
    find(ANYWHERE, stack) ??
    (isJavaScript ? (find(CALLED, stack.slice(0, inner)) ?? "JavaScript") : (find(BESIDES, stack) ?? REST))
  );
}
