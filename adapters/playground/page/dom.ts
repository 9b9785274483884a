// Helpers for elements and their texts. Text from outside is never parsed as HTML.

/** Finds the element with an id. */
export function find<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`The page has no ${kind.name} #${id}.`);
}

/** Makes an element with a class and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...children);
  return element;
}

/** Sets a text if it differs. Setting it again would make screen readers repeat a live region. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export type Tone = "good" | "bad" | "plain";

/** Announces a text in a status region, even if it is the same as before. */
export function say(region: HTMLElement, text: string, tone: Tone = "plain"): void {
  region.dataset.tone = tone;
  region.replaceChildren(text);
}

/** Announces that something is done. The note goes after a while. */
export function sayDone(region: HTMLElement, text: string): void {
  say(region, text);
  const note = region.firstChild;
  setTimeout(() => {
    if (region.firstChild === note) say(region, "");
  }, DONE_MS);
}

const DONE_MS = 8000;

/** Returns `true` if the keyboard focus is inside. */
export const hasFocus = (element: HTMLElement): boolean => element.contains(document.activeElement);

/** Runs one action at a time and ignores further clicks. It does not disable the button, which would lose the focus. */
export function createOneAtATime(): (control: HTMLElement, action: () => Promise<void>) => Promise<void> {
  let busy = false;
  return async (control, action) => {
    if (busy) return;
    busy = true;
    control.setAttribute("aria-busy", "true");
    try {
      await action();
    } finally {
      busy = false;
      control.removeAttribute("aria-busy");
    }
  };
}
