// How the authenticator is built: the page's scripts and one style sheet under
// fixed names, because the server puts them under an address that changes with
// any of them; parts that load later carry their digest, so that a page of
// yesterday misses them instead of mixing versions. The worker is a build of
// its own, in one piece: not every browser lets a service worker import.

import { readdirSync } from "node:fs";
import { defineConfig, type UserConfig } from "vite";

const page: UserConfig["build"] = {
  cssCodeSplit: false,
  license: { fileName: "licenses.txt" },
  rolldownOptions: {
    checks: { pluginTimings: false }, // a busy machine is no mistake of ours
    input: { main: "src/main.tsx", early: "src/early.ts" },
    output: {
      entryFileNames: "[name].js",
      chunkFileNames: "parts/[name]-[hash].js",
      assetFileNames: "[name][extname]",
    },
  },
};

const worker: UserConfig["build"] = {
  emptyOutDir: false,
  rolldownOptions: {
    checks: { pluginTimings: false },
    input: "src/worker/worker.ts",
    output: { format: "iife", entryFileNames: "worker.js" },
  },
};

// The worker is told which files the page has, but for the licenses, which
// nobody needs offline. The server writes the version before it.
function kept(): Record<string, string> {
  const out = process.argv[process.argv.indexOf("--outDir") + 1] ?? "dist";
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|css)$/.test(entry.name) && entry.name !== "worker.js")
    .map((entry) => `${entry.parentPath.slice(out.length + 1)}/${entry.name}`.replace(/^\//, ""));
  return { FILES: JSON.stringify([...files.sort(), "icon.svg"]), VERSION: "self.pageVersion" };
}

export default defineConfig(({ mode }) => ({
  base: "./",
  publicDir: false,
  define: mode === "worker" ? kept() : {},
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2023",
    cssTarget: ["chrome123", "firefox121", "safari17.5"], // all of them know light-dark()
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    ...(mode === "worker" ? worker : page),
  },
}));
