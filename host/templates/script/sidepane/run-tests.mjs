// npm test of a plugin in TypeScript: the tests of test/, as scripts that any Node runs.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
mkdirSync("build/test", { recursive: true });
const files = readdirSync("test").filter((name) => name.endsWith(".test.ts"));
if (files.length === 0) {
  console.error("error: there is no test/*.test.ts");
  process.exit(1);
}
const scripts = files.map((name) => `build/test/${name.replace(/ts$/, "mjs")}`);
for (const [at, name] of files.entries()) {
  // Tests run in Node and may use what it has; the plugin may not, which the build of it says.
  writeFileSync(scripts[at], await bundle(`import "./test/${name}";`, ["node:*"], []));
}
process.exit(spawnSync(process.execPath, ["--test", ...scripts], { stdio: "inherit" }).status ?? 1);
