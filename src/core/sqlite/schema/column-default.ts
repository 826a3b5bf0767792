import type { Engine, EngineDatabase } from '../../engine';
import { quoteLiteral } from '../../identifiers';
import { isKeyword, isOperator, sqlTokens, tokenName } from '../sql-tokens';
import type { SqlToken } from '../sql-tokens';
import type { Affinity } from '../format/affinity';
import { NULL_VALUE, realValue } from '../rows/stored-value';
import type { StoredValue } from '../rows/stored-value';

/** Declared types that have the affinities. */
const TYPES: Record<Affinity, string> = {
  blob: 'BLOB',
  text: 'TEXT',
  numeric: 'NUMERIC',
  integer: 'INTEGER',
  real: 'REAL',
};

const scratch = new WeakMap<Engine, EngineDatabase>();

/**
 * The value that rows older than the column have in it. `ALTER TABLE … ADD COLUMN` allows constants only
 * (https://sqlite.org/lang_altertable.html#altertabaddcol); any other default never applies to older rows. The engine
 * evaluates the constant and applies the affinity, so that both are exactly SQLite's.
 */
export function columnDefault(engine: Engine, text: string, affinity: Affinity): StoredValue {
  const tokens = sqlTokens(text);
  if (!isConstant(tokens)) return NULL_VALUE;
  const [only] = tokens;
  // A name by itself stands for its text.
  const isName = only!.kind === 'quoted' || (only!.kind === 'word' && !isKeyword(only, 'NULL', 'TRUE', 'FALSE'));
  const expression = tokens.length === 1 && isName ? quoteLiteral(tokenName(only!)) : text;
  try {
    return evaluate(scratchDatabase(engine), expression, affinity);
  } catch {
    return NULL_VALUE; // not a constant to SQLite either, so no row can be older than the column
  }
}

/** Literals, signs, parentheses and CAST: nothing that runs a function or a query that the file brings along. */
function isConstant(tokens: readonly SqlToken[]): boolean {
  return (
    tokens.length > 0 &&
    tokens.length < 100 &&
    tokens.every((token, index) => {
      if (token.kind === 'number' || token.kind === 'string' || token.kind === 'blob' || token.kind === 'quoted')
        return !isOperator(tokens[index + 1], '(') && !isOperator(tokens[index + 1], '.');
      if (token.kind === 'word')
        return (
          !isKeyword(token, 'SELECT', 'VALUES', 'CURRENT_TIME', 'CURRENT_DATE', 'CURRENT_TIMESTAMP') &&
          (isKeyword(token, 'CAST') || !isOperator(tokens[index + 1], '('))
        );
      return token.kind === 'operator' && ['(', ')', '+', '-'].includes(token.text);
    })
  );
}

/**
 * The engine itself is asked what an older row reads: it is not always what an insert would store. In a TEXT column
 * DEFAULT 1e3 reads as '1e3' (`valueFromExpr` in SQLite's sources). Older versions (3.40) read DEFAULT 3.0 in an
 * untyped column as INTEGER 3; the engine, which copies the rows, reads REAL.
 */
function evaluate(database: EngineDatabase, expression: string, affinity: Affinity): StoredValue {
  database.run('DROP TABLE IF EXISTS older; CREATE TABLE older(id); INSERT INTO older VALUES (1)');
  database.run(`ALTER TABLE older ADD COLUMN value ${TYPES[affinity]} DEFAULT (${expression}\n)`);
  const [result] = database.exec('SELECT typeof(value), CAST(value AS TEXT), hex(value), value FROM older');
  const [type, text, hex, value] = result?.values[0] ?? [];
  switch (type) {
    case 'integer':
      return { kind: 'integer', value: BigInt(String(text)) };
    case 'real':
      return asStored(Number(value), affinity);
    case 'text':
    case 'blob':
      return { kind: type, bytes: Uint8Array.from(Buffer.from(String(hex), 'hex')) };
    default:
      return NULL_VALUE;
  }
}

/** Columns of numeric affinity hold whole numbers as integers, as soon as the value is copied if not before. */
function asStored(value: number, affinity: Affinity): StoredValue {
  const whole =
    (affinity === 'numeric' || affinity === 'integer') && Number.isInteger(value) && Math.abs(value) < 2 ** 63;
  return whole ? { kind: 'integer', value: BigInt(value) } : realValue(value);
}

function scratchDatabase(engine: Engine): EngineDatabase {
  let database = scratch.get(engine);
  if (!database) {
    database = new engine.Database();
    scratch.set(engine, database);
  }
  return database;
}
