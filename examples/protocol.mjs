import { CommandEncoder, CommandHead, DecodeAs, Decoder, INCOMPLETE } from 'carillon/protocol';

const encoder = new CommandEncoder();
encoder.encode(new CommandHead('SET'), ['greeting', 'hello']);
console.log(encoder.take()); // what to write to the server: strings as latin1, bytes as they are

const decoder = new Decoder({ onPush: (push) => console.log('a push:', push) });
for (const chunk of ['+O', 'K\r\n>3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n:1', '\r\n']) {
  decoder.feed(Buffer.from(chunk)); // as it comes from a socket, cut anywhere
  for (;;) {
    const reply = decoder.read(DecodeAs.text);
    if (reply === INCOMPLETE) break; // the next chunk may have the rest
    console.log('a reply:', reply);
  }
}
