import type { AssetName } from '../../assets';
import { Grammar } from '../syntax/tree';
import type { SyntaxNode } from '../syntax/tree';
import type { Program } from '../syntax/program';
import { lowerCpp } from './cpp';
import { lowerCSharp } from './csharp';
import { lowerGo } from './go';
import { lowerJava } from './java';
import { lowerPhp } from './php';
import { lowerRuby } from './ruby';
import { lowerRust } from './rust';
import { lowerShell } from './shell';
import { lowerTypeScript } from './typescript';
import { lowerPython } from './python';

/** A programming language: which files are written in it, its grammar, and how its syntax becomes the neutral form. */
export interface CodeLanguage {
  /** Id as VS Code names it. */
  readonly id: string;
  readonly extensions: readonly string[];
  readonly grammar: AssetName;
  lower(root: SyntaxNode, source: string): Program;
}

const LANGUAGES: readonly CodeLanguage[] = [
  {
    id: 'python',
    extensions: ['.py', '.pyi', '.pyw'],
    grammar: 'tree-sitter-python.wasm',
    lower: lowerPython,
  },
  { id: 'go', extensions: ['.go'], grammar: 'tree-sitter-go.wasm', lower: lowerGo },
  {
    id: 'typescript',
    extensions: ['.ts', '.mts', '.cts'],
    grammar: 'tree-sitter-typescript.wasm',
    lower: lowerTypeScript,
  },
  { id: 'typescriptreact', extensions: ['.tsx'], grammar: 'tree-sitter-tsx.wasm', lower: lowerTypeScript },
  {
    id: 'javascript',
    extensions: ['.js', '.mjs', '.cjs'],
    grammar: 'tree-sitter-javascript.wasm',
    lower: lowerTypeScript,
  },
  { id: 'java', extensions: ['.java'], grammar: 'tree-sitter-java.wasm', lower: lowerJava },
  { id: 'csharp', extensions: ['.cs'], grammar: 'tree-sitter-c-sharp.wasm', lower: lowerCSharp },
  { id: 'rust', extensions: ['.rs'], grammar: 'tree-sitter-rust.wasm', lower: lowerRust },
  { id: 'ruby', extensions: ['.rb', '.rake', '.ru'], grammar: 'tree-sitter-ruby.wasm', lower: lowerRuby },
  { id: 'php', extensions: ['.php'], grammar: 'tree-sitter-php.wasm', lower: lowerPhp },
  {
    id: 'cpp',
    extensions: ['.cpp', '.cc', '.cxx', '.c', '.h', '.hpp', '.hh', '.hxx', '.ipp', '.inl'],
    grammar: 'tree-sitter-cpp.wasm',
    lower: lowerCpp,
  },
  { id: 'shellscript', extensions: ['.sh', '.bash'], grammar: 'tree-sitter-bash.wasm', lower: lowerShell },
  { id: 'javascriptreact', extensions: ['.jsx'], grammar: 'tree-sitter-javascript.wasm', lower: lowerTypeScript },
];

const BY_EXTENSION = new Map(
  LANGUAGES.flatMap((language) => language.extensions.map((extension) => [extension, language] as const)),
);

const BY_ID = new Map(LANGUAGES.map((language) => [language.id, language]));

/** The programming language with an id as VS Code names it. */
export function codeLanguageNamed(id: string): CodeLanguage | undefined {
  return BY_ID.get(id);
}

/** The programming language of a file by its extension (`.py`), lower case. */
export function codeLanguage(extension: string): CodeLanguage | undefined {
  return BY_EXTENSION.get(extension);
}

const grammars = new Map<AssetName, Promise<Grammar>>();
const loaded = new Set<AssetName>();

/** Begins to load the grammar of a language that will be parsed. That it cannot be loaded is told to whoever asks for it. */
export function loadGrammar(id: string): void {
  const language = codeLanguageNamed(id);
  if (language && !grammars.has(language.grammar)) grammarOf(language).catch(() => undefined);
}

/** Can files of a language be parsed without waiting for its grammar? */
export function isGrammarLoaded(id: string): boolean {
  const language = codeLanguageNamed(id);
  return language !== undefined && loaded.has(language.grammar);
}

/** The grammar of a language, loaded once. */
export function grammarOf(language: CodeLanguage): Promise<Grammar> {
  let grammar = grammars.get(language.grammar);
  if (!grammar) {
    grammar = Grammar.load(language.grammar);
    grammars.set(language.grammar, grammar);
    grammar.then(
      () => loaded.add(language.grammar),
      () => undefined,
    );
  }
  return grammar;
}
