/**
 * Import statements as our own import edits write them: `from M import a, b`, `import { a, b } from 'M'`. Two of them
 * that meet at one place differ in the names alone, and become one.
 */
export function uniteImports(one: string, other: string): string | undefined {
  const first = splitNames(one);
  const second = splitNames(other);
  if (!first || !second || first.head !== second.head || first.tail !== second.tail) return undefined;
  return first.head + sortNames([...new Set([...first.names, ...second.names])]).join(', ') + first.tail;
}

/** Case-insensitive order of `isort` and of TypeScript's organizer. */
export function sortNames(names: readonly string[]): string[] {
  const key = (name: string) => name.toLowerCase();
  return [...names].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a < b ? -1 : a > b ? 1 : 0));
}

function splitNames(text: string): { head: string; names: string[]; tail: string } | undefined {
  const lead = text.length - text.trimStart().length;
  const statement = text.trim();
  const tail = text.slice(lead + statement.length);
  if (statement.startsWith('from ') && !statement.includes('\n')) {
    const at = statement.indexOf(' import ');
    if (at === -1) return undefined;
    const start = at + ' import '.length;
    return { head: text.slice(0, lead) + statement.slice(0, start), names: list(statement.slice(start)), tail };
  }
  const open = statement.indexOf('{ ');
  const close = statement.indexOf(' }');
  if (open === -1 || close === -1 || statement.includes('\n')) return undefined;
  return {
    head: text.slice(0, lead) + statement.slice(0, open + 2),
    names: list(statement.slice(open + 2, close)),
    tail: statement.slice(close) + tail,
  };
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
