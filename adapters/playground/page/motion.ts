// Moves things on the stage: packets along the way of each exchange, and the wires that they follow. Nothing here
// carries information of its own: the same is in words elsewhere. Visitors who prefer reduced motion see the wires
// alone.

import { find, make } from "./dom.ts";

export type Tone = "ask" | "text" | "claim" | "good" | "known" | "lost";

/** One packet's way. */
export interface Flight {
  readonly from: HTMLElement;
  readonly to: HTMLElement;
  readonly label: string;
  readonly tone: Tone;
  /** `true` if it gets lost halfway. */
  readonly isLost?: boolean;
  /** `true` to take the way below the stage: from the handset back to the application. */
  readonly isBelow?: boolean;
}

export interface Wire {
  readonly from: HTMLElement;
  readonly to: HTMLElement;
  /** 0 to 1: its strength. */
  readonly weight: number;
}

export interface Motion {
  /** Lets packets fly one after the other, then calls back. */
  fly(flights: readonly Flight[], then: () => void): void;
  /** Lets small dots fly at once. */
  dots(flights: readonly Flight[]): void;
  draw(wires: readonly Wire[]): void;
  clear(): void;
}

const FLIGHT_MS = 650;
const DOT_MS = 700;
const MAX_DOTS = 8;
const MAX_WAITING = 12;

interface Point {
  readonly x: number;
  readonly y: number;
}

export function createMotion(): Motion {
  const stage = find("stage", HTMLElement);
  const layer = find("motion", HTMLElement);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const drawing = layer.querySelector("svg") ?? layer;
  /** Packets that wait, and what is to be done between them. */
  let queue: (Flight | (() => void))[] = [];
  let isFlying = false;

  async function run(): Promise<void> {
    if (isFlying) return;
    isFlying = true;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (typeof next === "function") next();
      else await move(make("span", `packet ${next.tone}`, next.label), next, FLIGHT_MS);
    }
    isFlying = false;
  }

  /** Moves one element along a flight. */
  async function move(element: HTMLElement, flight: Flight, duration: number): Promise<void> {
    const points = toPoints(flight, stage.getBoundingClientRect());
    const [start = { x: 0, y: 0 }, ...more] = points;
    layer.append(element);
    const at = ({ x, y }: Point, opacity: number) => ({
      transform: `translate(${x}px, ${y}px) translate(-50%, -50%)`,
      opacity,
    });
    const ends = more.map((point, index) => at(point, flight.isLost && index === more.length - 1 ? 0 : 1));
    await element
      .animate([at(start, 0.4), ...ends], { duration, easing: "cubic-bezier(.45, .05, .4, 1)" })
      .finished.catch(() => undefined);
    element.remove();
  }

  return {
    fly: (flights, then) => {
      const waiting = queue.filter((one) => typeof one !== "function").length;
      if (still.matches || document.visibilityState !== "visible" || waiting > MAX_WAITING) return then();
      // Without packets between them, the later of two replaces the former.
      if (flights.length === 0 && typeof queue.at(-1) === "function") queue.pop();
      queue.push(...flights, then);
      run();
    },
    dots: (flights) => {
      if (still.matches || document.visibilityState !== "visible") return;
      for (const [index, flight] of flights.slice(-MAX_DOTS).entries()) {
        setTimeout(() => move(make("span", `dot ${flight.tone}`), flight, DOT_MS), index * 60);
      }
    },
    draw: (wires) => {
      const ground = stage.getBoundingClientRect();
      drawing.replaceChildren(
        ...wires.map(({ from, to, weight }) => {
          const line = document.createElementNS(drawing.namespaceURI, "path");
          const [a = { x: 0, y: 0 }, b = a] = toPoints({ from, to }, ground);
          line.setAttribute("d", toCurve(a, b));
          line.setAttribute("stroke-width", String(1.5 + weight * 6));
          return line;
        }),
      );
    },
    clear: () => {
      queue = [];
    },
  };
}

/** Leaves and enters at the sides that face each other. */
function toPoints(
  { from, to, isLost, isBelow }: Pick<Flight, "from" | "to" | "isLost" | "isBelow">,
  ground: DOMRect,
): Point[] {
  const [a, b] = [from.getBoundingClientRect(), to.getBoundingClientRect()];
  const middle = (low: number, high: number) => (low + high) / 2;
  const place = (x: number, y: number): Point => ({ x: x - ground.left, y: y - ground.top });
  if (isBelow) {
    const y = ground.bottom - 10;
    return [place(middle(a.left, a.right), y), place(middle(b.left, b.right), y)];
  }
  const overlap = middle(Math.max(a.top, b.top), Math.min(a.bottom, b.bottom));
  const shared = middle(Math.max(a.left, b.left), Math.min(a.right, b.right));
  const isBeside = a.right <= b.left || b.right <= a.left;
  const tall = (box: DOMRect) => box.height > ground.height * 0.6;
  const yOf = (box: DOMRect, other: DOMRect) =>
    tall(box) ? (tall(other) ? overlap : middle(other.top, other.bottom)) : middle(box.top, box.bottom);
  const isRight = a.right <= b.left;
  const [start, end] = isBeside
    ? [place(isRight ? a.right : a.left, yOf(a, b)), place(isRight ? b.left : b.right, yOf(b, a))]
    : a.bottom <= b.top
      ? [place(shared, a.bottom), place(shared, b.top)]
      : [place(shared, a.top), place(shared, b.bottom)];
  return isLost ? [start, { x: middle(start.x, end.x), y: middle(start.y, end.y) }] : [start, end];
}

function toCurve(a: Point, b: Point): string {
  const bend = Math.abs(b.x - a.x) > Math.abs(b.y - a.y) * 0.2 ? (b.x - a.x) / 2 : 0;
  return `M${a.x} ${a.y}C${a.x + bend} ${a.y} ${b.x - bend} ${b.y} ${b.x} ${b.y}`;
}
