/** What is in the tarballs that would be published. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ROOT, readJson } from '../setup/repository.mjs';
import { filesBelow, packAll, temporaryFolder, unpack } from './installed.mjs';

const folder = temporaryFolder(after);
/** @type {(import('./installed.mjs').Packed & { contents: string })[]} */
const packages = [];
for (const packed of await packAll(folder)) {
  packages.push({ ...packed, contents: await unpack(packed, `${packed.tarball}.contents`) });
}
const license = readFileSync(path.join(ROOT, 'LICENSE'), 'utf8');

for (const { name, files, contents } of packages) {
  const read = (/** @type {string} */ file) => readFileSync(path.join(contents, file), 'utf8');

  test(`${name} holds the licence and a README that names it`, () => {
    assert.ok(files.includes('LICENSE'), 'no LICENSE');
    assert.equal(read('LICENSE'), license);
    assert.ok(files.includes('README.md'), 'no README.md');
    assert.ok(read('README.md').includes(name));
  });

  test(`${name} holds no tests and nothing of the build's own`, () => {
    const unwanted = files.filter((file) => /\.test\.|tsbuildinfo|tsconfig|\.tgz$/.test(file));
    assert.deepEqual(unwanted, []);
  });

  test(`${name} holds no path of the machine it was packed on`, () => {
    const places = [ROOT, os.homedir()].filter((place) => place.length > 1);
    const telling = filesBelow(contents).filter((file) =>
      places.some((place) => read(file).includes(`${place}/`)),
    );
    assert.deepEqual(telling, []);
  });

  test(`${name} holds every file that its package.json names`, () => {
    const { exports = {}, bin = {} } = readJson(path.join(contents, 'package.json'));
    const named = [
      ...Object.values(exports).flatMap((door) =>
        typeof door === 'string' ? [door] : Object.values(door),
      ),
      ...Object.values(bin),
    ];
    assert.deepEqual(
      named.filter((file) => !existsSync(path.join(contents, file))),
      [],
    );
  });

  test(`${name} leads from every map to a source that it holds`, () => {
    const broken = files
      .filter((file) => file.endsWith('.map'))
      .flatMap((file) => {
        /** @type {{ sourceRoot?: string, sources: string[] }} */
        const { sourceRoot = '', sources } = JSON.parse(read(file));
        return sources
          .map((source) => path.posix.join(path.posix.dirname(file), sourceRoot, source))
          .filter((source) => !files.includes(source))
          .map((source) => `${file} -> ${source}`);
      });
    assert.deepEqual(broken, []);
  });

  test(`${name} leads from its code to no map that it does not hold`, () => {
    const broken = files
      .filter((file) => /\.(js|d\.ts)$/.test(file))
      .filter((file) => {
        const [, map] = /^\/\/# sourceMappingURL=(.+)$/m.exec(read(file)) ?? [];
        return map !== undefined && !files.includes(path.posix.join(path.posix.dirname(file), map));
      });
    assert.deepEqual(broken, []);
  });
}

test('carillon declares everything once: in the parts that its doors name', () => {
  const declarations = packages
    .filter(({ name }) => name === 'carillon')
    .flatMap(({ files }) => files.filter((file) => file.endsWith('.d.ts')));

  assert.ok(declarations.includes('types/parts/redis.d.ts'), declarations.join('\n'));
  assert.deepEqual(
    declarations.filter((file) => !/^types\/(parts\/)?[\w-]+\.d\.ts$/.test(file)),
    [],
  );
});
