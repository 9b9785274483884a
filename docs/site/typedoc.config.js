// The API reference as Markdown, so that the site's search finds it.

import { fileURLToPath } from "node:url";
import reference from "../../typedoc.config.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

export default {
  ...reference,
  entryPoints: reference.entryPoints.map((path) => root + path),
  tsconfig: `${root}tsconfig.json`,
  plugin: [...reference.plugin, `${root}docs/site/node_modules/typedoc-plugin-markdown/dist/index.js`],
  out: `${root}docs/site/.pages/api`,
  entryFileName: "index",
  hideBreadcrumbs: true,
  hidePageHeader: true,
  parametersFormat: "table",
  useCodeBlocks: true,
  sanitizeComments: true,
};
