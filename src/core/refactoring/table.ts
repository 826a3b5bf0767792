import type { Reference } from '../references/reference';
import type { TableDisposition } from '../plan/resolved';
import { none } from './outcome';
import type { Outcome } from './outcome';

/** Words that cannot stand as a bare table name (https://sqlite.org/lang_keywords.html); the ones a plan may choose. */
const RESERVED = new Set(
  (
    'add all alter and as autoincrement between case check collate commit constraint create default deferrable delete ' +
    'distinct drop else escape except exists foreign from group having if in index insert intersect into is isnull join ' +
    'limit not notnull null on or order primary references select set table then to transaction union unique update using ' +
    'values when where'
  ).split(' '),
);

/** The identifier token in the SQL text becomes the new name; its quotes stay, and come where the new name needs them. */
export function fixTable(reference: Reference, disposition: TableDisposition, start: number, text: string): Outcome {
  if (disposition.action !== 'move')
    return none(
      `The plan leaves the table ${reference.table} out (${disposition.reason}). Remove the query or change the plan.`,
    );
  const columns = Object.entries(disposition.renamed);
  if (columns.length > 0)
    return none(
      `Columns have new names too (${columns.map(([from, to]) => `${from} → ${to}`).join(', ')}). Change the query by hand.`,
    );
  const discriminator = Object.entries(disposition.discriminator);
  if (discriminator.length > 0)
    return none(
      `Rows of several databases share ${disposition.name}: filter by ${discriminator.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(' and ')}, and set it on INSERT.`,
    );
  const written = text.slice(start, start + reference.text.length);
  const bare = unquote(written);
  if (!bare || bare.name.toLowerCase() !== (reference.table ?? '').toLowerCase())
    return none('The table is named in a way that cannot be replaced alone.');
  const newText = bare.open + disposition.name + bare.close;
  if (bare.open === '' && !isBare(disposition.name)) {
    // Brackets are the one quoting of SQLite that no string literal around the SQL has to escape.
    if (/[[\]\n\r\\"'`{}]/.test(disposition.name))
      return none(`The name ${disposition.name} has to be quoted here; change the query by hand.`);
    return fix(`[${disposition.name}]`, start, written.length);
  }
  if (/[\n\r\\"'`{}[\]]/.test(disposition.name))
    return none(`The name ${disposition.name} has to be escaped here; change the query by hand.`);
  return fix(newText, start, written.length);
}

function fix(newText: string, start: number, length: number): Outcome {
  return {
    kind: 'fix',
    title: `Use table ${newText}`,
    replacement: { start, end: start + length, newText },
    needs: [],
  };
}

function isBare(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_$]*$/u.test(name) && !RESERVED.has(name.toLowerCase());
}

const QUOTES: readonly (readonly [string, string])[] = [
  ['\\"', '\\"'],
  ["\\'", "\\'"],
  ['\\`', '\\`'],
  ['""', '""'],
  ["''", "''"],
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['[', ']'],
];

function unquote(text: string): { open: string; name: string; close: string } | undefined {
  for (const [open, close] of QUOTES)
    if (text.length > open.length + close.length && text.startsWith(open) && text.endsWith(close))
      return { open, name: text.slice(open.length, text.length - close.length), close };
  return text === '' ? undefined : { open: '', name: text, close: '' };
}
