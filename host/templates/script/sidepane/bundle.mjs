// One script of many modules, and a word where a module is one that no plugin has.

import { builtinModules } from "node:module";
import { build } from "esbuild";
import { insteadOf } from "./traps.js";

/** Bundles what `entry` imports, from the project's folder. */
export async function bundle(entry, external = ["sidepane:*"], plugins = [notThere]) {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: process.cwd(), sourcefile: "entry.js" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["worker", "browser"],
    define: { "process.env.NODE_ENV": '"production"' },
    external,
    plugins,
    logLevel: "error",
  });
  return outputFiles[0].text;
}

const notThere = {
  name: "not-there",
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z_]+)?$/ }, ({ path }) => {
      const module = path.replace(/^node:/, "");
      return path.startsWith("node:") || builtinModules.includes(module) ? { errors: [{ text: insteadOf(path) }] } : undefined;
    });
  },
};
