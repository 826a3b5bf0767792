import { getOrAdd } from '../evaluation/project';
import { isCodeAsText, isDocument } from '../languages/text-language';
import type { PartlySearchedFile, Reference } from '../reference';
import { offsetInWhole } from '../slicing/slice';
import type { Slice } from '../slicing/slice';
import { windowsOf } from '../slicing/windows';
import { LONGEST_WHOLE } from '../text/longest';
import type { Windows } from '../slicing/windows';
import type { Texts } from '../reading/source-text';
import type { SourceFile } from '../source-files';
import { commandAt } from '../text/commands';
import { LineIndex } from '../text/lines';
import { commandVariables, expandIn, searchText } from '../text/search-text';
import type { CommandPlace } from '../text/search-text';
import { location } from './assemble';
import type { Assembly } from './assemble';
import type { Candidates } from './candidates';
import type { DatabaseResolver, Resolution } from './resolve';
import type { Roles } from './role';

/** What the references of a file's text are told with. */
interface Judges {
  readonly assembly: Assembly;
  readonly roles: Roles;
}

/** A file of SQL that a command line runs on a database. */
export interface CommandRun {
  /** The file that the command line stands in. */
  readonly by: string;
  /** As it is written there. */
  readonly file: string;
  readonly resolution: Exclude<Resolution, { place: 'none' }>;
}

/** What a document says. */
interface Said {
  readonly references: readonly Reference[];
  readonly runs: readonly CommandRun[];
}

const NOTHING: Said = { references: [], runs: [] };

/** Finds references by the text alone: in configuration and documents, and in code that is too long to be parsed as a whole. */
export class TextSearch {
  /** What documents say, by file, and who told it. */
  private readonly known = new Map<string, { readonly judges: Judges } & Said>();
  /** Of files that are too long to be searched as a whole. */
  private readonly windows = new Map<string, { readonly of: Windows | undefined }>();

  constructor(
    private readonly files: ReadonlyMap<string, SourceFile>,
    private readonly texts: Texts,
    private readonly candidates: Candidates,
    private readonly resolver: DatabaseResolver,
    /** Called between files; what it throws ends the search. */
    private readonly pause: () => Promise<void>,
  ) {}

  /** A file has another text. */
  changed(file: string): void {
    this.windows.delete(file);
    this.known.delete(file);
  }

  /** The parts of a long code file that are searched; undefined where nothing in it is worth it. */
  async partsOf(file: string, text: string): Promise<Slice | undefined> {
    return (await this.windowsIn(file, text, this.candidates.patterns))?.slice;
  }

  /** References in configuration and documents. */
  async inDocuments(judges: Judges): Promise<Reference[]> {
    const references: Reference[] = [];
    for (const file of this.files.values()) {
      if (file.isCode) continue;
      let known = this.known.get(file.path);
      if (known?.judges !== judges) {
        await this.pause();
        const text = this.texts.get(file.path);
        if (text === undefined) continue;
        known = { judges, ...(await this.inDocument(file, text, judges)) };
        this.known.set(file.path, known);
      }
      references.push(...known.references);
    }
    return references;
  }

  /** Files of SQL that command lines in documents run on databases, as far as documents were searched. */
  get runs(): CommandRun[] {
    return [...this.known.values()].flatMap(({ runs }) => runs);
  }

  /** The references that stand in a long code file as text and were not found by its syntax: that is read in parts. */
  besideSyntax(references: readonly Reference[], judges: Judges): Reference[] {
    return [...this.windows].flatMap(([path, { of: windows }]) => {
      const file = this.files.get(path);
      const text = this.texts.get(path);
      if (!file?.isCode || text === undefined || !windows) return [];
      const known = new Map<number, Reference[]>();
      for (const each of references)
        if (each.file === path && each.kind === 'path')
          for (let line = each.line; line <= each.endLine; line++) getOrAdd(known, line, () => []).push(each);
      return this.inText(file, text, judges, windows.slice)
        .references.filter((each) => !known.get(each.line)?.some((other) => meets(each, other)))
        .map(knownByText);
    });
  }

