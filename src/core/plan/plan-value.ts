import type { Node } from 'jsonc-parser';

/** A key that occurs twice in one object, or cannot be a key at all. */
export interface KeyProblem {
  readonly offset: number;
  readonly key: string;
  readonly kind: 'duplicate' | 'forbidden';
}

/**
 * The value of a parsed JSONC tree. Unlike the library's own conversion it sees keys that occur twice, of which JSON keeps
 * the last and forgets the first: a legacy database would vanish from the plan without a word.
 */
export function planValue(root: Node, problems: KeyProblem[]): unknown {
  switch (root.type) {
    case 'object': {
      const result: Record<string, unknown> = {};
      const seen = new Set<string>();
      for (const property of root.children ?? []) {
        const [key, value] = property.children ?? [];
        if (!key || !value) continue;
        const text = String(key.value);
        if (text === '__proto__') {
          problems.push({ offset: key.offset, key: text, kind: 'forbidden' });
          continue;
        }
        if (seen.has(text)) problems.push({ offset: key.offset, key: text, kind: 'duplicate' });
        seen.add(text);
        result[text] = planValue(value, problems);
      }
      return result;
    }
    case 'array':
      return (root.children ?? []).map((child) => planValue(child, problems));
    default:
      return root.value;
  }
}
