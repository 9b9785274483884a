import type { NextConfig } from "next";

const config: NextConfig = {
  // Makes this folder the root. Otherwise Next looks for a workspace around it.
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
};

export default config;
