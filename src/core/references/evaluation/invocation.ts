import type { Argument, Call, Expression } from '../syntax/program';
import type { Evaluator } from './evaluator';
import { membersOf } from './members';
import { ANCHOR } from './value';
import type { Frame, Handle, Origin, Text, Value } from './value';
import { concatenate, holeText } from './texts';

/** A longer list is no path. */
const MOST_SPREAD = 20;

/** One call of a library function: its arguments, evaluated when asked for. */
export class Invocation {
  readonly origin: Origin;

  constructor(
    readonly evaluator: Evaluator,
    readonly call: Call,
    readonly frame: Frame,
  ) {
    this.origin = { module: frame.module, expression: call, frame };
  }

  /** Of the function, or the method, that is called. */
  get name(): string | undefined {
    const { callee } = this.call;
    return callee.kind === 'member' || callee.kind === 'name' ? callee.name : undefined;
  }

  /** What a method is called on. */
  get object(): Expression | undefined {
    const { callee } = this.call;
    return callee.kind === 'member' ? callee.object : undefined;
  }

  /** Argument by position, or by any of these names. */
  argument(position: number, ...names: string[]): Argument | undefined {
    const named = this.call.arguments.find((each) => each.name !== undefined && names.includes(each.name));
    return named ?? this.positional[position];
  }

  get positional(): readonly Argument[] {
    return this.call.arguments.filter((each) => each.name === undefined && !each.spread);
  }

  values(position: number, ...names: string[]): Value[] {
    const argument = this.argument(position, ...names);
    return argument ? [...this.evaluator.evaluate(argument.value, this.frame)] : [];
  }

  texts(position: number, ...names: string[]): Text[] {
    return this.values(position, ...names).filter((value) => value.kind === 'text');
  }

  textsOrHole(expression: Expression): Text[] {
    return this.evaluator.textsOrHole(expression, this.frame);
  }

  /** Every positional argument as texts; a spread one (`*parts`) as the items of its list, or as a hole. */
  allTexts(): Text[][] {
    return this.call.arguments
      .filter((each) => each.name === undefined)
      .flatMap((each) => (each.spread ? this.spreadTexts(each.value) : [this.textsOrHole(each.value)]));
  }

  private spreadTexts(expression: Expression): Text[][] {
    const [list, ...others] = this.evaluator.evaluate(expression, this.frame);
    if (list?.kind !== 'list' || others.length > 0 || list.items.length > MOST_SPREAD) return [[this.hole()]];
    return list.items.map((item) => {
      const texts = item().filter((value) => value.kind === 'text');
      return texts.length > 0 ? texts : [this.hole()];
    });
  }

  textsOrHoleAt(position: number): Text[] {
    const argument = this.positional[position];
    return argument ? this.textsOrHole(argument.value) : [this.hole()];
  }

  concatenated(parts: readonly (readonly Text[])[]): Text[] {
    return concatenate(parts, this.origin);
  }

  /** The first argument between the others. */
  joined(): Text[] {
    const [separator, ...parts] = this.allTexts();
    if (!separator || parts.length === 0) return [];
    return this.concatenated(parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part])));
  }

  memberOf(value: Value, name: string): Value[] {
    return membersOf(this.evaluator, value, name, { expression: this.call, frame: this.frame });
  }

  hole(): Text {
    return holeText(this.origin);
  }

  anchored(anchor: keyof typeof ANCHOR, isPath = false): Text {
    return { ...holeText(this.origin), text: ANCHOR[anchor], isPath };
  }

  /** A database that is none of SQLite: what is run on it is of no interest. */
  otherEngine(): Handle[] {
    return this.open([this.anchored('otherEngine')]);
  }

  /** An open database. */
  open(paths: readonly Text[]): Handle[] {
    return [{ kind: 'handle', paths, module: this.frame.module, call: this.call }];
  }
}
