import { isAbsolute, parentOf } from './path-text';
import { ANCHOR } from './value';
import type { Origin, Segment, Text, Value } from './value';
import type { Expression, Literal } from '../syntax/program';

/** More combinations of alternatives than this become one hole. */
const MOST_COMBINATIONS = 32;

export function literalText(literal: Literal, origin: Origin): Text {
  return {
    kind: 'text',
    text: literal.value,
    segments: [{ start: 0, length: literal.value.length, module: origin.module, literal, index: 0 }],
    origin,
    isPath: false,
    sealed: false,
  };
}

export function holeText(origin: Origin): Text {
  return { kind: 'text', text: ANCHOR.hole, segments: [], origin, isPath: false, sealed: false };
}

/** `os.sep`, `path.sep`: paths are written with slashes here. */
export function separatorText(module: Origin['module'], name: string): Text {
  const expression: Expression = { kind: 'name', name, scope: 0, start: -1, end: -1 };
  return { ...holeText({ module, expression, frame: module.frame }), text: '/' };
}

const HOME = /^(?:HOME|USERPROFILE|HOMEPATH|APPDATA|LOCALAPPDATA|XDG_(?:DATA|CONFIG|CACHE|STATE)_HOME)$/;
const TEMPORARY = /^(?:TMPDIR|TEMP|TMP|RUNNER_TEMP|PYTEST_TMPDIR)$/;

/** An environment variable without a default: unknown, but for those that the system sets. */
export function variableText(name: string | undefined, origin: Origin): Text {
  const hole = holeText(origin);
  if (name !== undefined && HOME.test(name)) return { ...hole, text: ANCHOR.home, sealed: true };
  if (name !== undefined && TEMPORARY.test(name)) return { ...hole, text: ANCHOR.temporary, sealed: true };
  return { ...hole, sealed: true };
}

/** Is the text put together inside of this expression, so that the expression is part of it? */
export function isWithin(text: Text, expression: Expression, module: Origin['module']): boolean {
  const { origin } = text;
  return (
    !text.sealed &&
    origin.module === module &&
    origin.expression.start >= expression.start &&
    origin.expression.end <= expression.end
  );
}

/** The text under a conversion (`Path(x)`, `str(x)`, `x.resolve()`), which belongs to it where it was built in place. */
export function converted(text: Text, origin: Origin, change: { text?: string; isPath?: boolean } = {}): Text {
  const kept = isWithin(text, origin.expression, origin.module);
  return { ...text, ...change, origin: kept ? origin : text.origin };
}

/** A part of a text, with the segments that gave it. */
export function slice(text: Text, start: number, end: number): Text {
  const segments = text.segments.flatMap((segment): Segment[] => {
    const from = Math.max(start, segment.start);
    const to = Math.min(end, segment.start + segment.length);
    if (to <= from) return [];
    return [{ ...segment, start: from - start, length: to - from, index: segment.index + from - segment.start }];
  });
  return { ...text, text: text.text.slice(start, end), segments };
}

export function directoryOf(text: Text, origin: Origin): Text {
  const parent = parentOf(text.text);
  const kept = text.text.startsWith(parent) ? slice(text, 0, parent.length) : { ...text, segments: [] };
  return { ...converted({ ...kept, text: parent }, origin) };
}

/** One text after the other. */
function append(left: Text, right: Text, separator: string, origin: Origin): Text {
  const offset = left.text.length + separator.length;
  return {
    kind: 'text',
    text: left.text + separator + right.text,
    segments: [...left.segments, ...right.segments.map((segment) => ({ ...segment, start: segment.start + offset }))],
    origin,
    isPath: left.isPath,
    sealed: false,
  };
}

function combine(parts: readonly (readonly Text[])[], origin: Origin, step: (left: Text, right: Text) => Text): Text[] {
  const known = (part: readonly Text[]) => (part.length > MOST_COMBINATIONS ? [holeText(origin)] : part);
  let results: readonly Text[] = known(parts[0] ?? []);
  for (const part of parts.slice(1)) {
    const rights = known(part);
    const lefts = results.length * rights.length > MOST_COMBINATIONS * 4 ? [holeText(origin)] : results;
    results = lefts.flatMap((left) => rights.map((right) => step(left, right)));
  }
  return [...results];
}

const SCHEME_ONLY = /^(?:[a-z][a-z0-9+]*:\/\/\/?|file:(?:\/\/)?|(?:jdbc:)?sqlite3?:|data source=)$/i;