  /** Files that are too long to be searched as a whole, sorted, each with what was done. */
  get searchedInPart(): PartlySearchedFile[] {
    return [...this.windows]
      .flatMap(([file, { of: windows }]) => {
        if (!windows) return [];
        const { places, left, slice } = windows;
        const rest = left > 0 ? `; ${left} more are left out` : '';
        const how = `longer than 2 MB: searched around ${places} places that may name a database or a table${rest}`;
        return [{ file, characters: slice.text.length, how }];
      })
      .sort((one, other) => (one.file < other.file ? -1 : 1));
  }

  private async inDocument(file: SourceFile, text: string, judges: Judges): Promise<Said> {
    if (text.length > LONGEST_WHOLE) {
      const windows = await this.windowsIn(file.path, text, this.candidates.databasePatterns);
      return windows ? this.inText(file, text, judges, windows.slice) : NOTHING;
    }
    return this.candidates.namesDatabase(text) ? this.inText(file, text, judges) : NOTHING;
  }

  private async windowsIn(file: string, text: string, patterns: readonly RegExp[]): Promise<Windows | undefined> {
    let found = this.windows.get(file);
    if (!found) {
      found = { of: await windowsOf(text, patterns, this.pause) };
      this.windows.set(file, found);
    }
    return found.of;
  }

  /** @param slice the parts of the text that are searched; without it all of it is */
  private inText(file: SourceFile, text: string, { assembly, roles }: Judges, slice?: Slice): Said {
    const role = roles.of(file.path, file.language, file.isCode);
    const at = { file: file.path, language: file.language, lines: new LineIndex(text), role };
    const runs: CommandRun[] = [];
    const tables = ({ resolution, start, end, isComment }: CommandPlace): Reference[] => {
      if (isComment || file.isCode) return [];
      const { texts, files } = commandAt(text, start, end);
      // A person may run what a document says, and may have run it long ago.
      if (!isDocument(file.language))
        for (const each of files) runs.push({ by: file.path, file: expandIn(each, text, file.language), resolution });
      return texts.flatMap((sql) => assembly.commandTables(resolution, sql, at));
    };
    const found = searchText(slice?.text ?? text, file.path, file.language, this.resolver);
    const paths = found.flatMap((place): Reference[] => {
      const { resolution, shape, isComment } = place;
      const start = slice ? offsetInWhole(slice, place.start) : place.start;
      const end = slice ? offsetInWhole(slice, place.end, true) : place.end;
      if (resolution.place === 'memory' || resolution.place === 'target') return [];
      const path: Reference = {
        ...location(at, start, end),
        kind: 'path',
        ...assembly.standing(resolution, isComment ? 'documentation' : role),
        language: file.language,
        shape,
        text: text.slice(start, end),
      };
      return isCodeAsText(file.language) ? [knownByText(path)] : [...tables({ ...place, start, end }), path];
    });
    if (slice || file.isCode || isDocument(file.language) || isCodeAsText(file.language))
      return { references: paths, runs };
    const byVariable = commandVariables(text, file.path, file.language, this.resolver).flatMap(tables);
    return { references: [...paths, ...byVariable], runs };
  }
}

/** What code is known for by its text alone is not certain: nobody followed what it is given to. */
function knownByText(reference: Reference): Reference {
  const resolution = reference.resolution === 'certain' ? 'likely' : reference.resolution;
  return { ...reference, resolution, note: reference.note ?? 'known by its text alone' };
}

/** Do two references of one file have a character in common? */
function meets(one: Reference, other: Reference): boolean {
  const isBefore = (left: Reference, right: Reference) =>
    left.endLine < right.line || (left.endLine === right.line && left.endColumn <= right.column);
  return !isBefore(one, other) && !isBefore(other, one);
}
