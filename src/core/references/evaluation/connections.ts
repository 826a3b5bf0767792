import type { Expression } from '../syntax/program';
import type { Evaluator } from './evaluator';
import type { Invocation } from './invocation';
import { heardBy, lastName } from './project';
import type { CallSite } from './project';
import type { Frame, Handle, Text, Value } from './value';

/** Connections that programs leave with their framework under a name, and take from it elsewhere. */

/** What may well be a connection, by its name. */
const CONNECTION = /^(?:\w*[_-])?(?:db|database|sqlite|knex|conn|connection)s?$|(?:Db|DB|Database|Conn|Connection)$/;

/** `request.db` where nothing is known of the request: the connections that any file assigned to the same. */
export function connectionMember(
  evaluator: Evaluator,
  { object, name }: Extract<Expression, { kind: 'member' }>,
  { module }: Frame,
): Value[] {
  const role = CONNECTION.test(name) ? roleOf(object) : undefined;
  if (role === undefined) return [];
  return evaluator.project
    .attributesNamed(name)
    .filter(heardBy(module))
    .filter(({ assignment }) => roleOf(assignment.object) === role)
    .flatMap(({ module: by, assignment }) => evaluator.evaluate(assignment.value, by.frame))
    .filter(({ kind }) => kind === 'handle');
}

/** The last word of an expression; frameworks hand the same things around under short and long names. */
function roleOf(expression: Expression): string | undefined {
  const name = lastName(expression);
  // Everything has a `self`: it is no role.
  if (name === 'self' || name === 'this' || name === 'cls') return undefined;
  if (name === 'req') return 'request';
  return name === 'c' || name === 'context' ? 'ctx' : name;
}

/** `app.set('db', connection)`, and `app.get('db')` where it is. */
export function connectionSet({ evaluator, call, frame }: Invocation, ...setters: string[]): Value[] {
  const [key] = call.arguments;
  if (key?.value.kind !== 'literal' || call.arguments.length !== 1) return [];
  const name = key.value.value;
  const { project } = evaluator;
  const valuesOf = (sites: readonly CallSite[]) =>
    sites.filter(heardBy(frame.module)).flatMap(({ module, call: { arguments: list } }) => {
      const [first, second] = list;
      const isKey = first?.value.kind === 'literal' && first.value.value === name;
      return isKey && second ? [...evaluator.evaluate(second.value, module.frame)] : [];
    });
  return setters
    .flatMap((setter) => {
      const here = valuesOf(project.callsIn(frame.module, setter));
      return here.length > 0 || !CONNECTION.test(name) ? here : valuesOf(project.callsNamed(setter, false));
    })
    .filter(({ kind }) => kind === 'handle');
}

/**
 * Does a connection get its path from elsewhere, which names no file: an empty option, which a person has to give, with
 * what is put around it? Where the call itself is written with none, SQLite opens a temporary database.
 */
export function isNamedLater({ call, module }: Handle, { text, origin }: Text): boolean {
  if (!/^(?:file:)?(?:\?(?!.*mode=memory).*)?$/.test(text)) return false;
  const { kind, start, end } = origin.expression;
  return kind !== 'literal' || origin.module !== module || start < call.start || end > call.end;
}
