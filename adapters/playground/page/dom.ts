// Elements, and texts in them. Nothing here makes HTML of text: what comes from outside is only ever text.

/** The page's element of that id. */
export function find<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`The page has no ${kind.name} #${id}.`);
}

/** Makes an element with a class and what is in it. */
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

/** Sets a text, unless it is there already: a live region would be read out again. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export type Tone = "good" | "bad" | "plain";

/** Says something in a status region, also the same thing twice. */
export function say(region: HTMLElement, text: string, tone: Tone = "plain"): void {
  region.dataset.tone = tone;
  region.replaceChildren(text);
}

/** Whether keyboard users are in there. */
export const hasFocus = (element: HTMLElement): boolean => element.contains(document.activeElement);

/** Runs one action at a time: a second click while the first is under way does nothing. Never disables the button, which would lose its focus. */
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
