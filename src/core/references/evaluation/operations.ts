import type { Operation, TextMethod } from './vocabulary';
import type { Expression } from '../syntax/program';
import { added } from './built-texts';
import type { Evaluator } from './evaluator';
import type { Invocation } from './invocation';
import { environmentVariable } from './environment';
import { baseName } from './path-text';
import { converted, directoryOf, formatBraces, formatPercent, joinTexts, seal, slice } from './texts';
import type { Origin, ScopeReference, Text, Value } from './value';

/** Operations that the vocabularies of all languages are made of. */

/** Opens the database that an argument names. */
export function opens(position: number, ...names: string[]): Operation {
  return (call) => call.open(call.texts(position, ...names));
}

/** All arguments joined to a path. */
export function joins(isPath: boolean): Operation {
  return (call) => {
    const parts = call.allTexts();
    if (parts.length === 1) return parts[0]!.map((text) => converted(text, call.origin, { isPath }));
    return parts.length === 0 ? [] : joinTexts(parts, call.origin, isPath);
  };
}

/** The argument in another form: `str(path)`, `abspath(path)`. */
export function converts(isPath: boolean | undefined, change: (text: string) => string = (text) => text): Operation {
  return (call) => {
    const values = call.values(0);
    return values.map((value): Value => {
      if (value.kind !== 'text') return value;
      return converted(value, call.origin, {
        text: change(value.text),
        isPath: isPath ?? value.isPath,
      });
    });
  };
}

export function parents(): Operation {
  return (call) => call.texts(0).map((text) => directoryOf(text, call.origin));
}

/** An argument as it is. */
export function passes(position: number, ...names: string[]): Operation {
  return (call) => call.values(position, ...names);
}

export function anchors(anchor: 'home' | 'temporary' | 'hole', isPath = false): Operation {
  return (call) => [call.anchored(anchor, isPath)];
}

export function currentDirectory(isPath = false): Operation {
  return (call) => [{ ...call.hole(), text: '.', isPath }];
}

/** An environment variable with its default; without one, unknown. */
export function environment(name: number, fallback: number, ...names: string[]): Operation {
  return (call) => environmentValues(call, call.texts(name)[0]?.text, fallback, names);
}

export function environmentValues(
  call: Invocation,
  variable: string | undefined,
  fallback: number,
  names: readonly string[],
): Value[] {
  const defaults = call
    .values(fallback, ...names)
    .map((value): Value =>
      value.kind === 'text' ? { ...seal(value), environment: { name: variable ?? '', call: call.call } } : value,
    );
  return defaults.length > 0 ? defaults : environmentVariable(call.evaluator, variable, call.origin);
}

/** `sprintf(template, …)`. */
export const formats: Operation = (call) => {
  const [template, ...values] = call.positional;
  if (!template) return [];
  return formatPercent(
    call.evaluator.texts(template.value, call.frame),
    values.map((value) => call.textsOrHole(value.value)),
    call.origin,
  );
};

/** Any of several arguments: the value, else a default. */
export function firstOf(...positions: (number | string)[]): Operation {
  return (call) =>
    positions.flatMap((position) =>
      (typeof position === 'number' ? call.values(position) : call.values(-1, position)).map(seal),
    );
}

/** What a function that is passed as an argument returns. */
export function resultsOf(position: number, ...names: string[]): Operation {
  return (call) =>
    call.values(position, ...names).flatMap((value): Value[] => {
      return value.kind === 'scope' ? resultsOfFunction(call.evaluator, value) : [];
    });
}

/** What a function returns, whatever it is given; of a class an instance. */
export function resultsOfFunction(evaluator: Evaluator, of: ScopeReference): Value[] {
  const scope = of.module.program.scopes[of.scope]!;
  if (scope.kind === 'class') return [evaluator.anyInstance(of)];
  return scope.returns.flatMap((each) => [...evaluator.evaluate(each, of.closure)]).map(seal);
}

/** The name that a call is given, where it is like that of an environment variable. */
export function variableName(call: Invocation): string | undefined {
  const name = call.texts(0)[0]?.text;
  return name !== undefined && /^[A-Z][A-Z0-9_]+$/.test(name) ? name : undefined;
}

// ---- methods of texts

export const joinpath =
  (isPath?: boolean): TextMethod =>
  (receiver, call) =>
    joinTexts([[receiver], ...call.allTexts()], call.origin, isPath ?? receiver.isPath);

export const converting =
  (isPath?: boolean): TextMethod =>
  (receiver, call) => [converted(receiver, call.origin, { isPath: isPath ?? receiver.isPath })];

export const parentMethod: TextMethod = (receiver, call) => [{ ...directoryOf(receiver, call.origin), isPath: true }];

