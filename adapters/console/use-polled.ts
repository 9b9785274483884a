import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Answer, Api } from "./api.ts";

export interface Polled<T> {
  /** The last answer. It stays while a later call fails. */
  readonly value: T | undefined;
  /** The reason why the last call failed. */
  readonly failure: string | undefined;
  /** When `value` arrived, epoch milliseconds. */
  readonly at: number;
  refresh(): void;
}

const EVERY_MS = 5000;

/** Reads a path now and every five seconds, while the page is visible. */
export function usePolled<T>(api: Api, path: string, onRefused: () => void): Polled<T> {
  const [state, setState] = useState<{ path: string; value?: T; failure?: string; at: number }>({
    path,
    at: 0,
  });
  const [round, setRound] = useState(0);
  const refused = useRef(onRefused);
  refused.current = onRefused;

  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      if (document.visibilityState === "visible") take(await api.get<T>(path, stop.signal));
      if (!stop.signal.aborted) timer = setTimeout(look, EVERY_MS);
    };
    const take = (answer: Answer<T>) => {
      if (stop.signal.aborted) return;
      if (answer.status === "refused") refused.current();
      else if (answer.status === "ok") setState({ path, value: answer.value, at: Date.now() });
      else setState((before) => ({ ...before, failure: answer.detail }));
    };
    const wake = () => {
      if (document.visibilityState !== "visible") return;
      clearTimeout(timer);
      void look();
    };
    document.addEventListener("visibilitychange", wake);
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
    };
  }, [api, path, round]);

  const refresh = useCallback(() => setRound((before) => before + 1), []);
  const { value, failure, at } = state;
  return { value: state.path === path ? value : undefined, failure, at, refresh };
}
