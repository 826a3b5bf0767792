import type { Call, Expression } from '../syntax/program';
import type { Invocation } from './invocation';
import { callsByName } from './project';
import { formatPercent } from './texts';
import type { Text, Value } from './value';

/** `b.String()` of a builder that the same function wrote to: what it was given, one after the other. */
export function built(call: Invocation, builder: Expression): Value[] {
  const { evaluator, frame } = call;
  const isBuilder = (each: Expression | undefined) => {
    const inner = each?.kind === 'same' ? each.of : each;
    return builder.kind === 'name' && inner?.kind === 'name' && inner.name === builder.name;
  };
  const of = (name: string) =>
    evaluator.project
      .callsIn(frame.module, name)
      .map((site) => site.call)
      .filter((each) => each.scope === call.call.scope && each.end <= call.call.start);
  const written = of('WriteString').filter(({ callee }) => callee.kind === 'member' && isBuilder(callee.object));
  const printed = of('Fprintf').filter(({ arguments: [first] }) => isBuilder(first?.value));
  const parts = [...written, ...printed].sort((one, other) => one.start - other.start).map(textsOf);
  return parts.length > 0 ? call.concatenated(parts) : [];

  function textsOf({ arguments: list }: Call): Text[] {
    const [first, template, ...values] = list.map(({ value }) => value);
    if (!first) return [call.hole()];
    if (!template) return call.textsOrHole(first);
    return formatPercent(
      evaluator.texts(template, frame),
      values.map((value) => call.textsOrHole(value)),
      call.origin,
    );
  }
}

/** `parts.push('…')`, `parts.append("…")`, `append(parts, "…")`: what the same function adds to a list before it is joined. */
export function added({ evaluator, call, frame }: Invocation, list: Expression | undefined): (() => Value[])[] {
  if (list?.kind !== 'name') return [];
  // Not `callsIn`, for which all of a module is parsed where the word is: names like these are in every module.
  evaluator.project.reads.files.add(frame.module.file);
  const calls = callsByName(frame.module);
  const isList = (each: Expression | undefined) => each?.kind === 'name' && each.name === list.name;
  return ['push', 'append', 'extend']
    .flatMap((name) => calls.get(name) ?? [])
    .map((site) => site.call)
    .filter((each) => each.scope === call.scope && each.end <= call.start)
    .sort((one, other) => one.start - other.start)
    .flatMap(({ callee, arguments: [first, ...rest] }) => {
      if (callee.kind === 'name') return isList(first?.value) ? rest : [];
      return callee.kind === 'member' && isList(callee.object) && first ? [first, ...rest] : [];
    })
    .flatMap(({ value, spread }): (() => Value[])[] => {
      if (spread) return [];
      // Several at a time stand in place.
      const items = value.kind === 'list' ? value.items : [value];
      return items.map((item) => () => [...evaluator.evaluate(item, frame)]);
    });
}
