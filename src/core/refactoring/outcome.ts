import type { SourceText } from '../references/reading/source-text';
import type { Reference } from '../references/reference';
import type { ResolvedTarget } from '../plan/resolved';

/** A replacement in one file, by offsets. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/** What a language makes of one stale reference. */
export type Outcome =
  | {
      readonly kind: 'fix';
      readonly title: string;
      readonly replacement: Replacement;
      /** Names of the access module that the new text calls. */
      readonly needs: readonly string[];
    }
  | { readonly kind: 'none'; readonly reason: string };

export interface PathReference {
  readonly reference: Reference;
  readonly target: ResolvedTarget;
  /** Offsets of the reference in the text. */
  readonly start: number;
  readonly end: number;
  /** Further targets that the connection is to attach. */
  readonly attach?: readonly string[];
}

/** A rewrite that is offered and never made on its own account. */
export interface Lift {
  readonly title: string;
  readonly fix: Extract<Outcome, { kind: 'fix' }>;
}

/** One file in the making: fixes of single references, and the edits that go with a set of them. */
export interface FileFixer {
  fixPath(request: PathReference): Outcome;
  /** Edits of the whole: the replacements, the imports they need, and what they leave unused taken out. */
  complete(fixes: readonly Extract<Outcome, { kind: 'fix' }>[]): readonly Replacement[];
  /** Does the place name the legacy file as the way back, in a call of the access layer? */
  isWayBack?(start: number): boolean;
  /** Places that open a database by its path of the access layer, and could call `connect` instead. */
  lifts?(): readonly Lift[];
  /** Does the text still parse as far as this language is read? */
  isSound(text: string): boolean;
}

/** The files of the workspace, unsaved editors with their current text. Paths are workspace-relative, `/`. */
export interface CodeFiles {
  /** @throws when there is no such file. */
  read(path: string): string;
  exists?(path: string): boolean;
  /** Every file in which code may be. Without it nothing is removed that another file could use. */
  list?(): readonly string[];
  /** The text as the search for references has it, for those that look at all files: the very same as long as the file is. */
  source?(path: string): SourceText | undefined;
}

export function none(reason: string): Outcome {
  return { kind: 'none', reason };
}
