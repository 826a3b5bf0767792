import type { Call, Expression } from '../syntax/program';
import type { Invocation } from './invocation';
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

/** `parts.push('…')`: what the same function adds to a list before it is joined. */
export function pushed({ evaluator, call, frame }: Invocation): (() => Value[])[] {
  const list = call.callee.kind === 'member' ? call.callee.object : undefined;
  if (list?.kind !== 'name') return [];
  return evaluator.project
    .callsIn(frame.module, 'push')
    .filter(
      ({ call: { callee, scope, end } }) =>
        callee.kind === 'member' &&
        callee.object.kind === 'name' &&
        callee.object.name === list.name &&
        scope === call.scope &&
        end <= call.start,
    )
    .flatMap((site) => site.call.arguments)
    .map((argument) => () => (argument.spread ? [] : [...evaluator.evaluate(argument.value, frame)]));
}
