import { parseTree } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';
import { parseTOML } from 'toml-eslint-parser';
import type { AST } from 'toml-eslint-parser';
import { ANCHOR } from './value';
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document } from 'yaml';

/** A value of a configuration file: a table or a list of values, or a text and where it stands. */
export type Setting =
  | { readonly entries: ReadonlyMap<string, Setting> }
  | { readonly items: readonly Tree[] }
  | {
      readonly text: string;
      readonly start: number;
      readonly end: number;
      /** What the text means, where it names other values of the file. */
      readonly meant?: string;
    };

type Tree = Setting | undefined;

/** What a configuration file says, as far as that are texts by names; nothing for a file with errors. */
export function settingsIn(text: string, extension: string, directory: string): Tree {
  if (/^(?:json|jsonc)$/.test(extension)) return ofJson(parseTree(text, [], { allowTrailingComma: true }));
  if (/^ya?ml$/.test(extension)) {
    const document = parseDocument(text);
    return document.errors.length > 0 ? undefined : ofYaml(document.contents, document);
  }
  if (extension === 'toml') return ofToml(text);
  if (extension === 'env') return ofEnvironment(text);
  return ofIni(text, directory);
}

function table(entries: Iterable<readonly [string, Tree]>): Setting {
  const known = new Map<string, Setting>();
  for (const [name, setting] of entries) if (setting) known.set(name, setting);
  return { entries: known };
}

function ofJson(node: Node | undefined): Tree {
  if (node?.type === 'string')
    return { text: node.value as string, start: node.offset, end: node.offset + node.length };
  if (node?.type === 'array') return { items: (node.children ?? []).map(ofJson) };
  if (node?.type !== 'object') return undefined;
  return table((node.children ?? []).map(({ children }) => [String(children?.[0]?.value), ofJson(children?.[1])]));
}

/** More aliases than this in one file lead nowhere: each is followed anew, and may lead to others. */
const MOST_ALIASES = 100;

function ofYaml(node: unknown, document: Document.Parsed, left = { aliases: MOST_ALIASES }): Tree {
  if (isAlias(node)) return left.aliases-- > 0 ? ofYaml(node.resolve(document), document, left) : undefined;
  if (isScalar(node) && typeof node.value === 'string')
    return { text: node.value, start: node.range![0], end: node.range![1] };
  if (isSeq(node)) return { items: node.items.map((item) => ofYaml(item, document, left)) };
  if (!isMap(node)) return undefined;
  const own: (readonly [string, Tree])[] = [];
  const merged: (readonly [string, Tree])[] = [];
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const setting = ofYaml(value, document, left);
    if (name !== '<<') own.push([name, setting]);
    else
      for (const each of setting && 'items' in setting ? [...setting.items].reverse() : [setting])
        if (each && 'entries' in each) merged.push(...each.entries);
  }
  // What a table says itself overrules what it is merged with.
  return table([...merged, ...own]);
}

function ofToml(text: string): Tree {
  const root = new Map<string, Setting>();
  const put = (into: Map<string, Setting>, path: readonly string[], setting: Tree): Map<string, Setting> => {
    let at = into;
    path.forEach((name, index) => {
      if (index === path.length - 1 && setting) return void at.set(name, setting);
      const next = at.get(name);
      // `[store.options]` below `[[store]]` belongs to the last one.
      const last = next && 'items' in next ? next.items.at(-1) : next;
      const inner = last && 'entries' in last ? (last.entries as Map<string, Setting>) : new Map<string, Setting>();
      if (!last || !('entries' in last)) at.set(name, { entries: inner });
      at = inner;
    });
    return at;
  };
  const pair = (into: Map<string, Setting>, { key, value }: AST.TOMLKeyValue): void => {
    const path = key.keys.map(nameOf);
    if (value.type === 'TOMLInlineTable') {
      const inner = put(into, path, undefined);
      for (const each of value.body) pair(inner, each);
    } else put(into, path, ofTomlValue(value, pair));
  };
  /** Another table of a list of tables. */
  const added = (path: readonly string[]): Map<string, Setting> => {
    const into = path.length > 1 ? put(root, path.slice(0, -1), undefined) : root;
    const name = path.at(-1)!;
    const known = into.get(name);
    const inner = new Map<string, Setting>();
    into.set(name, { items: [...(known && 'items' in known ? known.items : []), { entries: inner }] });
    return inner;
  };
  try {
    for (const each of parseTOML(text).body[0].body)
      if (each.type === 'TOMLKeyValue') pair(root, each);
      else {
        const path = each.key.keys.map(nameOf);
        const inner = each.kind === 'array' ? added(path) : put(root, path, undefined);
        for (const line of each.body) pair(inner, line);
      }
  } catch {
    return undefined;
  }
  return { entries: root };
}

