// The rules for CI and the release. They look at the text too, since YAML's readers drop comments.

import { parse } from "yaml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly container?: string | { readonly image: string };
  readonly services?: Readonly<Record<string, { readonly image: string }>>;
  /** `null`: the key alone, without a value. */
  readonly permissions?: Readonly<Record<string, string>> | string | null;
  readonly needs?: string | readonly string[];
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>> | string | null;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Everything that a workflow does against the rules. */
export function findBreaches(yaml: string): string[] {
  const workflow: Workflow = parse(yaml);
  const jobs = Object.entries(workflow.jobs);
  return [
    ...readUses(yaml)
      .filter((line) => !PINNED_ACTION.test(line))
      .map((line) => `not by digest: ${line}`),
    ...(isReadOnly(workflow.permissions) ? [] : ["the workflow may do more than read"]),
    ...jobs.flatMap(([name, job]) => findInJob(job).map((breach) => `${name}: ${breach}`)),
  ];
}

/** Commands that install packages and run their scripts: `npm ci` and `npm install` without `--ignore-scripts`. */
export function findScriptsRun(shell: string): string[] {
  return shell
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .filter((line) => /\bnpm (ci|i|install|add|update)\b/.test(line) && !line.includes("--ignore-scripts"));
}

const PINNED_ACTION = /^[\w.-]+\/[\w./-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/;
const PINNED_IMAGE = /^[\w./:-]+@sha256:[\da-f]{64}$/;

function readUses(yaml: string): string[] {
  return yaml.split("\n").flatMap((line) => /^[\s-]*uses:\s*(.*?)\s*$/.exec(line)?.[1] ?? []);
}

function isReadOnly(permissions: Workflow["permissions"]): boolean {
  if (!permissions || typeof permissions === "string") return false;
  return Object.entries(permissions).every(([scope, level]) => scope === "contents" && level === "read");
}

function findInJob(job: Job): string[] {
  const { container, services = {}, permissions, steps = [] } = job;
  const images = [container, ...Object.values(services)].flatMap((one) =>
    one === undefined ? [] : typeof one === "string" ? [one] : [one.image],
  );
  const runs = steps.flatMap(({ run }) => run ?? []);
  const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
  const publishes = permissions !== undefined && !isReadOnly(permissions);
  return [
    ...images.filter((image) => !PINNED_IMAGE.test(image)).map((image) => `image not by digest: ${image}`),
    ...checkouts
      .filter((step) => step.with?.["persist-credentials"] !== false)
      .map(() => "checkout leaves its credentials"),
    ...runs.flatMap(findScriptsRun).map((line) => `runs scripts of dependencies: ${line}`),
    // Text from outside, such as a branch's name, must not become part of a command.
    ...runs.filter((run) => run.includes("${{")).map(() => "puts an expression into a command"),
    ...(publishes ? findInPublisher(job, runs) : []),
  ];
}

/** Of a job that may do more than read: it publishes one file, whose checksum the job before gave, and no more. */
function findInPublisher({ permissions, needs, steps = [] }: Job, runs: readonly string[]): string[] {
  const breaches: string[] = [];
  const demand = (holds: boolean, breach: string) => {
    if (!holds) breaches.push(breach);
  };
  demand(JSON.stringify(permissions) === '{"id-token":"write"}', "may do more than identify itself");
  demand(needs !== undefined, "waits for no test");
  demand(!steps.some(({ uses }) => uses?.startsWith("actions/checkout@")), "checks the project out");
  const check = runs.findIndex((run) => /\bsha(256|512)sum --check --strict$/.test(run));
  const publish = runs.findIndex((run) =>
    /^npm publish \S+\.tgz .*--provenance.*--ignore-scripts$/.test(run),
  );
  demand(publish >= 0, "publishes something else than a tarball with provenance");
  demand(check >= 0 && check < publish, "does not compare the tarball before");
  demand(runs.length === 2, "runs more than that");
  return breaches;
}