/** Another name in the same directory. */
export const withName: TextMethod = (receiver, call) =>
  joinTexts([[{ ...receiver, ...directoryOf(receiver, call.origin) }], call.textsOrHoleAt(0)], call.origin, true);

export const withSuffix: TextMethod = (receiver, call) => {
  const suffix = call.texts(0)[0]?.text;
  if (suffix === undefined) return [];
  const base = receiver.text.replace(/\.[^./]*$/, '');
  return [{ ...receiver, text: base + suffix, segments: [], origin: call.origin }];
};

export const formatting: TextMethod = (receiver, call) =>
  formatBraces(
    [receiver],
    call.positional.map((argument) => call.textsOrHole(argument.value)),
    new Map(
      call.call.arguments.flatMap((argument) =>
        argument.name === undefined ? [] : [[argument.name, call.textsOrHole(argument.value)] as const],
      ),
    ),
    call.origin,
  );

/** Replacing known text by known text. */
export const replacing: TextMethod = (receiver, call) => {
  const from = call.texts(0)[0]?.text;
  const to = call.texts(1)[0]?.text;
  if (!from || to === undefined) return [receiver];
  if (!receiver.text.includes(from)) return [receiver];
  return [{ ...receiver, text: receiver.text.split(from).join(to), segments: [], origin: call.origin }];
};

export const unchanged: TextMethod = (receiver) => [receiver];

const cased = (text: Text, isUpper: boolean, origin: Origin): Text => {
  const changed = isUpper ? text.text.toUpperCase() : text.text.toLowerCase();
  // In another case it is written nowhere.
  return changed === text.text ? text : { ...text, text: changed, segments: [], origin };
};

/** `name.lower()` */
export function inCase(isUpper: boolean): TextMethod {
  return (receiver, call) => [cased(receiver, isUpper, call.origin)];
}

/** `strings.ToLower(name)` */
export function toCase(isUpper: boolean): Operation {
  return (call) => call.values(0).map((value) => (value.kind === 'text' ? cased(value, isUpper, call.origin) : value));
}

export const stripping: TextMethod = (receiver) => {
  const start = receiver.text.length - receiver.text.trimStart().length;
  const end = receiver.text.trimEnd().length;
  return [slice(receiver, start, Math.max(start, end))];
};

/** `"file.db:table".split(":")`. */
export function splitting(fromEnd: boolean): TextMethod {
  return (receiver, call) => {
    const separator = call.texts(0)[0]?.text;
    if (!separator) return [];
    const most = call.values(1).find((value) => value.kind === 'number')?.value ?? Infinity;
    const cuts: number[] = [];
    for (
      let at = receiver.text.indexOf(separator);
      at >= 0;
      at = receiver.text.indexOf(separator, at + separator.length)
    )
      cuts.push(at);
    const used = fromEnd ? cuts.slice(Math.max(0, cuts.length - most)) : cuts.slice(0, most);
    const pieces: Text[] = [];
    let from = 0;
    for (const cut of used) {
      pieces.push(slice(receiver, from, cut));
      from = cut + separator.length;
    }
    pieces.push(slice(receiver, from, receiver.text.length));
    return [{ kind: 'list', items: pieces.map((piece) => () => [piece]) }];
  };
}

type List = Extract<Value, { kind: 'list' }>;

/** `" ".join(parts)` */
export const joiningWith: TextMethod = (receiver, call) =>
  call
    .values(0)
    .flatMap((value) => (value.kind === 'list' ? joinList(value, call, call.positional[0]?.value, [receiver]) : []));

/**
 * What a list holds, with a separator between: `[directory, name].join('/')`.
 * @param written where the list stands in the call: what is added to one of this name is in it, too
 */
export function joinList(
  list: List,
  call: Invocation,
  written: Expression | undefined,
  separator: readonly Text[],
): Value[] {
  const items = [...list.items, ...added(call, written)];
  if (items.length === 0 || items.length > 40) return [];
  const parts = items.flatMap((item, index): (readonly Text[])[] => {
    const texts = item().filter((each) => each.kind === 'text');
    const part = texts.length > 0 ? texts : [call.hole()];
    return index === 0 ? [part] : [separator, part];
  });
  return call.concatenated(parts);
}

// ---- properties of texts

export const parentProperty = (text: Text, origin: Origin): Value[] => [{ ...directoryOf(text, origin), isPath: true }];

export const nameProperty = (text: Text, origin: Origin): Value[] => {
  const name = baseName(text.text);
  return [{ ...converted(slice(text, text.text.length - name.length, text.text.length), origin), isPath: false }];
};

export const selfProperty = (text: Text): Value[] => [text];
