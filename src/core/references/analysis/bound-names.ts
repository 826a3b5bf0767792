import type { Evaluator } from '../evaluation/evaluator';
import type { Frame, Text, Value } from '../evaluation/value';
import { lastName, walk } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import type { SqlVariable } from '../sql/tables';
import type { Argument, Call, Expression } from '../syntax/program';

/** A name that a statement is given as a value, as a statement of its own. */
export interface BoundName {
  readonly text: Text;
  readonly of: Expression;
}

const BEFORE = "PRAGMA table_info('";
const AFTER = "')";

/**
 * Names that a statement looks up in the schema table and is given as values: `WHERE name = ?`, and `("jobs",)` beside it.
 * @param given what stands behind the statement among the arguments, or is given to what was prepared
 */
export function boundNames(
  evaluator: Evaluator,
  variables: readonly SqlVariable[],
  given: readonly Argument[],
  frame: Frame,
): BoundName[] {
  const [first] = given;
  if (!first || variables.length === 0) return [];
  evaluator.begin();
  const together = evaluator.evaluate(first.value, frame).filter(({ kind }) => kind === 'list' || kind === 'record');
  return variables.flatMap((variable) => {
    if (together.length > 0)
      return named(
        together.flatMap((value) => valuesOf(value, variable)),
        first.value,
      );
    const own = 'index' in variable ? given[variable.index] : undefined;
    return own ? named(evaluator.evaluate(own.value, frame), own.value) : [];
  });
}

function valuesOf(value: Value, variable: SqlVariable): Value[] {
  if (value.kind === 'list') return 'index' in variable ? (value.items[variable.index]?.() ?? []) : [];
  if (value.kind !== 'record' || 'index' in variable) return [];
  return value.entries.flatMap((entry) => (entry.key === variable.name ? entry.value() : []));
}

function named(values: readonly Value[], of: Expression): BoundName[] {
  return values.flatMap((value) => {
    if (value.kind !== 'text' || value.text.includes("'")) return [];
    const [segment] = value.segments;
    // A name that is put together of parts stands nowhere.
    if (!segment || segment.length !== value.text.length) return [];
    const text = { ...value, text: BEFORE + value.text + AFTER, segments: [{ ...segment, start: BEFORE.length }] };
    return [{ text, of }];
  });
}

const SCHEMA_TABLE = /\bsqlite_(?:master|schema|sequence)\b|\bpragma_\w+\(/i;

/** Calls on statements that were prepared under a name, by the call that prepares: `const find = db.prepare(…)`, `find.get("jobs")`. */
export function preparedUses(module: Module): ReadonlyMap<Call, readonly Call[]> {
  const uses = new Map<Call, Call[]>();
  if (!module.text.includes('repare') || !SCHEMA_TABLE.test(module.text)) return uses;
  const prepared = new Map<string, Call>();
  const note = (name: string, value: Expression) => {
    if (value.kind === 'same') note(name, value.of);
    else if (value.kind === 'call' && /^prepare/i.test(lastName(value.callee) ?? '')) prepared.set(name, value);
  };
  for (const { bindings } of module.program.scopes)
    for (const [name, all] of Object.entries(bindings))
      for (const binding of all) if (binding.kind === 'value') note(name, binding.value);
  for (const { name, value } of module.program.attributes) note(name, value);
  for (const root of prepared.size > 0 ? module.program.roots : [])
    walk(root.expression, (each) => {
      const on = each.kind === 'call' && each.callee.kind === 'member' ? lastName(each.callee.object) : undefined;
      const of = on === undefined ? undefined : prepared.get(on);
      if (!of || each.kind !== 'call') return;
      const known = uses.get(of);
      if (known) known.push(each);
      else uses.set(of, [each]);
    });
  return uses;
}
