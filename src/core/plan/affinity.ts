/** Type affinity of columns (https://sqlite.org/datatype3.html, section 3.1). */
export type Affinity = 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC';

export function affinityOf(type: string, strict = false): Affinity {
  const upper = type.toUpperCase();
  if (strict && upper === 'ANY') return 'BLOB';
  if (upper.includes('INT')) return 'INTEGER';
  if (upper.includes('CHAR') || upper.includes('CLOB') || upper.includes('TEXT')) return 'TEXT';
  if (upper.includes('BLOB') || upper === '') return 'BLOB';
  if (upper.includes('REAL') || upper.includes('FLOA') || upper.includes('DOUB')) return 'REAL';
  return 'NUMERIC';
}

/**
 * The declared type under which every value of every source keeps its storage class. INTEGER and NUMERIC convert alike;
 * any other pair converts some value (3 into REAL, 3.0 into NUMERIC, 7 into TEXT, '007' into INTEGER), so that no declared
 * type at all is the one that keeps them.
 */
export function widenedType(types: readonly { readonly type: string; readonly strict: boolean }[]): string {
  const conversions = new Set(
    types.map(({ type, strict }) => {
      const affinity = affinityOf(type, strict);
      return affinity === 'INTEGER' ? 'NUMERIC' : affinity;
    }),
  );
  if (conversions.size > 1) return '';
  const [first] = types;
  if (!first) return '';
  // BLOB, ANY and no type convert nothing, but in a STRICT table BLOB refuses what the others take.
  if (conversions.has('BLOB') && types.some(({ type }) => type.toUpperCase() !== first.type.toUpperCase())) return '';
  // The first that is not misread in a table that is not STRICT.
  return first.strict && first.type.toUpperCase() === 'ANY' ? '' : first.type;
}

/**
 * Is a default sure to be a value that a STRICT column of this type takes (https://sqlite.org/stricttables.html)? SQLite
 * looks at a default only when a row needs it.
 * @param sql the default as the column definition has it
 */
export function strictTakes(type: string, sql: string): boolean {
  const text = sql.trim();
  const number = Number.isFinite(Number(text)) && text !== '';
  const string = text.startsWith("'") || text.toUpperCase().startsWith('CURRENT_');
  if (text.toUpperCase() === 'NULL') return true;
  switch (type.toUpperCase()) {
    case 'INT':
    case 'INTEGER':
      return number && Number.isInteger(Number(text));
    case 'REAL':
      return number;
    case 'TEXT':
      return number || string;
    case 'BLOB':
      return text.toLowerCase().startsWith("x'");
    default:
      return true;
  }
}
