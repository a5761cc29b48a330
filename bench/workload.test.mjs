/** Every workload is whole, so that a run of all of them does not end in the middle. Runs none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adapterNamed } from './clients/catalogue.mjs';
import { workloadNamed, workloadNames } from './workload.mjs';

const titles = new Map();

for (const name of workloadNames()) {
  test(`the workload ${name} says what it does, what it wants and beside whom`, async () => {
    const workload = await workloadNamed(name);

    assert.ok(workload.inFlight > 0);
    assert.ok((workload.operation === undefined) !== (workload.start === undefined));
    assert.ok(workload.description.endsWith('.'));
    assert.equal(titles.get(workload.title), undefined, 'titles differ');
    titles.set(workload.title, name);
    const { against, ...figures } = workload.target;
    for (const figure of Object.values(figures)) assert.ok(figure > 0);
    for (const row of [...(workload.rows ?? []), ...(workload.beside ?? [])]) adapterNamed(row);
    if (against !== undefined) assert.ok(adapterNamed(against));
  });
}

test('a workload that does not exist is refused with the names there are', async () => {
  await assert.rejects(
    workloadNamed('get-65'),
    /no workload is called "get-65"; there are .*get-64/,
  );
});
