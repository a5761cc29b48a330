#!/usr/bin/env node
/**
 * The `carillon` command: what may be said on the command line, and how failures are told.
 *
 * A failure is one line on standard error and a non-zero exit code. The Redis URL is checked by the
 * client and not here, because an option's error would show it, password included.
 */
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { serve } from './serve.js';
import { DEFAULT_HOST, DEFAULT_PORT, type ServerOptions } from './server.js';

const VARIABLES = ['PORT', 'HOST', 'REDIS_URL'] as const;

// A variable that is set to nothing was meant to be unset.
for (const name of VARIABLES) if (process.env[name] === '') delete process.env[name];

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

const program = new Command('carillon')
  .description('Realtime channels, stand-alone.')
  .version(version)
  .showSuggestionAfterError(false);

program
  .command('serve')
  .description('Serves a live demo page, on the memory of this process or on Redis.')
  .addOption(
    new Option('-p, --port <number>', 'port to listen on; 0 for any free one')
      .env('PORT')
      .default(DEFAULT_PORT)
      .argParser(parsePort),
  )
  .addOption(
    new Option(
      '--host <address>',
      'address to listen on; anybody who reaches it may read and post, so by default only this machine does; 0.0.0.0 for all interfaces',
    )
      .env('HOST')
      .default(DEFAULT_HOST),
  )
  .addOption(
    new Option(
      '--redis-url <url>',
      'Redis or Valkey that connects this server with others; without it messages stay in this process. A password is safer in REDIS_URL than on the command line',
    ).env('REDIS_URL'),
  )
  .showSuggestionAfterError(false)
  .action((options: ServerOptions) => serve(options));

program.parseAsync().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`error: ${message.replace(/\s+/g, ' ')}\n`);
  process.exitCode = 1;
});

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}
