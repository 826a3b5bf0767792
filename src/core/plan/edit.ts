import { createScanner, findNodeAtLocation, parseTree, type Node } from 'jsonc-parser';
import { ConsolidationError } from '../errors';
import { valueText } from './draft-text';
import type { PlanPath } from './locate';

/**
 * Edits of the plan file that leave everything else as it stands: comments, order, spacing. (The library's own `modify`
 * takes the comments between two properties along when it removes one.)
 */
export interface PlanEdit {
  readonly path: PlanPath;
  /** The new value; undefined removes the element. */
  readonly value: unknown;
}

/** A replacement in a text, by offsets into the old one. */
interface Replacement {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/**
 * Applies edits one after the other. Objects are changed property by property, so that comments inside them stay.
 * @throws ConsolidationError `PLAN_SYNTAX` when the text is not JSONC
 */
export function editPlan(text: string, edits: readonly PlanEdit[]): string {
  try {
    return edits.reduce((current, edit) => applyEdit(current, edit.path, edit.value), text);
  } finally {
    last = undefined;
  }
}

/** The last text with its tree: most edits of many find the text as the one before left it. */
let last: { readonly text: string; readonly root: Node } | undefined;

/** The same edits on the value that the text stands for. What is changed is copied; the rest is shared. */
export function editValue<T>(value: T, edits: readonly PlanEdit[]): T {
  return edits.reduce<unknown>((current, { path, value: next }) => put(current, path, next), value) as T;
}

function put(current: unknown, [key, ...rest]: PlanPath, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(current) && typeof key === 'number')
    return current.map((item, index) => (index === key ? put(item, rest, value) : item));
  // What is not there needs no removal; a value of another kind gives way to an object, as in the text.
  if (value === undefined && !isObject(current)) return current;
  const object = isObject(current) ? current : {};
  const member = put(Object.hasOwn(object, key) ? object[key] : undefined, rest, value);
  const entries = Object.entries(object).filter(([name]) => name !== String(key) || member !== undefined);
  const index = entries.findIndex(([name]) => name === String(key));
  if (member !== undefined)
    entries.splice(index < 0 ? entries.length : index, index < 0 ? 0 : 1, [String(key), member]);
  return Object.fromEntries(entries);
}

function parse(text: string): Node {
  if (last?.text === text) return last.root;
  const root = parseTree(text, [], { allowTrailingComma: true });
  last = root && { text, root };
  if (root) return root;
  throw new ConsolidationError('PLAN_SYNTAX', 'The plan file is empty or no JSONC. Correct it, or draft it anew.');
}

function applyEdit(text: string, path: PlanPath, value: unknown): string {
  const root = parse(text);
  const node = findNodeAtLocation(root, [...path]);
  if (value === undefined) return node ? remove(text, node) : text;
  if (!node) return insert(text, root, path, value);
  if (node.type !== 'object' || !isObject(value)) {
    if (JSON.stringify(nodeValue(node)) === JSON.stringify(value)) return text;
    return replace(text, [
      { offset: node.offset, length: node.length, text: valueText(value, indentAt(text, node.offset)) },
    ]);
  }
  const gone = (node.children ?? []).map(keyOf).filter((key) => value[key] === undefined);
  // Nothing of it stays, and no comment would be lost: it is written anew.
  if (gone.length > 0 && gone.length === node.children?.length && !hasComment(text, node))
    return replace(text, [
      { offset: node.offset, length: node.length, text: valueText(value, indentAt(text, node.offset)) },
    ]);
  const removed = gone.reduce((current, key) => applyEdit(current, [...path, key], undefined), text);
  return Object.entries(value).reduce(
    (current, [key, member]) => (member === undefined ? current : applyEdit(current, [...path, key], member)),
    removed,
  );
}

function insert(text: string, root: Node, path: PlanPath, value: unknown): string {
  for (let length = path.length - 1; length >= 0; length--) {
    const parent = length === 0 ? root : findNodeAtLocation(root, path.slice(0, length));
    if (!parent) continue;
    const rest = path.slice(length + 1);
    const wrapped = [...rest]
      .reverse()
      .reduce<unknown>((inner, key) => (typeof key === 'number' ? [inner] : { [key]: inner }), value);
    if (parent.type === 'object') return insertMember(text, parent, JSON.stringify(String(path[length])), wrapped);
    if (parent.type === 'array' && typeof path[length] === 'number')
      return insertMember(text, parent, undefined, wrapped);
    // A value of another kind stands where an object is needed.
    const whole = { [String(path[length])]: wrapped };
    return replace(text, [
      { offset: parent.offset, length: parent.length, text: valueText(whole, indentAt(text, parent.offset)) },
    ]);
  }
  return text;
}

