/** For `node --import`: writes the URL of every module that is loaded to the file `LOAD_TRACE`. */
import { register } from 'node:module';

register('./load-hooks.mjs', import.meta.url, { data: process.env.LOAD_TRACE });
