/** Writes JSONC by hand: one entry a line where it is short, comments that say why. */

/** A value with the comments around it. */
export interface CommentedEntry {
  readonly key: string;
  readonly value: unknown | readonly CommentedEntry[];
  readonly nested?: boolean;
  /** On lines of its own before the entry. */
  readonly before?: string;
  /** Behind the entry, on its line. */
  readonly behind?: string;
}

const WIDTH = 110;

/** Entries as the members of an object. */
export function objectText(entries: readonly CommentedEntry[], indent = ''): string {
  if (entries.length === 0) return '{}';
  const inner = `${indent}  `;
  const lines = entries.map((entry, index) => {
    const comma = index < entries.length - 1 ? ',' : '';
    const before =
      entry.before === undefined
        ? ''
        : wrap(entry.before)
            .map((line) => `${inner}// ${line}\n`)
            .join('');
    const value = entry.nested
      ? objectText(entry.value as readonly CommentedEntry[], inner)
      : valueText(entry.value, inner);
    const behind = entry.behind === undefined ? '' : ` // ${oneLine(entry.behind)}`;
    return `${before}${inner}${JSON.stringify(entry.key)}: ${value}${comma}${behind}`;
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

/** A value without comments: on one line where it fits. */
export function valueText(value: unknown, indent: string): string {
  const flat = flatText(value);
  if (flat.length + indent.length <= WIDTH || typeof value !== 'object' || value === null) return flat;
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((item) => inner + valueText(item, inner)).join(',\n')}\n${indent}]`;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{\n${entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${valueText(item, inner)}`).join(',\n')}\n${indent}}`;
}

function flatText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flatText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return entries.length === 0
    ? '{}'
    : `{ ${entries.map(([key, item]) => `${JSON.stringify(key)}: ${flatText(item)}`).join(', ')} }`;
}

/** Text for a comment: names come from databases and may hold line breaks, which would end it. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return line.length > 400 ? `${line.slice(0, 397)}…` : line;
}

function wrap(text: string): string[] {
  return text.split('\n').map(oneLine);
}
