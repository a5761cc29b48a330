/** Module hooks that write down every module Node loads. Registered by `trace-loads.mjs`. */
import { appendFileSync } from 'node:fs';

/** @type {string} */
let target;

/** @param {string} file - Gets one URL per line. */
export function initialize(file) {
  target = file;
}

/** @type {import('node:module').LoadHook} */
export function load(url, context, nextLoad) {
  appendFileSync(target, `${url}\n`);
  return nextLoad(url, context);
}
