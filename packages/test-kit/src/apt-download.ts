/**
 * Has apt download a package with all its libraries, as if for an empty machine.
 *
 * apt works on a state of its own in a given folder: it installs nothing and touches nothing of this
 * machine. It uses the mirror that this machine's apt is configured for, with its proxy settings.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { VersionSource } from './server-versions.js';

const run = promisify(execFile);

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Downloads a package and everything it needs.
 *
 * @param folder - Receives apt's state and the archives.
 * @returns The paths of the archives.
 * @throws {Error} When there is no apt, no Debian mirror, no network, or another version.
 */
export async function downloadPackages(folder: string, source: VersionSource): Promise<string[]> {
  if (!existsSync(KEYRING)) throw new Error('this is no Debian: its archive keys are missing');
  const mirrors = await configuredMirrors();
  const lines = source.suites.map((suite) => {
    const mirror = suite.endsWith('-security') ? mirrors.security : mirrors.main;
    return `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`;
  });

  for (const name of ['lists/partial', 'archives/partial', 'state', 'cache']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  await writeFile(join(folder, 'sources.list'), lines.join(''));
  await writeFile(join(folder, 'status'), ''); // no package is installed, so apt fetches them all
  await writeFile(join(folder, 'apt.conf'), aptConfig(folder));

  const apt = (...args: string[]) =>
    run('apt-get', ['-qq', ...args], {
      env: { ...process.env, APT_CONFIG: join(folder, 'apt.conf'), LC_ALL: 'C' },
      timeout: 180_000,
    });
  await apt('update');
  const preference = source.prefer === undefined ? [] : ['-t', source.prefer];
  const install = ['install', '--yes', '--download-only', ...preference, source.package];
  const { stdout: plan } = await apt(...install, '--print-uris');
  const offered = new RegExp(` ${source.package}_(?:\\d+%3a)?(\\S+?)_\\w+\\.deb `).exec(plan)?.[1];
  if (!offered?.startsWith(source.line)) {
    throw new Error(`the mirror has version ${offered ?? 'unknown'}, not ${source.line}x`);
  }
  await apt(...install);

  const archives = join(folder, 'archives');
  const names = await readdir(archives);
  return names.filter((name) => name.endsWith('.deb')).map((name) => join(archives, name));
}

function aptConfig(folder: string): string {
  const settings: Record<string, string> = {
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::Etc::preferences': '-',
    'Dir::Etc::preferencesparts': '-',
    'Dir::State': join(folder, 'state'),
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Cache::archives': join(folder, 'archives'),
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Check-Valid-Until': 'false', // an old release stays usable
    'Acquire::Retries': '1',
    'Acquire::http::Timeout': '20',
    'Acquire::https::Timeout': '20',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} "${value}";\n`)
    .join('');
}

/** The Debian mirrors that this machine's apt uses. */
async function configuredMirrors(): Promise<{ main: string; security: string }> {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(SITE)']);
  const sites = stdout.split('\n').map((site) => site.replace(/\/+$/, ''));
  const main = sites.find((site) => site.endsWith('/debian'));
  if (main === undefined) throw new Error('apt is configured for no Debian mirror');
  return { main, security: sites.find((site) => site.endsWith('/debian-security')) ?? main };
}