function ofTomlValue(
  value: AST.TOMLContentNode,
  pair: (into: Map<string, Setting>, line: AST.TOMLKeyValue) => void,
): Tree {
  if (value.type === 'TOMLArray') return { items: value.elements.map((each) => ofTomlValue(each, pair)) };
  if (value.type === 'TOMLInlineTable') {
    const inner = new Map<string, Setting>();
    for (const each of value.body) pair(inner, each);
    return { entries: inner };
  }
  if (value.kind !== 'string') return undefined;
  return { text: value.value, start: value.range[0], end: value.range[1] };
}

function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value;
}

/** `export NAME="value"`, a line each. */
function ofEnvironment(text: string): Tree {
  const found = text.matchAll(/^[ \t]*(?:export[ \t]+)?([\w.]+)[ \t]*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#]*))/gm);
  return table(
    [...found].map((match): [string, Tree] => {
      const value = match[2] ?? match[3] ?? match[4] ?? '';
      const end = match.index + match[0].length;
      return [match[1]!, { text: value, start: end - value.length - (match[4] === undefined ? 1 : 0), end }];
    }),
  );
}

/** Sections of `name = value`; values that go on in the next line are more than a path. */
function ofIni(text: string, directory: string): Tree {
  const sections = iniSections(text);
  const general = sections.get('DEFAULT') ?? new Map<string, IniValue>();
  return table(
    [...sections].map(([name, own]): [string, Tree] => {
      const known = new Map([...general, ...own]);
      const settings = [...known].map(([key, each]): [string, Tree] => {
        const meant = each.text.includes('%(') ? interpolated(each.text, known, directory) : undefined;
        return [key, { ...each, ...(meant === undefined ? {} : { meant }) }];
      });
      return [name, table(settings)];
    }),
  );
}

interface IniValue {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function iniSections(text: string): ReadonlyMap<string, ReadonlyMap<string, IniValue>> {
  const sections = new Map<string, Map<string, IniValue>>();
  let section = new Map<string, IniValue>();
  for (const match of text.matchAll(/^\[([^\]\n]+)\]|^([\w.-]+)[ \t]*[=:][ \t]*([^\s\n][^\n]*?)[ \t\r]*$/gm)) {
    if (match[1] !== undefined) sections.set(match[1], (section = sections.get(match[1]) ?? new Map()));
    else {
      const end = match.index + match[0].trimEnd().length;
      section.set(match[2]!, { text: match[3]!, start: end - match[3]!.length, end });
    }
  }
  return sections;
}

/** What `%(name)s` stands for in a value at an offset of an INI file: `undefined` where that is not known. */
export function interpolatedAt(text: string, at: number, value: string, directory: string): string | undefined {
  const sections = iniSections(text);
  const [, name = ''] = [...text.slice(0, at).matchAll(/^\[([^\]\n]+)\]/gm)].at(-1) ?? [];
  return interpolated(value, new Map([...(sections.get('DEFAULT') ?? []), ...(sections.get(name) ?? [])]), directory);
}

/** `%(data)s/x.db`, by the values of the same section and of `[DEFAULT]`; `%(here)s` is where the file is. */
function interpolated(
  value: string,
  known: ReadonlyMap<string, IniValue>,
  directory: string,
  depth = 0,
): string | undefined {
  let isKnown = true;
  const meant = value.replace(/%\((\w+)\)s/g, (_, name: string) => {
    const given = known.get(name)?.text ?? (name === 'here' ? HERE(directory) : undefined);
    const inner = given === undefined || depth > 4 ? undefined : interpolated(given, known, directory, depth + 1);
    if (inner === undefined) isKnown = false;
    return inner ?? '';
  });
  return isKnown ? meant : undefined;
}

const HERE = (directory: string) => [ANCHOR.workspace, directory].filter(Boolean).join('/');