/** Puts a member behind the last one and behind every comment that follows that. */
function insertMember(text: string, parent: Node, key: string | undefined, value: unknown): string {
  const close = parent.offset + parent.length - 1;
  const last = parent.children?.at(-1);
  const inside = last ? last.offset + last.length : parent.offset + 1;
  const indent = `${indentAt(text, parent.offset)}  `;
  const member = (own: string) => `${key === undefined ? '' : `${key}: `}${valueText(value, own)}`;
  const comma = last && !commaBetween(text, inside, close) ? [{ offset: inside, length: 0, text: ',' }] : [];
  if (!text.slice(parent.offset, close).includes('\n')) {
    const flat = member(indent);
    const length = lineLength(text, parent.offset) + flat.length;
    if (last && length <= 118 && !flat.includes('\n'))
      return replace(text, [...comma, { offset: endOfContent(text, inside, close), length: 0, text: ` ${flat}` }]);
    if (last) return replace(text, breakLine(text, parent, comma, member, indent, close));
    const outer = indentAt(text, parent.offset);
    return replace(text, [{ offset: close, length: 0, text: `\n${indent}${flat}\n${outer}` }]);
  }
  const own = last ? indentAt(text, last.offset) : indent;
  const at = endOfContent(text, inside, close);
  const tail = text.slice(at, close).includes('\n') ? '' : `\n${indentAt(text, parent.offset)}`;
  return replace(text, [...comma, { offset: at, length: 0, text: `\n${own}${member(own)}${tail}` }]);
}

/** An object on one line that grows too long: each member gets a line. */
function breakLine(
  text: string,
  parent: Node,
  comma: readonly Replacement[],
  member: (indent: string) => string,
  indent: string,
  close: number,
): Replacement[] {
  const starts = (parent.children ?? []).map((child) => {
    const before = text.slice(0, child.offset).match(/[ \t]*$/)![0].length;
    return { offset: child.offset - before, length: before, text: `\n${indent}` };
  });
  const last = parent.children!.at(-1)!;
  const end = endOfContent(text, last.offset + last.length, close);
  return [
    ...starts,
    ...comma,
    { offset: end, length: close - end, text: `\n${indent}${member(indent)}\n${indentAt(text, parent.offset)}` },
  ];
}

function remove(text: string, value: Node): string {
  const node = value.parent?.type === 'property' ? value.parent : value;
  const parent = node.parent;
  if (!parent) return text;
  const siblings = parent.children!;
  const index = siblings.indexOf(node);
  const end = node.offset + node.length;
  const until = siblings[index + 1]?.offset ?? parent.offset + parent.length - 1;
  const after = commaBetween(text, end, until);
  const before = siblings[index - 1];
  const previous = !after && before ? commaBetween(text, before.offset + before.length, node.offset) : undefined;
  const pieces: Replacement[] = [
    {
      ...withBlankLine(
        text,
        node.offset,
        after && text.slice(end, after.offset).trim() === '' ? after.offset + 1 : end,
      ),
      text: '',
    },
  ];
  if (after && text.slice(end, after.offset).trim() !== '') pieces.push({ ...after, text: '' });
  if (previous) pieces.push({ ...previous, text: '' });
  return replace(text, pieces);
}

/** The span, widened to the whole line where nothing else stands on it. */
function withBlankLine(text: string, start: number, end: number): { offset: number; length: number } {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', end);
  const lineEnd = newline < 0 ? text.length : newline;
  const alone = text.slice(lineStart, start).trim() === '' && text.slice(end, lineEnd).trim() === '';
  if (alone && newline >= 0 && lineStart > 0) return { offset: lineStart, length: newline + 1 - lineStart };
  const gap = /^[ \t]*/.exec(text.slice(end, lineEnd))![0].length;
  return { offset: start, length: end - start + gap };
}

/** Tokens of the scanner (`SyntaxKind`, a const enum that does not exist at run time). */
const COMMA = 5;
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const LINE_BREAK = 14;
const TRIVIA = 15;
const END = 17;

function commaBetween(text: string, start: number, end: number): { offset: number; length: number } | undefined {
  const scanner = createScanner(text, false);
  scanner.setPosition(start);
  for (let kind = scanner.scan(); kind !== END && scanner.getTokenOffset() < end; kind = scanner.scan())
    if (kind === COMMA) return { offset: scanner.getTokenOffset(), length: 1 };
  return undefined;
}

function hasComment(text: string, { offset, length }: Node): boolean {
  const scanner = createScanner(text, false);
  scanner.setPosition(offset);
  for (let kind = scanner.scan(); kind !== END && scanner.getTokenOffset() < offset + length; kind = scanner.scan())
    if (kind === LINE_COMMENT || kind === BLOCK_COMMENT) return true;
  return false;
}

/** Where the last token or comment between two offsets ends. */
function endOfContent(text: string, start: number, end: number): number {
  const scanner = createScanner(text, false);
  scanner.setPosition(start);
  let last = start;
  for (let kind = scanner.scan(); kind !== END && scanner.getTokenOffset() < end; kind = scanner.scan())
    if (kind !== TRIVIA && kind !== LINE_BREAK) last = scanner.getTokenOffset() + scanner.getTokenLength();
  return last;
}

function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))![0];
}

function lineLength(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return (end < 0 ? text.length : end) - start;
}

function replace(text: string, replacements: readonly Replacement[]): string {
  // From the end; of several at one place the last first, so that they stand in the order given.
  return [...replacements]
    .reverse()
    .sort((a, b) => b.offset - a.offset)
    .reduce(
      (current, { offset, length, text: inserted }) =>
        current.slice(0, offset) + inserted + current.slice(offset + length),
      text,
    );
}

function keyOf(property: Node): string {
  return String(property.children?.[0]?.value);
}

function nodeValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(nodeValue);
  if (node.type === 'object')
    return Object.fromEntries(
      (node.children ?? []).map((property) => [
        keyOf(property),
        property.children?.[1] && nodeValue(property.children[1]),
      ]),
    );
  return node.value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
