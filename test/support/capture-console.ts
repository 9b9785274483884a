import { vi } from "vitest";

/** Runs a function, and gives the lines that it wrote to the console, each with the method that wrote it. */
export function captureConsole(work: () => void): { readonly lines: string[]; readonly levels: string[] } {
  const lines: string[] = [];
  const levels: string[] = [];
  const spies = (["log", "error"] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((line: string) => {
      lines.push(line);
      levels.push(level);
    }),
  );
  try {
    work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { lines, levels };
}
