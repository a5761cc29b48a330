/**
 * The parameters of a method, derived from the arguments that servers tell: required ones in wire
 * order, what is optional in one object behind them.
 *
 * What has no plain form is refused, with the reason: it is given a signature in the table, or is
 * written by hand.
 */

/** @typedef {import('./facts.mjs').ArgumentFacts} ArgumentFacts */

/**
 * @typedef {object} Parameter
 * @property {string} name
 * @property {string} type
 * @property {boolean} [rest] - Takes all that follow.
 */

/**
 * @typedef {object} Signature
 * @property {readonly Parameter[]} parameters
 * @property {readonly OptionGroup[]} options - Those of one group exclude each other.
 * @property {string} plan - As `argument-plan.ts` reads it.
 */

/** @typedef {readonly { name: string, type: string }[]} OptionGroup */

/**
 * Better names and types than the servers', by the name that a parameter or option would have.
 *
 * @typedef {{ names?: Readonly<Record<string, string>>, types?: Readonly<Record<string, string>> }} Overrides
 */

/** @type {Readonly<Record<string, string>>} */
const TYPES = {
  key: 'Key',
  string: 'Value',
  integer: 'number',
  double: 'number',
  pattern: 'Key',
  'unix-time': 'number',
};

/**
 * @param {readonly ArgumentFacts[]} facts
 * @param {Overrides} [overrides]
 * @returns {Signature | { refused: string }}
 */
export function signatureOf(facts, overrides = {}) {
  /** @type {Parameter[]} */
  const parameters = [];
  /** @type {OptionGroup[]} */
  const options = [];
  /** @type {string[]} */
  const plan = [];
  try {
    for (let i = 0; i < facts.length; i++) {
      const fact = /** @type {ArgumentFacts} */ (facts[i]);
      const next = facts[i + 1];
      if (isTrailing(fact, next, options)) {
        if (fact.multiple) {
          parameters.push({ name: plural(fact), type: `Many<${typeOf(fact)}>`, rest: true });
          plan.push('...');
        } else {
          parameters.push({ name: `${camelCase(fact.name)}?`, type: typeOf(fact) });
          plan.push('.?');
        }
      } else if (fact.optional) {
        const group = optionsOf(fact);
        options.push(group.map(({ name, type }) => ({ name, type })));
        addToPlan(
          plan,
          group.map(({ plan: item }) => item),
        );
      } else if (isCount(fact, next)) {
        const list = /** @type {ArgumentFacts} */ (next);
        parameters.push({ name: plural(list), type: oneOrMore(list) });
        plan.push('#');
        i++;
      } else {
        const isLast = facts.slice(i + 1).length === 0;
        addRequired(fact, isLast && options.length === 0, parameters, plan);
      }
    }
  } catch (error) {
    if (error instanceof Refused) return { refused: error.message };
    throw error;
  }
  const { names = {}, types = {} } = overrides;
  return {
    parameters: parameters.map(({ name, type, rest }) => ({
      name: names[name] ?? name,
      type: types[names[name] ?? name] ?? type,
      ...(rest && { rest }),
    })),
    options: options.map((group) =>
      group.map(({ name, type }) => ({ name, type: types[name] ?? type })),
    ),
    plan: isPlain(plan) ? '' : plan.join(' '),
  };
}

class Refused extends Error {}

/**
 * @param {ArgumentFacts} fact
 * @param {boolean} isLast - So that several may be given one by one.
 * @param {Parameter[]} parameters
 * @param {string[]} plan
 */
function addRequired(fact, isLast, parameters, plan) {
  const words = wordsOf(fact);
  if (words !== undefined && fact.token === undefined) {
    parameters.push({ name: camelCase(fact.name), type: words });
    plan.push('.');
    return;
  }
  if (fact.type === 'pure-token' || fact.type === 'oneof') {
    throw new Refused(`\`${fact.name}\` is a choice`);
  }
  if (fact.type === 'block') {
    const [first, second, ...more] = fact.arguments ?? [];
    if (first === undefined || !isCount(first, second) || more.length > 0 || fact.multiple) {
      throw new Refused(`\`${fact.name}\` is a group of arguments`);
    }
    if (fact.token !== undefined) plan.push(fact.token);
    const list = /** @type {ArgumentFacts} */ (second);
    parameters.push({ name: plural(list), type: oneOrMore(list) });
    plan.push('#');
    return;
  }
  if (fact.token !== undefined) plan.push(fact.token);
  if (fact.multiple && isLast) {
    parameters.push({ name: plural(fact), type: `Many<${typeOf(fact)}>`, rest: true });
    plan.push('...');
  } else if (fact.multiple) {
    parameters.push({ name: plural(fact), type: oneOrMore(fact) });
    plan.push('*');
  } else {
    parameters.push({ name: camelCase(fact.name), type: typeOf(fact) });
    plan.push('.');
  }
}

