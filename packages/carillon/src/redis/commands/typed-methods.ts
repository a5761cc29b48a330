/**
 * Makes the methods of the typed commands: from the generated table, and from what is written by hand
 * where arguments or replies depend on options.
 *
 * A method turns its parameters into a `Command` and passes on what `run` returns. Their types stand
 * in the interfaces of `generated/` and `by-hand/`.
 */
import { RedisError } from '../errors/redis-error.js';
import { UsageError } from '../errors/usage-error.js';
import { DecodeAs } from '../protocol/decoder.js';
import type { Argument } from '../protocol/encoder.js';
import { readPlan, tooMany, type WriteArguments } from './argument-plan.js';
import { Command, type CommandSpec, defineCommand, type Encoding } from './command.js';
import { methodNameOf } from './command-name.js';
import type { CommandEntry } from './command-table.js';
import { refuseCall } from './misuse.js';
import { REPLIES, type ReplyName, type ReplyReader } from './replies.js';

/** What is special about a command; what is left out is as the table says. */
export interface MethodByHand {
  /** A plan (see `argument-plan.ts`), or a function that writes the arguments. */
  readonly args?: string | ((...given: never[]) => readonly Argument[]);
  /**
   * How many parameters a function in `args` takes. Absent when it takes any number, or passes on to a
   * plan what it does not know.
   */
  readonly most?: number;
  /** How to read the reply, or a function that decides by the parameters. */
  readonly reply: ReplyReader | ((...given: never[]) => ReplyReader);
  /** Flags that some calls have beside those of the table. */
  readonly flags?: (...given: never[]) => number;
}

/** Methods by the name of their command. */
export type MethodsByHand = Readonly<Record<string, MethodByHand>>;

/** What a method needs of the object that it is called on. */
interface Caller {
  readonly encoding: Encoding;
  run<T>(command: Command<T>): Promise<T>;
}

type Method = (this: Caller, ...given: unknown[]) => Promise<unknown>;

/**
 * Puts the method of a command on a prototype.
 *
 * @param byHand - Absent when the table says all.
 */
export function addMethod(
  prototype: object,
  entry: CommandEntry,
  byHand?: MethodByHand,
  name: string = methodNameOf(entry.name),
): void {
  const value = methodOf(entry, byHand);
  Object.defineProperty(value, 'name', { value: name });
  Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
}

function methodOf(entry: CommandEntry, byHand: MethodByHand | undefined): Method {
  const specs = new Specs(entry);
  const {
    args: plan = entry.plan,
    reply = REPLIES[entry.reply as ReplyName],
    flags = 0,
    most,
  } = byHand ?? {};
  let write: WriteArguments | undefined;

  return function (...given) {
    let command: Command;
    try {
      write ??= writerOf(plan, most, entry.name);
      const args = write(given);
      const reader = typeof reply === 'function' ? (reply as Given<ReplyReader>)(...given) : reply;
      const extra = typeof flags === 'function' ? (flags as Given<number>)(...given) : flags;
      command = new Command(specs.specFor(this.encoding, reader, extra), args);
    } catch (error) {
      const mistake = error instanceof RedisError ? error : badArguments(error, entry.name);
      mistake.command ??= entry.name;
      return refuseCall(this, mistake);
    }
    return this.run(command);
  };
}

type Given<T> = (...given: readonly unknown[]) => T;

function writerOf(
  args: NonNullable<MethodByHand['args']>,
  most = Number.POSITIVE_INFINITY,
  command: string,
): WriteArguments {
  if (typeof args === 'string') return readPlan(args, command);
  const write = args as Given<readonly Argument[]>;
  return (given) => {
    if (given.length > most) throw tooMany(command, most);
    return write(...given);
  };
}

/** A spec, and what it is for. */
interface KnownSpec {
  readonly encoding: Encoding;
  readonly reader: ReplyReader;
  readonly extraFlags: number;
  readonly spec: CommandSpec<unknown>;
}

/** The specs that calls of one method have needed: one for each encoding, and few more. */
class Specs {
  readonly #entry: CommandEntry;
  readonly #known: KnownSpec[] = [];
  #last: KnownSpec | undefined;

  constructor(entry: CommandEntry) {
    this.#entry = entry;
  }

  specFor(encoding: Encoding, reader: ReplyReader, extraFlags: number): CommandSpec<unknown> {
    const fits = (each: KnownSpec): boolean =>
      each.encoding === encoding && each.reader === reader && each.extraFlags === extraFlags;
    if (this.#last === undefined || !fits(this.#last)) {
      this.#last = this.#known.find(fits) ?? this.#make(encoding, reader, extraFlags);
    }
    return this.#last.spec;
  }

  #make(encoding: Encoding, reader: ReplyReader, extraFlags: number): KnownSpec {
    const { name, flags } = this.#entry;
    const asBytes = reader.isBytes === true || (encoding === null && reader.isText !== true);
    const decodeAs =
      (asBytes ? DecodeAs.bytes : DecodeAs.text) |
      (reader.flatMaps === true ? DecodeAs.flatMaps : 0);
    const { shape } = reader;
    const spec = defineCommand(name, {
      flags: flags | extraFlags,
      decodeAs,
      // Inside MULTI, by hand on a connection of one's own, the reply has no shape yet.
      ...(shape && { shape: (reply) => (reply === 'QUEUED' ? reply : shape(reply, name)) }),
    });
    const known = { encoding, reader, extraFlags, spec };
    this.#known.push(known);
    return known;
  }
}

/** Something of another type stands where an array or a record should. */
function badArguments(cause: unknown, command: string): UsageError {
  const message = `bad arguments for ${command}: ${String(cause)}`;
  return new UsageError('INVALID_ARGUMENT', message, { command, cause });
}
