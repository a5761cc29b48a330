/**
 * Certificates for tests over TLS: an authority, and a server and a client signed by it.
 *
 * Made by the `openssl` command, because Node.js cannot create certificates. Never checked in, so
 * they never expire in the repository.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGuardedFolder } from './guard.js';
import { TestKitError } from './test-kit-error.js';

const run = promisify(execFile);

/** One authority and what it signed. */
export interface Certificates {
  /** The client's side, as PEM texts and as files. */
  readonly client: {
    readonly ca: string;
    readonly cert: string;
    readonly key: string;
    readonly paths: { readonly ca: string; readonly cert: string; readonly key: string };
  };
  /** The server's side, as files. The certificate is valid for localhost, 127.0.0.1 and ::1. */
  readonly files: {
    readonly ca: string;
    readonly serverCert: string;
    readonly serverKey: string;
  };
}

const CONFIG = `
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
extendedKeyUsage = serverAuth, clientAuth
`;

let shared: Promise<Certificates> | undefined;

/** The certificates of this process's servers: made on first use, then always the same. */
export function sharedCertificates(): Promise<Certificates> {
  shared ??= createCertificates();
  return shared;
}

/**
 * Makes a fresh authority with a server's and a client's certificate: for tests in which the two
 * sides do not trust each other. The files live as long as this process.
 *
 * @throws {TestKitError} `NO_OPENSSL`.
 */
export async function createCertificates(): Promise<Certificates> {
  const folder = createGuardedFolder();
  const at = (name: string) => join(folder, name);
  writeFileSync(at('openssl.cnf'), CONFIG);

  const key = (name: string) =>
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at(`${name}.key`));
  const request = (name: string, ...extra: string[]) =>
    openssl('req', '-new', '-config', at('openssl.cnf'), '-key', at(`${name}.key`), ...extra);
  const leaf = async (name: string, serial: string) => {
    await request(name, '-subj', `/CN=${name}`, '-out', at(`${name}.csr`));
    const signer = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-set_serial', serial];
    const content = ['-days', '3650', '-extfile', at('openssl.cnf'), '-extensions', 'leaf'];
    const files = ['-in', at(`${name}.csr`), '-out', at(`${name}.crt`)];
    await openssl('x509', '-req', ...files, ...signer, ...content);
  };

  await Promise.all(['ca', 'server', 'client'].map(key));
  const authority = ['-x509', '-days', '3650', '-extensions', 'authority', '-out', at('ca.crt')];
  await request('ca', '-subj', '/CN=test-kit authority', ...authority);
  await Promise.all([leaf('server', '1'), leaf('client', '2')]);

  const paths = { ca: at('ca.crt'), cert: at('client.crt'), key: at('client.key') };
  const text = (path: string) => readFileSync(path, 'utf8');
  return {
    client: { ca: text(paths.ca), cert: text(paths.cert), key: text(paths.key), paths },
    files: { ca: paths.ca, serverCert: at('server.crt'), serverKey: at('server.key') },
  };
}

async function openssl(...args: string[]): Promise<void> {
  try {
    await run('openssl', args);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new TestKitError(
      'NO_OPENSSL',
      missing
        ? 'TLS needs the openssl command. Install it (Debian, Ubuntu: apt-get install openssl).'
        : `openssl ${args[0]} failed`,
      { cause },
    );
  }
}
