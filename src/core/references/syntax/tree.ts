import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { assetPath } from '../../assets';
import type { AssetName } from '../../assets';
import { setNewest } from '../../maps';
import { commonEnds } from '../text/common-ends';

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

/** What was parsed of a document, to parse its next text only where it is another one. */
interface Kept {
  readonly tree: TreeSitter.Tree;
  readonly text: string;
  readonly root: SyntaxNode;
}

/** Documents whose trees are kept: those that are being edited. */
const MOST_KEPT = 8;

/** Parses one language. */
export class Grammar {
  /** By file, the one used last at the end. */
  private readonly kept = new Map<string, Kept>();
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

  /**
   * The named nodes of a text.
   * @param key the document that is being edited: its next text is parsed only where it is another one. The nodes are the
   * same as without a key.
   */
  parse(text: string, key?: string): SyntaxNode | undefined {
    const previous = key === undefined ? undefined : this.take(key);
    const { tree, unchanged } = previous ? this.again(previous, text) : { tree: this.parser.parse(text) };
    previous?.tree.delete();
    if (!tree) return undefined;
    const root = this.copy(tree, unchanged);
    // How far a text with errors is understood depends on where parsing began: such a tree is nothing to go on from.
    if (key === undefined || tree.rootNode.hasError) tree.delete();
    else for (const old of setNewest(this.kept, key, { tree, text, root }, MOST_KEPT)) old.tree.delete();
    return root;
  }

  private take(key: string): Kept | undefined {
    const kept = this.kept.get(key);
    this.kept.delete(key);
    return kept;
  }

  private again(previous: Kept, text: string): { tree: TreeSitter.Tree | null; unchanged?: Unchanged } {
    const edit = editBetween(previous.text, text);
    previous.tree.edit(edit);
    const tree = this.parser.parse(text, previous.tree);
    if (!tree) return { tree };
    if (tree.rootNode.hasError) {
      tree.delete();
      return { tree: this.parser.parse(text) };
    }
    const ranges = previous.tree
      .getChangedRanges(tree)
      .map(({ startIndex, endIndex }) => ({ start: startIndex, end: endIndex }));
    return { tree, unchanged: new Unchanged(previous.root, edit, ranges) };
  }

  private copy(tree: TreeSitter.Tree, unchanged?: Unchanged): SyntaxNode {
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
    /** What the nodes of the stack were before. */
    const before: (SyntaxNode | undefined)[] = [unchanged?.root];
    let descend = cursor.gotoFirstChild();
    while (descend) {
      const typeId = cursor.nodeTypeId;
      // Every property of the cursor is a call into WebAssembly: anonymous nodes, half of them all, are passed over.
      if (this.named[typeId] ?? true) {
        const node = make(typeId);
        const old = before[before.length - 1];
        const same = old && unchanged!.same(node, old);
        stack[stack.length - 1]!.children.push(same ?? node);
        if (!same && stack.length < DEEPEST && !LEAVES.has(node.type) && cursor.gotoFirstChild()) {
          stack.push(node);
          before.push(old && unchanged!.formerly(node, old));
          continue;
        }
      }
      while (!cursor.gotoNextSibling()) {
        stack.pop();
        before.pop();
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

/** The nodes of the text before an edit that are nodes of the text after it. */
class Unchanged {
  private readonly ranges: readonly { readonly start: number; readonly end: number }[];
  private readonly delta: number;

  constructor(
    readonly root: SyntaxNode,
    private readonly edit: TreeSitter.Edit,
    /** Where the structure of the tree is another one, in the text after the edit. */
    changed: readonly { readonly start: number; readonly end: number }[],
  ) {
    this.ranges = [{ start: edit.startIndex, end: edit.newEndIndex }, ...changed];
    this.delta = edit.newEndIndex - edit.oldEndIndex;
  }

  /** The node as it was, at its new place; undefined where something in it, or at its ends, changed. */
  same(node: SyntaxNode, parent: SyntaxNode): SyntaxNode | undefined {
    if (this.ranges.some((range) => range.start <= node.end && node.start <= range.end)) return undefined;
    const old = this.formerly(node, parent);
    if (!old || old.field !== node.field || old.end - old.start !== node.end - node.start) return undefined;
    return old.start === node.start ? old : movedBy(old, node.start - old.start);
  }

  /** The child of `parent`, a node of the text before, that began where `node` begins. */
  formerly(node: SyntaxNode, parent: SyntaxNode): SyntaxNode | undefined {
    const start = node.start >= this.edit.newEndIndex ? node.start - this.delta : node.start;
    const { children } = parent;
    let low = 0;
    let high = children.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (children[middle]!.start < start) low = middle + 1;
      else high = middle;
    }
    for (; low < children.length && children[low]!.start === start; low++)
      if (children[low]!.type === node.type && children[low]!.field === node.field) return children[low];
    return undefined;
  }
}

export function movedBy(node: SyntaxNode, by: number): SyntaxNode {
  if (by === 0) return node;
  const { type, field, start, end, children } = node;
  return { type, field, start: start + by, end: end + by, children: children.map((child) => movedBy(child, by)) };
}

/** What tree-sitter has to know of an edit: everything between the common beginning and the common end. */
function editBetween(before: string, after: string): TreeSitter.Edit {
  const { prefix: start, suffix: tail } = commonEnds(before, after);
  return {
    startIndex: start,
    oldEndIndex: before.length - tail,
    newEndIndex: after.length - tail,
    startPosition: pointAt(before, start),
    oldEndPosition: pointAt(before, before.length - tail),
    newEndPosition: pointAt(after, after.length - tail),
  };
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