/**
 * Texts one after the other. `f"sqlite:///{DB_PATH}"` and `path + "?_busy_timeout=5000"` only put a scheme or parameters
 * around a path that was made elsewhere: its origin stays there.
 */
export function concatenate(parts: readonly (readonly Text[])[], origin: Origin): Text[] {
  const singles = parts.map((part) => (part.length > MOST_COMBINATIONS ? [holeText(origin)] : part));
  let chosen: (readonly Text[])[] = [[]];
  for (const part of singles) {
    const wide = chosen.length * part.length > MOST_COMBINATIONS * 4;
    const lefts = wide ? chosen.slice(0, 1) : chosen;
    chosen = lefts.flatMap((left) => part.map((right) => [...left, right]));
  }
  return chosen.map((texts) => {
    const whole = texts.reduce<Text>((left, right) => append(left, right, '', origin), {
      ...holeText(origin),
      text: '',
    });
    const core = coreOf(texts, origin);
    return core ? { ...whole, origin: core.origin, sealed: core.sealed } : { ...whole, origin };
  });
}

/** The one part from elsewhere that the others are only decoration of. */
function coreOf(texts: readonly Text[], origin: Origin): Text | undefined {
  let core: Text | undefined;
  let behind = '';
  for (const text of texts) {
    if (core) behind += text.text;
    else if (text.text === '' || SCHEME_ONLY.test(text.text)) continue;
    else if (isWithin(text, origin.expression, origin.module)) return undefined;
    else core = text;
  }
  const isDecoration = behind === '' || /^[?;]/.test(behind) || (behind.startsWith('&') && core?.text.includes('?'));
  return isDecoration ? core : undefined;
}

/** Path joining: an absolute part drops what stands before it. */
export function joinTexts(parts: readonly (readonly Text[])[], origin: Origin, isPath: boolean): Text[] {
  const known = parts.filter((part) => part.length > 0);
  const results = combine(known, origin, (left, right) => {
    if (isAbsolute(right.text)) return { ...right, origin };
    if (left.text === '') return { ...right, origin };
    return append(left, right, left.text.endsWith('/') ? '' : '/', origin);
  });
  return results.map((text) => ({ ...text, origin, isPath, sealed: false }));
}

/** `%s`-style templates of Python, Go and C: directives are replaced in order. */
export function formatPercent(
  templates: readonly Text[],
  values: readonly (readonly Text[])[],
  origin: Origin,
): Text[] {
  return templates.flatMap((template) => {
    const pieces: (readonly Text[])[] = [];
    const pattern = /%%|%(?:\((\w+)\))?[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]/g;
    let at = 0;
    let next = 0;
    for (const match of template.text.matchAll(pattern)) {
      pieces.push([slice(template, at, match.index)]);
      at = match.index + match[0].length;
      if (match[0] === '%%') pieces.push([{ ...slice(template, match.index, match.index + 1), text: '%' }]);
      else pieces.push(values[next++] ?? [holeText(origin)]);
    }
    pieces.push([slice(template, at, template.text.length)]);
    return concatenate(pieces, origin);
  });
}

/** `{}` and `{name}` templates (`str.format`, C#, Rust). */
export function formatBraces(
  templates: readonly Text[],
  positional: readonly (readonly Text[])[],
  named: ReadonlyMap<string, readonly Text[]>,
  origin: Origin,
): Text[] {
  return templates.flatMap((template) => {
    const pieces: (readonly Text[])[] = [];
    let at = 0;
    let next = 0;
    for (const match of template.text.matchAll(/\{\{|\}\}|\{([^{}:!]*)[^{}]*\}/g)) {
      pieces.push([slice(template, at, match.index)]);
      at = match.index + match[0].length;
      const name = match[1];
      if (name === undefined) pieces.push([slice(template, match.index, match.index + 1)]);
      else if (name === '') pieces.push(positional[next++] ?? [holeText(origin)]);
      else if (/^\d+$/.test(name)) pieces.push(positional[Number(name)] ?? [holeText(origin)]);
      else pieces.push(named.get(name) ?? [holeText(origin)]);
    }
    pieces.push([slice(template, at, template.text.length)]);
    return concatenate(pieces, origin);
  });
}

/** The text is whole: what it is passed to or chosen against is not part of it. */
export function seal<T extends Value>(value: T): T {
  return value.kind === 'text' && !value.sealed ? { ...value, sealed: true } : value;
}
