import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { assetPath } from '../../assets';
import type { AssetName } from '../../assets';

/** A named node of a syntax tree, copied out of WebAssembly memory. Offsets are UTF-16 code units. */
export interface SyntaxNode {
  readonly type: string;
  readonly field: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly children: readonly SyntaxNode[];
}

/** The child that the grammar gives this field name. */
export function fieldOf(node: SyntaxNode, field: string): SyntaxNode | undefined {
  return node.children.find((child) => child.field === field);
}

export function childOf(node: SyntaxNode, ...types: string[]): SyntaxNode | undefined {
  return node.children.find((child) => types.includes(child.type));
}

/** Nodes without children in every grammar. */
const LEAVES = new Set([
  'identifier',
  'integer',
  'float',
  'comment',
  'true',
  'false',
  'none',
  'string_start',
  'string_end',
]);

/** What is nested deeper was generated: it is left out, so that the rest of the file is still read without a deep stack. */
const DEEPEST = 500;

/** Parses one language; keeps the last tree per key, so that an edited document is parsed anew only where it changed. */
export class Grammar {
  private readonly trees = new Map<string, { tree: TreeSitter.Tree; text: string }>();
  private readonly named: boolean[] = [];

  private constructor(
    private readonly language: TreeSitter.Language,
    private readonly parser: TreeSitter.Parser,
  ) {
    for (let id = 0; id < language.nodeTypeCount; id++) this.named.push(language.nodeTypeIsNamed(id));
  }

  static async load(asset: AssetName): Promise<Grammar> {
    const runtime = await treeSitter();
    const language = await runtime.Language.load(assetPath(asset));
    const parser = new runtime.Parser();
    parser.setLanguage(language);
    return new Grammar(language, parser);
  }

  /** `key` keeps the tree for the next edit of the same document; without it the tree is freed at once. */
  parse(text: string, key?: string): SyntaxNode | undefined {
    const previous = key === undefined ? undefined : this.trees.get(key);
    if (previous) editTree(previous.tree, previous.text, text);
    const tree = this.parser.parse(text, previous?.tree ?? null);
    previous?.tree.delete();
    if (!tree) {
      if (key !== undefined) this.trees.delete(key);
      return undefined;
    }
    const root = this.copy(tree);
    if (key === undefined) tree.delete();
    else this.trees.set(key, { tree, text });
    return root;
  }

  forget(key: string): void {
    this.trees.get(key)?.tree.delete();
    this.trees.delete(key);
  }

  private copy(tree: TreeSitter.Tree): SyntaxNode {
    const { types, fields } = this.language;
    const cursor = tree.walk();
    const make = (typeId: number): SyntaxNode & { children: SyntaxNode[] } => ({
      type: types[typeId] ?? 'ERROR',
      field: fields[cursor.currentFieldId] ?? undefined,
      start: cursor.startIndex,
      end: cursor.endIndex,
      children: [],
    });
    // An explicit stack: generated code nests deeper than the call stack.
    const root = make(cursor.nodeTypeId);
    const stack: (SyntaxNode & { children: SyntaxNode[] })[] = [root];
    let descend = cursor.gotoFirstChild();
    while (descend) {
      const typeId = cursor.nodeTypeId;
      // Every property of the cursor is a call into WebAssembly: anonymous nodes, half of them all, are passed over.
      if (this.named[typeId] ?? true) {
        const node = make(typeId);
        stack[stack.length - 1]!.children.push(node);
        if (stack.length < DEEPEST && !LEAVES.has(node.type) && cursor.gotoFirstChild()) {
          stack.push(node);
          continue;
        }
      }
      while (!cursor.gotoNextSibling()) {
        stack.pop();
        if (stack.length === 0 || !cursor.gotoParent()) {
          descend = false;
          break;
        }
      }
      if (stack.length === 0) break;
    }
    cursor.delete();
    return root;
  }
}

/** Tells tree-sitter what changed: everything between the common beginning and the common end. */
function editTree(tree: TreeSitter.Tree, before: string, after: string): void {
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let tail = 0;
  while (
    tail < shortest - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  tree.edit({
    startIndex: start,
    oldEndIndex: before.length - tail,
    newEndIndex: after.length - tail,
    startPosition: pointAt(before, start),
    oldEndPosition: pointAt(before, before.length - tail),
    newEndPosition: pointAt(after, after.length - tail),
  });
}

function pointAt(text: string, offset: number): TreeSitter.Point {
  let row = 0;
  let from = 0;
  for (let next = text.indexOf('\n'); next >= 0 && next < offset; next = text.indexOf('\n', from)) {
    row++;
    from = next + 1;
  }
  return { row, column: offset - from };
}

let runtime: Promise<typeof TreeSitter> | undefined;

/** Loads the WebAssembly runtime on first use: activation must not pay for it. */
function treeSitter(): Promise<typeof TreeSitter> {
  return (runtime ??= (async () => {
    const module = (await import('@vscode/tree-sitter-wasm')) as unknown as typeof TreeSitter & {
      default?: typeof TreeSitter;
    };
    const api = module.Parser ? module : module.default!;
    await api.Parser.init({ locateFile: () => assetPath('tree-sitter.wasm') });
    return api;
  })());
}
