/** The range ports are taken from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextPort } from './ports.js';

test('ports and their cluster bus ports never meet, and stay below the ephemeral range', () => {
  const ports = new Set<number>();
  for (let count = 0; count < 9_600; count++) ports.add(nextPort());
  assert.equal(ports.size, 9_600, 'every port has a turn before one comes again');
  for (const port of ports) {
    assert.ok(!ports.has(port + 10_000), `${port} leaves its bus port free`);
    assert.ok(port >= 1_024 && port + 10_000 < 32_768, `${port} is in no one else's range`);
  }
});
