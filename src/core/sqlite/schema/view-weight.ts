import type { SchemaObject } from './schema-table';
import { foldName, isKeyword, isOperator, sqlTokens, tokenName } from '../sql-tokens';
import type { SqlToken } from '../sql-tokens';

/**
 * How many tables and subqueries each view stands for once views and common table expressions in it are expanded, as
 * SQLite does whenever it resolves one. Thirty small views can stand for 2^30: such a file would stop the engine.
 * An upper bound: every word that names a view counts. Infinity for views that lead back to themselves.
 */
export function viewWeights(views: readonly SchemaObject[]): Map<SchemaObject, number> {
  const byName = new Map(views.map((view) => [foldName(view.name), view]));
  const weights = new Map<SchemaObject, number>();
  const weightOf = (view: SchemaObject, depth: number): number => {
    const known = weights.get(view);
    if (known !== undefined) return known;
    // Until it is known, a view that leads back to this one finds it endless. SQLite's parser has a depth limit as well.
    weights.set(view, Infinity);
    if (depth > 100) return Infinity;
    const weight = expansion(view, (name) => {
      const other = byName.get(name);
      return other && other !== view ? weightOf(other, depth + 1) : 0;
    });
    weights.set(view, weight);
    return weight;
  };
  for (const view of views) weightOf(view, 0);
  return weights;
}

function expansion(view: SchemaObject, weightOfView: (name: string) => number): number {
  const tokens = sqlTokens(view.sql ?? '');
  const closing = closingParentheses(tokens);
  const expressions = new Map<string, number>();
  /** Weight of a run of tokens; common table expressions defined in it are remembered under their names. */
  const weigh = (from: number, to: number, depth: number): number => {
    if (depth > 100) return Infinity;
    let weight = 1;
    for (let index = from; index < to; index++) {
      const token = tokens[index]!;
      if (token.kind !== 'word' && token.kind !== 'quoted' && token.kind !== 'string') continue;
      const name = foldName(tokenName(token));
      const body = bodyOf(tokens, closing, index);
      if (body) {
        expressions.set(name, weigh(body.from, body.to, depth + 1));
        index = body.to;
      } else if (isKeyword(token, 'SELECT', 'VALUES')) weight++;
      else weight += expressions.get(name) ?? weightOfView(name);
    }
    return weight;
  };
  return weigh(0, tokens.length, 0);
}

/** The body of `name [(columns)] AS [[NOT] MATERIALIZED] (body)` when the name stands at `index`. */
function bodyOf(
  tokens: readonly SqlToken[],
  closing: ReadonlyMap<number, number>,
  index: number,
): { from: number; to: number } | undefined {
  let at = index + 1;
  if (isOperator(tokens[at], '(')) at = (closing.get(at) ?? at) + 1;
  if (!isKeyword(tokens[at], 'AS')) return undefined;
  at++;
  if (isKeyword(tokens[at], 'NOT')) at++;
  if (isKeyword(tokens[at], 'MATERIALIZED')) at++;
  const end = closing.get(at);
  return end === undefined ? undefined : { from: at + 1, to: end };
}

function closingParentheses(tokens: readonly SqlToken[]): Map<number, number> {
  const closing = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach((token, index) => {
    if (isOperator(token, '(')) open.push(index);
    else if (isOperator(token, ')') && open.length > 0) closing.set(open.pop()!, index);
  });
  return closing;
}
