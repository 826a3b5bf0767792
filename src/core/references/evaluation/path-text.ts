import { ANCHOR } from './value';

const ANCHORS = new Set<string>([ANCHOR.workspace, ANCHOR.home, ANCHOR.temporary, ANCHOR.outside, ANCHOR.target]);

/** Does the text start at a fixed place, so that joining it to something in front drops what is in front? */
export function isAbsolute(text: string): boolean {
  return text.startsWith('/') || ANCHORS.has(text[0] ?? '') || /^[A-Za-z]:[\\/]/.test(text) || text.startsWith('\\\\');
}

/** The directory of a path; of an anchor, the anchor's own parent. */
export function parentOf(text: string): string {
  const trimmed = text.length > 1 ? text.replace(/\/+$/, '') : text;
  if (trimmed === ANCHOR.workspace) return ANCHOR.outside;
  if (trimmed === ANCHOR.home || trimmed === ANCHOR.temporary || trimmed === ANCHOR.outside) return ANCHOR.outside;
  if (trimmed === ANCHOR.hole) return ANCHOR.hole;
  if (trimmed === '' || trimmed === '.') return '..';
  if (trimmed === '..' || trimmed.endsWith('/..')) return `${trimmed}/..`;
  const slash = trimmed.lastIndexOf('/');
  if (slash < 0) return '.';
  return slash === 0 ? '/' : trimmed.slice(0, slash);
}

export function baseName(text: string): string {
  return text.slice(text.lastIndexOf('/') + 1);
}

/** `.` and `..` taken out. A path that leaves the workspace folder starts with the outside anchor. */
export function normalize(text: string): string {
  const first = text[0] ?? '';
  const anchored = ANCHORS.has(first) && first !== ANCHOR.target;
  const rooted = text.startsWith('/');
  const parts: string[] = [];
  let anchor = anchored ? first : '';
  for (const part of (anchored ? text.slice(1) : text).split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts[parts.length - 1] !== '..' && parts[parts.length - 1] !== ANCHOR.hole)
      parts.pop();
    else if (anchored) anchor = ANCHOR.outside;
    else if (!rooted) parts.push('..');
  }
  const joined = parts.join('/');
  if (anchored) return joined ? `${anchor}/${joined}` : anchor;
  return rooted ? `/${joined}` : joined;
}
