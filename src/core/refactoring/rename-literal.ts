import { renamePath } from './legacy-path';
import { none } from './outcome';
import type { Outcome, PathReference, Replacement } from './outcome';

/** The legacy path within `[start, end)` of the text, written anew; undefined when it is not there as a whole. */
export function renameWithin(
  text: string,
  start: number,
  end: number,
  { reference, target }: PathReference,
  climb: boolean,
): Replacement | undefined {
  const renamed = renamePath(text.slice(start, end), reference.database, target.path, climb);
  if (!renamed || !isPlain(renamed.newText)) return undefined;
  return { start: start + renamed.start, end: start + renamed.end, newText: renamed.newText };
}

/** Documentation, comments and parts of strings: the path alone is written anew. */
export function renameText(text: string, request: PathReference): Outcome {
  const replacement = renameWithin(text, request.start, request.end, request, true);
  if (!replacement) return none(`${request.target.path} cannot be written in the form of this text.`);
  return { kind: 'fix', title: `Use ${request.target.path}`, replacement, needs: [] };
}

/** A string literal, as every language's tokens have it. */
export interface Literal {
  readonly start: number;
  readonly end: number;
  readonly string?: { readonly contentStart: number; readonly contentEnd: number };
}

/**
 * A literal that is text: documentation, or a bare file name that other code puts a directory in front of. The latter
 * stays a bare name: nobody knows whether that code would follow `..`.
 */
export function renameLiteral(text: string, token: Literal, request: PathReference): Outcome {
  const content = token.string ? text.slice(token.string.contentStart, token.string.contentEnd) : '';
  return content === baseName(request.reference.database)
    ? renameInPlace(text, [token], request, false)
    : renameText(text, request);
}

/** A directory that something else decides stays; the file name behind it, in the last literal, becomes the target's. */
export function renameInPlace(
  text: string,
  tokens: readonly Literal[],
  request: PathReference,
  environment: boolean,
): Outcome {
  for (const token of tokens.toReversed()) {
    if (!token.string) continue;
    const { contentStart, contentEnd } = token.string;
    const replacement = renameWithin(text, contentStart, contentEnd, request, false);
    if (replacement) return { kind: 'fix', title: `Use ${request.target.path}`, replacement, needs: [] };
    if (text.slice(token.start, token.end).includes(baseName(request.reference.database))) break;
  }
  return none(
    environment
      ? `An environment variable decides the directory, and ${request.target.path} does not lie in it. Set the directory aside by hand.`
      : `The directory is decided elsewhere, and ${request.target.path} does not lie in it. Change the place where it is set.`,
  );
}

/** No character that a string literal, a shell or a configuration file would read as something else. */
export function isPlain(path: string): boolean {
  return /^[\p{L}\p{N}_@+=,. /~-]+$/u.test(path.replaceAll('\\', '/'));
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
