/** A user's program over `carillon/contracts`, for the compiler only. */
import { test } from 'node:test';
import { MemoryBackend } from 'carillon/channels';
import { channelsBackendContract } from 'carillon/contracts';

const cases = channelsBackendContract(async () => ({ backend: new MemoryBackend() }));
for (const { name, run } of cases) test(name, run);
