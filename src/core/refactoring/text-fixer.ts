import { renamePath } from './legacy-path';
import { none } from './outcome';
import type { FileFixer, Outcome, PathReference, Replacement } from './outcome';
import { isPlain } from './rename-literal';

/** Configuration, scripts and documents: the path alone is written anew, in the same relative form and quoting. */
export class TextFixer implements FileFixer {
  constructor(
    private readonly text: string,
    private readonly language: string,
  ) {}

  fixPath({ reference, target, start, end }: PathReference): Outcome {
    const renamed = renamePath(this.text.slice(start, end), reference.database, target.path, true);
    if (!renamed)
      return none(
        `${target.path} cannot be written in the form of this text: it lies outside the directory that the text leads to.`,
      );
    if (!isPlain(renamed.newText) || (renamed.newText.includes(' ') && !this.isQuoted(start, end)))
      return none(`${target.path} has to be quoted in ${this.language}. Change it by hand.`);
    const replacement = { start: start + renamed.start, end: start + renamed.end, newText: renamed.newText };
    return { kind: 'fix', title: `Use ${target.path}`, replacement, needs: [] };
  }

  complete(fixes: readonly Extract<Outcome, { kind: 'fix' }>[]): readonly Replacement[] {
    return fixes.map((fix) => fix.replacement);
  }

  isSound(): boolean {
    return true;
  }

  private isQuoted(start: number, end: number): boolean {
    const outside = (this.text[start - 1] ?? '') + (this.text[end] ?? '');
    const inside = (this.text[start] ?? '') + (this.text[end - 1] ?? '');
    return [outside, inside].some((pair) => pair === '""' || pair === "''");
  }
}
