/**
 * `npm run build`, and what comes before packing: compiles the packages, then rolls up the
 * declarations of the library for its users.
 *
 * The compiler alone (`npx tsc -b`) is enough to run and test the code; who looks at the library as
 * its users see it calls `writeDeclarations()` first, and so never sees an old one.
 */
import { pathToFileURL } from 'node:url';
import { writeDeclarations } from './declarations/write.mjs';
import { build } from './setup/build.mjs';
import { messageOf, ROOT } from './setup/repository.mjs';

/**
 * Builds all that is published.
 *
 * @param {string} root - The repository's top folder, installed.
 * @returns {Promise<{ ok: boolean, output: string }>} What is wrong: empty when all is well.
 */
export async function buildAll(root) {
  const compiled = await build(root);
  if (!compiled.ok) return compiled;
  try {
    writeDeclarations(root);
    return compiled;
  } catch (error) {
    return { ok: false, output: `${compiled.output}${messageOf(error)}\n` };
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { ok, output } = await buildAll(ROOT);
  process.stderr.write(output);
  process.exitCode = ok ? 0 : 1;
}