/**
 * Whether it may be left out at the end, and so needs no object of options.
 *
 * @param {ArgumentFacts} fact
 * @param {ArgumentFacts | undefined} next
 * @param {readonly OptionGroup[]} options
 */
function isTrailing(fact, next, options) {
  const isScalar = fact.token === undefined && fact.type in TYPES;
  return fact.optional === true && isScalar && next === undefined && options.length === 0;
}

/**
 * @param {ArgumentFacts} fact - Optional.
 * @returns {{ name: string, type: string, plan: string }[]}
 */
function optionsOf(fact) {
  if (fact.type === 'oneof' && fact.token === undefined) {
    return (fact.arguments ?? []).map(optionOf);
  }
  return [optionOf(fact)];
}

/** @param {ArgumentFacts} fact */
function optionOf(fact) {
  const { token, type } = fact;
  if (token === undefined)
    throw new Refused(`\`${fact.name}\` is optional and has no word of its own`);
  const name = token.toLowerCase();
  if (!/^[a-z]+$/.test(name)) throw new Refused(`\`${token}\` is no name of an option`);
  if (type === 'pure-token') return { name, type: 'boolean', plan: name };
  if (fact.multiple) {
    const value = oneOrMore(fact);
    return { name, type: value, plan: `${name}${fact.repeatsToken ? '*=' : '='}` };
  }
  if (type === 'block') {
    const inner = fact.arguments ?? [];
    if (inner.some((each) => each.token || each.optional || each.multiple || each.arguments)) {
      throw new Refused(`\`${fact.name}\` is a group of arguments`);
    }
    const members = inner.map((each) => `${camelCase(each.name)}: ${typeOf(each)}`);
    return { name, type: `readonly [${members.join(', ')}]`, plan: `${name}=` };
  }
  const words = wordsOf(fact)?.toLowerCase(); // as the names of options are
  if (words !== undefined) return { name, type: words, plan: `${name}=` };
  if (type === 'oneof') throw new Refused(`\`${fact.name}\` is a choice`);
  return { name, type: typeOf(fact), plan: `${name}=` };
}

/**
 * The type of a choice among words: `'MIN' | 'MAX'`.
 *
 * @param {ArgumentFacts} fact
 */
function wordsOf({ type, arguments: choices = [] }) {
  const isChoice = type === 'oneof' && choices.every((each) => each.type === 'pure-token');
  return isChoice ? choices.map(({ token }) => `'${token}'`).join(' | ') : undefined;
}

/**
 * @param {string[]} plan
 * @param {readonly string[]} items
 */
function addToPlan(plan, items) {
  const last = plan.at(-1);
  if (last?.startsWith('{')) plan[plan.length - 1] = `${last.slice(0, -1)}|${items.join('|')}}`;
  else if (plan.some((item) => item.startsWith('{')))
    throw new Refused('options stand in two places');
  else plan.push(`{${items.join('|')}}`);
}

/**
 * @param {ArgumentFacts} fact
 * @param {ArgumentFacts | undefined} next
 */
function isCount(fact, next) {
  return fact.type === 'integer' && /^num/.test(fact.name) && next?.multiple === true;
}

/** @param {readonly string[]} plan */
function isPlain(plan) {
  return plan.every((item) => item === '.');
}

/** @param {ArgumentFacts} fact */
function typeOf(fact) {
  const type = TYPES[fact.type];
  if (type === undefined) throw new Refused(`\`${fact.name}\` is a ${fact.type}`);
  return type;
}

/** @param {ArgumentFacts} fact */
function oneOrMore(fact) {
  const type = typeOf(fact);
  return `${type} | readonly ${type}[]`;
}

/** @param {ArgumentFacts} fact */
function plural(fact) {
  const name = camelCase(fact.name);
  return name.endsWith('s')
    ? name
    : name.endsWith('y')
      ? `${name.slice(0, -1)}ies`.replace('keies', 'keys')
      : `${name}s`;
}

/** @param {string} name */
function camelCase(name) {
  return name.replace(/[-_ ](.)/g, (_, letter) => letter.toUpperCase());
}
