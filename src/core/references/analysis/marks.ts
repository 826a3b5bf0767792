import { isRole } from './role';
import type { Reference, Role } from '../reference';

const MARK = /sqlite-consolidator:[ \t]*([a-z]+)/;
/** How a comment begins: `#`, `//`, `--`, `;`, `/*` and the lines of such a block, `<!--`, `{/*` of JSX, `rem`. */
const COMMENT = /^\s*(?:#|\/\/|--|;|\{?\/\*|\*|<!--|rem\b|::)/i;

/** Is there any such comment in a text? */
export function hasMarks(text: string): boolean {
  return text.includes('sqlite-consolidator:');
}

/**
 * What a comment `sqlite-consolidator: …` on the lines of a reference, or alone above them, says of it: `stale`, that it
 * has to change whatever it is for; or the role that it has.
 */
export function markOf(text: string, reference: Reference): 'stale' | Role | undefined {
  const lines = text.split(/\r\n|\n|\r/, reference.endLine);
  const above = lines[reference.line - 2] ?? '';
  for (const line of [...lines.slice(reference.line - 1), ...(COMMENT.test(above) ? [above] : [])]) {
    const word = MARK.exec(line)?.[1];
    if (word === 'stale' || (word !== undefined && isRole(word))) return word;
  }
  return undefined;
}
