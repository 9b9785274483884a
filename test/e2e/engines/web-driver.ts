// The few commands of WebDriver (W3C, "classic") that the tests need, over fetch.

export interface WebDriverSession {
  /** The browser's capabilities, as its driver reports them. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  navigate(url: string): Promise<void>;
  address(): Promise<string>;
  /** Runs the body of a function whose last argument takes the result. */
  executeAsync(script: string, args: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Opens a session, and a browser with it.
 *
 * @param driver The driver's URL, without a trailing slash.
 */
export async function openSession(driver: string, capabilities: object): Promise<WebDriverSession> {
  const session = (await send("POST", `${driver}/session`, {
    capabilities: { alwaysMatch: capabilities },
  })) as { readonly sessionId: string; readonly capabilities: Readonly<Record<string, unknown>> };
  const url = `${driver}/session/${session.sessionId}`;
  return {
    capabilities: session.capabilities,
    navigate: async (to) => {
      await send("POST", `${url}/url`, { url: to });
    },
    address: async () => (await send("GET", `${url}/url`)) as string,
    executeAsync: (script, args) => send("POST", `${url}/execute/async`, { script, args }),
    close: async () => {
      await send("DELETE", url);
    },
  };
}

async function send(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`WebDriver: ${error}: ${message}`);
}
