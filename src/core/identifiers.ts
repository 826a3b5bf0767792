/** The only places where a name becomes SQL text (https://sqlite.org/lang_keywords.html). */

/** A name as an SQL identifier: double-quoted, inner quotes doubled. */
export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new TypeError('An SQL identifier cannot contain NUL.');
  return `"${name.replaceAll('"', '""')}"`;
}

/** A value as an SQL literal. Numbers must be finite; NUL in a string is refused, since SQL text ends there. */
export function quoteLiteral(value: string | number | null): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('An SQL literal must be a finite number.');
    return String(value);
  }
  if (value.includes('\0')) throw new TypeError('An SQL text literal cannot contain NUL.');
  return `'${value.replaceAll("'", "''")}'`;
}
