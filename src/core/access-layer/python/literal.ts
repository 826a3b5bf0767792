/** A JavaScript string as a Python string literal with double quotes, in ASCII. */
export function pythonString(text: string): string {
  let result = '"';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (char === '"' || char === '\\') result += `\\${char}`;
    else if (char === '\n') result += '\\n';
    else if (code < 0x20 || code === 0x7f) result += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code > 0xffff) result += `\\U${code.toString(16).padStart(8, '0')}`;
    else if (code > 0x7e) result += `\\u${code.toString(16).padStart(4, '0')}`;
    else result += char;
  }
  return `${result}"`;
}

/** A tuple of values that are Python source already. */
export function pythonTuple(items: readonly string[]): string {
  if (items.length === 1) return `(${items[0]},)`;
  return `(${items.join(', ')})`;
}

/** The same over several lines, when one would be long. */
export function pythonTupleLines(items: readonly string[], indent: string): string {
  const short = pythonTuple(items);
  if (short.length + indent.length <= 88) return short;
  return `(\n${items.map((item) => `${indent}    ${item},\n`).join('')}${indent})`;
}
