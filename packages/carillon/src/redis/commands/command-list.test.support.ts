/** What running servers list, held against the table of commands. */
import { fetchServer, type ServerVersion, startServer } from '@carillon/test-kit';
import { COMMANDS, CONTAINERS } from './command-table.js';

/**
 * The commands of a server that the table lacks, and how many there are in all.
 *
 * @returns Why not, when the server cannot be had.
 */
export async function listedCommands(
  version: ServerVersion | 'installed',
): Promise<{ readonly count: number; readonly missing: readonly string[] } | { skip: string }> {
  const fetched = version === 'installed' ? undefined : await fetchServer(version);
  if (fetched?.available === false) return { skip: fetched.reason };
  await using server = await startServer(fetched === undefined ? {} : { binary: fetched.binary });
  const listed = (await server.command('COMMAND', 'LIST'))
    .split('\n')
    .map((name) => name.replace('|', ' ').toUpperCase());
  return {
    count: listed.length,
    missing: listed.filter((name) => !COMMANDS.has(name) && !CONTAINERS.has(name)),
  };
}
