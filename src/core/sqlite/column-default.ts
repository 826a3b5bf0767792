import type { EngineDatabase } from '../engine';
import type { Affinity } from './schema-table';
import { NULL_VALUE, storedValue } from './stored-value';
import type { StoredValue } from './stored-value';

/**
 * The value that rows older than the column have in it. `ALTER TABLE … ADD COLUMN` allows constants only, so the engine
 * evaluates the text without any table; a default that needs more (CURRENT_TIMESTAMP) never applies to older rows.
 */
export function columnDefault(database: EngineDatabase, text: string, affinity: Affinity): StoredValue {
  let literal: unknown;
  try {
    literal = database.exec(`SELECT quote(${bareWord(text) ? textLiteral(text) : text}\n)`)[0]?.values[0]?.[0];
  } catch {
    return NULL_VALUE; // not a constant: no row can be older than it
  }
  return typeof literal === 'string' ? storedValue(fromLiteral(literal), affinity) : NULL_VALUE;
}

/** `DEFAULT word` is the text 'word', but for the keywords that are values. */
function bareWord(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !/^(null|true|false|current_(date|time|timestamp))$/i.test(text);
}

const textLiteral = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** What `quote()` returns, as a value. */
function fromLiteral(literal: string): string | number | bigint | null | Uint8Array {
  if (literal === 'NULL') return null;
  if (literal.startsWith("'")) return literal.slice(1, -1).replaceAll("''", "'");
  if (literal.startsWith("X'")) return Uint8Array.from(Buffer.from(literal.slice(2, -1), 'hex'));
  return /^-?\d+$/.test(literal) ? BigInt(literal) : Number(literal);
}
