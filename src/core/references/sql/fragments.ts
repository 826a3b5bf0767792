import type { TableUse } from './tables';

const NAME = String.raw`(?:\w+|"\w+"|\x60\w+\x60|\[\w+\])`;
const KEYWORD =
  /^\s*(?:and|or|where|having|on|(?:order|group)\s+by|(?:(?:natural|left|right|full|inner|cross)\s+)*(?:outer\s+)?join)\s/i;
const JOINED = new RegExp(
  String.raw`^\s*(?:(?:natural|left|right|full|inner|cross)\s+)*(?:outer\s+)?join\s+["\x60[]?([A-Za-z_]\w*)["\x60\]]?(?=\s+(?:as\s|on\s|using\b|\w+\s+(?:on\s|using\b))|\s*$)`,
  'i',
);
const COMPARED = String.raw`\s*\)*\s*(?:[=<>]|!=|(?:not\s+)?(?:like|in|between|glob|match)\b|is\s+(?:not\s+)?null\b)`;
const BEGINS_WITH_COLUMN = new RegExp(String.raw`^\s*\(*(?:\w+\()*${NAME}\.${NAME}${COMPARED}`, 'i');
const COMPARES_COLUMN = new RegExp(String.raw`${NAME}\.${NAME}${COMPARED}`, 'i');
const ORDERS = /^\s*(?:order|group)\s+by\s/i;
/** Something that a column is compared with: a parameter, a value, another column. */
const VALUE = /[?:@$%{(]|'|\d|\bnull\b|=\s*\w+\.\w+/i;
const COLUMN = /(?<![\w.$@:'])["`[]?([A-Za-z_]\w*)["`\]]?\.(?=["`[]?[A-Za-z_]\w*)/g;
const LONGEST = 2000;

/**
 * The tables that a part of a statement names before its columns or joins: `AND messages.sender = ?`, `LEFT JOIN chats ON …`.
 * What such a part is put into is not known here; where no table of the workspace has the name it says nothing.
 */
export function fragmentUses(text: string): TableUse[] {
  if (text.length > LONGEST || !isFragment(text)) return [];
  const uses: TableUse[] = [];
  const joined = JOINED.exec(text);
  if (joined) {
    const start = joined[0].lastIndexOf(joined[1]!);
    uses.push({ name: joined[1]!, start, end: start + joined[1]!.length, position: 'read' });
  }
  for (const match of text.matchAll(COLUMN)) {
    const start = match.index + match[0].indexOf(match[1]!);
    uses.push({ name: match[1]!, start, end: start + match[1]!.length, position: 'qualifier' });
  }
  return uses;
}

function isFragment(text: string): boolean {
  if (BEGINS_WITH_COLUMN.test(text)) return VALUE.test(text);
  if (!KEYWORD.test(text)) return false;
  return JOINED.test(text) || (ORDERS.test(text) ? /\w\.\w/.test(text) : COMPARES_COLUMN.test(text));
}
