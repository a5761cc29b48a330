/** A user's program over `carillon/node`, for the compiler only. */
import { createServer } from 'node:http';
import { Channels, MemoryBackend } from 'carillon/channels';
import { type AttachedChannels, attachChannels } from 'carillon/node';

export function serve(): AttachedChannels {
  const channels = new Channels({ backend: new MemoryBackend(), channels: ['chat'] });
  return attachChannels(createServer(), {
    channels,
    createWsRouteHandlers: true,
    authorize: (request, channel) => request.headers.cookie === channel,
  });
}
