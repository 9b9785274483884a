import { render } from "preact";
import { useCallback, useState } from "preact/hooks";
import { type Api, createApi } from "./api.ts";
import { Console } from "./console.tsx";
import { SignIn } from "./pages/sign-in.tsx";

function App() {
  const [api, setApi] = useState<Api>();
  const [isRefused, setRefused] = useState(false);
  const leave = useCallback((refused: boolean) => {
    setRefused(refused);
    setApi(undefined);
  }, []);
  if (api === undefined) return <SignIn isRefused={isRefused} onKey={(key) => setApi(createApi(key))} />;
  return <Console api={api} onLeave={leave} />;
}

const app = document.getElementById("app");
if (app !== null) render(<App />, app);
