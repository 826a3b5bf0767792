import { Module } from '../evaluation/project';
import { codeLanguageNamed, isGrammarLoaded, loadGrammar } from '../languages/language';
import type { Texts } from '../reading/source-text';
import { StatementInterest } from '../slicing/interest';
import type { Slice } from '../slicing/slice';
import { Slicer } from '../slicing/slicer';
import { LONGEST_WHOLE } from '../text/longest';
import type { SourceFile } from '../source-files';
import { parseText } from './parse-text';

export interface ModulesInput {
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly texts: Texts;
  /** Legacy databases with the folded names of their tables. */
  readonly databases: ReadonlyMap<string, ReadonlySet<string>>;
  /** Syntax of files from an earlier search; what is parsed now is added. */
  readonly known: Map<string, Module>;
  /** The parts of a long file that are searched. */
  readonly partsOf: (file: string, text: string) => Promise<Slice | undefined>;
  /** Evaluation asks for what was left out of a file. */
  readonly askWhole: (file: string) => void;
}

/** The parsed files of a workspace: each is parsed once for each text that it has. */
export class Modules {
  private readonly slicer: Slicer;
  /** The modules of which a part was asked for that is left out in `input.known`. */
  private readonly wholes = new Map<string, Module>();
  /** Files that cannot be parsed, with their text. */
  private readonly unreadable = new Map<string, string>();

  constructor(private readonly input: ModulesInput) {
    const interest = new StatementInterest(input.databases);
    this.slicer = new Slicer((text, statement) => interest.isOfInterest(text, statement));
    // What was left out of them is of interest, perhaps, with these databases.
    for (const [file, { rest }] of input.known) if (rest) input.known.delete(file);
  }

  /** The module of a file, if it is parsed. */
  get(file: string): Module | undefined {
    return this.input.known.get(file);
  }

  get size(): number {
    return this.input.known.size;
  }

  isUnreadable(file: string): boolean {
    const text = this.input.texts.get(file);
    return text === undefined || this.unreadable.get(file) === text;
  }

  /** Parses a file if its grammar is there; else it is loaded, and reading goes on meanwhile. */
  async parseIfLoaded(file: string, isSliced: boolean): Promise<void> {
    const { language } = this.input.files.get(file)!;
    loadGrammar(language);
    if (isGrammarLoaded(language)) await this.parse(file, isSliced);
  }

  /** @param isSliced may functions be left out in which nothing of interest seems to be? */
  async parse(file: string, isSliced: boolean): Promise<Module | undefined> {
    const text = this.input.texts.get(file);
    const language = codeLanguageNamed(this.input.files.get(file)?.language ?? '');
    if (text === undefined || !language || this.isUnreadable(file)) return undefined;
    const partial = this.input.known.get(file);
    const modules = !isSliced && partial?.rest ? this.wholes : this.input.known;
    const known = modules.get(file);
    if (known?.text === text) return known;
    const isLong = text.length > LONGEST_WHOLE;
    const slice = isLong
      ? await this.input.partsOf(file, text)
      : isSliced
        ? this.slicer.slice(file, text, language.id, known !== undefined)
        : undefined;
    if (isLong && !slice) return undefined;
    // A file with another text is being edited: its tree is kept for the edits to come.
    const program = await parseText(text, language, slice, known ? file : undefined);
    if (!program) {
      this.unreadable.set(file, text);
      return undefined;
    }
    const rest = isLong || !slice ? undefined : { words: slice.words, ask: () => this.input.askWhole(file) };
    const module = new Module(file, text, program, rest);
    modules.set(file, module);
    return module;
  }
}
