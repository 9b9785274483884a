export const STYLE = `
:root {
  color-scheme: light dark;
  --accent: light-dark(#4f46e5, #a5b4fc);
  --line: light-dark(#d4d4d8, #52525b);
  --muted: light-dark(#5b5b66, #a1a1aa);
  font:
    16px / 1.5 system-ui,
    sans-serif;
}
body {
  margin: 0;
  min-height: 100dvh;
  display: grid;
  place-items: center;
  background: light-dark(#f4f4f5, #18181b);
}
main {
  box-sizing: border-box;
  width: min(24rem, 100vw - 2rem);
  margin: 1rem;
  padding: 2rem;
  border: 1px solid var(--line);
  border-radius: 1rem;
  background: light-dark(#fff, #27272a);
}
h1 {
  margin: 0 0 1rem;
  font-size: 1.5rem;
}
form:not([hidden]) {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 0.5rem;
  margin-top: 1rem;
}
[hidden] {
  display: none;
}
label {
  font-weight: 600;
}
input {
  box-sizing: border-box;
  width: 100%;
  padding: 0.6rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  font: inherit;
}
input[autocomplete="one-time-code"] {
  font-size: 1.5rem;
  letter-spacing: 0.3em;
  text-align: center;
}
button {
  padding: 0.6rem 1rem;
  border: 1px solid var(--accent);
  border-radius: 0.5rem;
  background: var(--accent);
  color: light-dark(#fff, #18181b);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
.other button {
  background: none;
  color: var(--accent);
}
form.other:not([hidden]) {
  grid-template-columns: 1fr 1fr;
}
:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
}
[role="alert"]:not(:empty) {
  margin: 0;
  padding: 0.6rem 0.75rem;
  border-radius: 0.5rem;
  background: light-dark(#fef2f2, #450a0a);
  color: light-dark(#991b1b, #fecaca);
}
#hint {
  margin: 0;
  color: var(--muted);
  font-size: 0.875rem;
}
a {
  color: var(--accent);
}
`;
