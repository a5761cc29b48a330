/** A user's program over `carillon/protocol`, for the compiler only. */
import { Decoder, encodeReply, INCOMPLETE, type Reply } from 'carillon/protocol';

export const decoder: Decoder = new Decoder();
export const wire: Uint8Array = encodeReply(['a', 1, null]);
export const incomplete: typeof INCOMPLETE = INCOMPLETE;
export const reply: Reply = 'OK';
