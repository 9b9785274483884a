// `vonage-conversion doctor`: collects the Worker's answers. diagnosis.ts interprets them.

import type * as v from "valibot";
import { doctorSchema, healthSchema, statsSchema } from "./answers.ts";
import { diagnose, type Examination, type Result } from "./diagnosis.ts";
import type { Finding } from "./finding.ts";
import { type Line, styled } from "./line.ts";
import type { Call } from "./request.ts";
import type { ExitCode, Work } from "./work.ts";
import { WorkerError } from "./worker-error.ts";

/** Examines the Worker. The exit code is 1 if there is a problem to fix. */
export async function runDoctor(
  work: Omit<Work, "progress">,
  { json }: { readonly json: boolean },
): Promise<ExitCode> {
  const examination = await examine(work);
  const findings = diagnose(examination, work.now());
  const ok = findings.every(({ level }) => level !== "problem");
  const { endpoint, health, doctor, stats } = examination;
  const seen = {
    health: health.answer ?? null,
    doctor: doctor?.answer ?? null,
    stats: stats?.answer ?? null,
  };
  work.output.print(
    ...(json ? [JSON.stringify({ ok, endpoint, findings, ...seen })] : formatFindings(findings)),
  );
  return ok ? 0 : 1;
}

async function examine({ endpoint, key, request }: Omit<Work, "progress">): Promise<Examination> {
  const ask = async <S extends v.GenericSchema>(call: Call, schema: S): Promise<Result<v.InferOutput<S>>> => {
    try {
      return { answer: await request(call, schema) };
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      return { error };
    }
  };
  const health = await ask({ method: "GET", path: "/health" }, healthSchema);
  const base = { endpoint, hasKey: key !== undefined, health };
  if (health.error || key === undefined) return base;
  const doctor = await ask({ method: "POST", path: "/doctor" }, doctorSchema);
  if (doctor.error?.concernsAll || !health.answer.ledger) return { ...base, doctor };
  return { ...base, doctor, stats: await ask({ method: "GET", path: "/stats" }, statsSchema) };
}

const MARKS = {
  ok: styled("good", "ok      "),
  note: styled("attention", "note    "),
  problem: styled("bad", "PROBLEM "),
} as const;

function formatFindings(findings: readonly Finding[]): Line[] {
  return findings.flatMap(({ level, text, more, runbook }) => [
    [MARKS[level], text],
    ...[...more, ...(runbook === undefined ? [] : [`See ${runbook}.`])].map(
      (line) => " ".repeat(MARKS[level].text.length) + line,
    ),
  ]);
}
