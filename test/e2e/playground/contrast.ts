// Contrast as WCAG 2 defines it (relative luminance), of every text that is shown. Disabled controls are exempt there.

import type { Page } from "puppeteer-core";

const LEAST = 4.5;

/** Texts whose contrast is too low, with what it is. */
export function findFaintTexts(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const toParts = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (color: string) => {
      const [r = 0, g = 0, b = 0] = toParts(color).map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const groundOf = (element: Element | null): string => {
      if (element === null) return "rgb(255, 255, 255)";
      const { backgroundColor } = getComputedStyle(element);
      const [, , , alpha = 1] = toParts(backgroundColor);
      return alpha === 0 ? groundOf(element.parentElement) : backgroundColor;
    };
    const faint: string[] = [];
    for (const element of document.querySelectorAll("body *")) {
      const isField = element.matches("input, select");
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim());
      if (!(hasText || isField) || element.matches(":disabled, option, script, style, noscript *")) continue;
      if (element.getClientRects().length === 0) continue;
      const [one, other] = [luminance(getComputedStyle(element).color), luminance(groundOf(element))];
      const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      if (contrast < least) faint.push(`${element.textContent || element.id}: ${contrast.toFixed(2)}`);
    }
    return faint;
  }, LEAST);
}
