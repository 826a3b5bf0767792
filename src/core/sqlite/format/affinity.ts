/** Type affinity of a column (https://sqlite.org/datatype3.html, section 3.1). */
export type Affinity = 'blob' | 'text' | 'numeric' | 'integer' | 'real';

/** Affinity of a declared type (https://sqlite.org/datatype3.html, section 3.1; STRICT: https://sqlite.org/stricttables.html). */
export function affinityOf(type: string, strict: boolean): Affinity {
  const upper = type.toUpperCase();
  if (strict && upper === 'ANY') return 'blob';
  if (upper.includes('INT')) return 'integer';
  if (upper.includes('CHAR') || upper.includes('CLOB') || upper.includes('TEXT')) return 'text';
  if (upper === '' || upper.includes('BLOB')) return 'blob';
  if (upper.includes('REAL') || upper.includes('FLOA') || upper.includes('DOUB')) return 'real';
  return 'numeric';
}
