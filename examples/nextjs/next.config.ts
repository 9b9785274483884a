import type { NextConfig } from "next";

const config: NextConfig = {
  // This folder is all there is; without it Next looks for a workspace around it.
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
};

export default config;
