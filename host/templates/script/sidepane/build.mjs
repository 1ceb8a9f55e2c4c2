// npm run build: from src/plugin.js or src/plugin.ts to build/<name>.wasm.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { componentize } from "componentize-qjs";
import { bundle } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

const { name } = JSON.parse(readFileSync("package.json", "utf8"));
const source = ["src/plugin.ts", "src/plugin.js"].find(existsSync);
if (!source) {
  stop("there is no src/plugin.js and no src/plugin.ts; one of them has to be there, with the plugin as its default export");
}
mkdirSync("build", { recursive: true });

try {
  const serves = await served();
  const exported = { card: "contactContext", event: "productEvent", action: "action" };
  const names = ["manifest", ...serves.map((part) => exported[part])];
  const jsSource = await bundle(`
    import "./sidepane/component.js";
    import plugin from "./${source}";
    export const { ${names.join(", ")} } = plugin;
  `);
  const { component } = await componentize({ witPath: "wit", jsSource, world: `${serves.join("-")}-plugin`, sync: true });
  writeFileSync(`build/${name}.wasm`, component);
  console.log(`build/${name}.wasm: ${component.length} bytes, serves ${serves.join(", ")}`);
} catch (error) {
  // What the bundler complains of, it has printed with its place.
  stop(Array.isArray(error.errors) ? `${source} cannot be bundled; the reason stands above` : error.message);
}

// The plugin says itself what it serves, so it is asked, here in Node.
async function served() {
  const file = "build/plugin.mjs";
  writeFileSync(file, await bundle(`export { default } from "./${source}";`));
  const { default: plugin } = await import(new URL(`../${file}`, import.meta.url).href);
  if (!Array.isArray(plugin?.serves)) {
    throw new Error(`${source} has no plugin as its default export: write export default plugin({…})`);
  }
  return plugin.serves;
}

function stop(why) {
  console.error(`error: ${why}`);
  process.exit(1);
}
