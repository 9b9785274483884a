// `npm run docs:reference`: writes the pages of docs/reference that follow from the code.

import { writeFileSync } from "node:fs";
import { PAGES } from "./pages.ts";

for (const [file, text] of Object.entries(PAGES)) writeFileSync(file, text);
