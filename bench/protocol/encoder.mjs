/**
 * The command encoder beside the other ways to do it.
 *
 * Every contender ends with the bytes in one buffer, which is where a socket's write puts them.
 * Build first, then: node bench/protocol/encoder.mjs
 */
import { Buffer } from 'node:buffer';
import { CommandEncoder, CommandHead } from '../../packages/carillon/dist/entries/protocol.js';
import { compare } from './measure.mjs';

const COUNT = 512;
const THRESHOLD = 16 * 1024;
const written = Buffer.alloc(1024 * 1024);

function ours(name, commands) {
  const head = new CommandHead(name);
  const encoder = new CommandEncoder();
  const write = () => {
    for (const chunk of encoder.take()) {
      if (typeof chunk === 'string') written.latin1Write(chunk, 0);
    }
  };
  return () => {
    for (const args of commands) {
      encoder.encode(head, args);
      if (encoder.pendingLength >= THRESHOLD) write();
    }
    write();
  };
}

/** Builds each command from nothing, and lets the socket find out that it is UTF-8. */
function generic(name, commands) {
  return () => {
    let batch = '';
    for (const args of commands) {
      batch += `*${args.length + 1}\r\n$${name.length}\r\n${name}\r\n`;
      for (const argument of args) {
        const text = String(argument);
        batch += `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
      }
      if (batch.length >= THRESHOLD) {
        written.utf8Write(batch, 0);
        batch = '';
      }
    }
    written.utf8Write(batch, 0);
  };
}

/** Writes argument by argument into the buffer. */
function intoBuffer(name, commands) {
  return () => {
    let at = 0;
    for (const args of commands) {
      at += written.latin1Write(`*${args.length + 1}\r\n$${name.length}\r\n${name}\r\n`, at);
      for (const argument of args) {
        const bytes = typeof argument === 'object' ? argument : Buffer.from(String(argument));
        at += written.latin1Write(`$${bytes.length}\r\n`, at);
        at += bytes.copy(written, at);
        at += written.latin1Write('\r\n', at);
      }
      if (at >= THRESHOLD) at = 0;
    }
  };
}

const workloads = {
  GET: ['GET', (i) => [`key:${i}`]],
  'SET of 32 bytes': ['SET', (i) => [`key:${i}`, 'v'.repeat(32)]],
  'SET of 32 bytes, not ASCII': ['SET', (i) => [`key:${i}`, 'é'.repeat(16)]],
  'SET of 1 KiB': ['SET', (i) => [`key:${i}`, 'v'.repeat(1024)]],
  'SET of 100 bytes as Buffer': ['SET', (i) => [`key:${i}`, Buffer.alloc(100, 'v')]],
  'XADD of two fields': ['XADD', (i) => ['stream', '*', 'field1', 'value1', 'field2', i]],
};
for (const [title, [name, argsOf]] of Object.entries(workloads)) {
  const commands = Array.from({ length: COUNT }, (_, i) => argsOf(i));
  compare(title, COUNT, {
    'this encoder': ours(name, commands),
    'text from nothing, written as utf8': generic(name, commands),
    'argument by argument into a buffer': intoBuffer(name, commands),
  });
}
