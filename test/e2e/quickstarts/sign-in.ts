// The same sign-in at a terminal and by a form: a number that is none, a wrong code, a resend too soon, another text, and
// the code of a call.

import { expect } from "vitest";
import { eventually } from "../../support/eventually.ts";
import {
  COOLDOWN_MS,
  codeAt,
  codeHeardAt,
  notThe,
  type TwoFactorStack,
} from "../../support/two-factor-stack.ts";
import { createFormVisitor } from "./form-visitor.ts";
import type { Terminal } from "./terminal.ts";

export const TYPED = "07400 123456";
export const NUMBER = "447400123456";
export const ASKS_FOR_NUMBER = "Phone number: ";
export const ASKS_FOR_CODE = "Code (r: another text, c: a call): ";

export async function signInAtTerminal(terminal: Terminal, stack: TwoFactorStack): Promise<void> {
  expect(await terminal.shows(ASKS_FOR_NUMBER)).toBe("");
  terminal.type("12");
  expect(await terminal.shows(ASKS_FOR_NUMBER)).toBe("This is not a phone number\n");
  terminal.type(TYPED);
  expect(await terminal.shows(ASKS_FOR_CODE)).toBe(`A code is on its way to +${NUMBER}.\n`);
  terminal.type(notThe(codeAt(stack.sandbox, NUMBER)));
  expect(await terminal.shows(ASKS_FOR_CODE)).toBe("The code is wrong\n");
  terminal.type("r");
  expect(await terminal.shows(ASKS_FOR_CODE)).toBe("The last message may still arrive\n");
  for (const key of ["r", "c"]) {
    await stack.turnClock(COOLDOWN_MS);
    terminal.type(key);
    expect(await terminal.shows(ASKS_FOR_CODE)).toBe("A new code is on its way.\n");
  }
  terminal.type(codeHeardAt(stack.sandbox, NUMBER));
  expect(await terminal.ended()).toEqual({ code: 0, output: `Signed in as +${NUMBER}.\n` });
}

export async function signInByForm(origin: string, path: string, stack: TwoFactorStack): Promise<void> {
  const visitor = createFormVisitor(origin);
  await visitor.open(path);
  await visitor.press("Send code", { number: "12" });
  expect(visitor.text()).toContain("This is not a phone number");
  await visitor.press("Send code", { number: TYPED });
  expect(visitor.text()).toContain(`A code is on its way to +${NUMBER}.`);
  await visitor.press("Use another number");
  await visitor.press("Send code", { number: TYPED });
  await visitor.press("Sign in", { code: notThe(codeAt(stack.sandbox, NUMBER)) });
  expect(visitor.text()).toContain("The code is wrong");
  await visitor.press("Send another text");
  expect(visitor.text()).toContain("The last message may still arrive");
  for (const button of ["Send another text", "Call me"]) {
    await stack.turnClock(COOLDOWN_MS);
    await visitor.press(button);
    expect(visitor.text()).toContain("A new code is on its way.");
  }
  await visitor.press("Sign in", { code: codeHeardAt(stack.sandbox, NUMBER) });
  expect(visitor.text()).toContain(`Signed in as +${NUMBER}.`);
}

/** Both texts were replaced, and the code of the call came back. */
export async function expectReports({ sandbox }: TwoFactorStack): Promise<void> {
  await eventually(() =>
    expect(sandbox.reports().map(({ channel, delivered }) => [channel, delivered])).toEqual([
      ["sms", false],
      ["sms", false],
      ["voice", true],
    ]),
  );
}
