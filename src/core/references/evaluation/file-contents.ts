import { ProgramBuilder } from '../syntax/builder';
import type { Literal } from '../syntax/program';
import { baseName, normalize } from './path-text';
import { Module } from './project';
import type { Project } from './project';
import { literalText } from './texts';
import { ANCHOR } from './value';
import type { Text, Value } from './value';
import type { Operation, TextMethod } from './vocabulary';

/** Statements are read from these. */
const SQL_FILE = /\.(?:sql|ddl)$/i;
/** Programs look paths up in these. */
const CONFIGURATION = /\.(?:jsonc?|ya?ml|toml|ini|cfg|conf|prisma)$|(?:^|\/)\.env$/i;
/** A longer file is a dump: data, not code. */
const LONGEST = 256 * 1024;
/** More migrations than this in one folder are not told apart from one another. */
const MOST_FILES = 200;

/** `open("schema.sql").read()`: the contents, whose statements then stand in that file. */
export function reads(position: number, ...names: string[]): Operation {
  return (call) =>
    call.texts(position, ...names).flatMap((path) => contentsOf(call.evaluator.project, path, call.frame.module));
}

/** The same of a path object or an open file. */
export const readsReceiver: TextMethod = (receiver, call) =>
  contentsOf(call.evaluator.project, receiver, call.frame.module);

/** Files of a folder that a program goes through: a path of which the name is not known. */
export const lists: TextMethod = (receiver, call) => {
  const pattern = call.texts(0)[0]?.text;
  if (pattern !== undefined && !SQL_FILE.test(pattern)) return [];
  return listed(receiver, pattern === undefined ? '' : '.sql');
};

export function listed(folder: Text, suffix: string): Value[] {
  const path: Text = { ...folder, text: `${folder.text}/${ANCHOR.hole}${suffix}` };
  return [{ kind: 'list', items: [() => [path]] }];
}

/** What an SQL file of the workspace says; of a path with an unknown name, what all of its folder say. */
export function contentsOf(project: Project, path: Text, by: Module): Text[] {
  const clean = normalize(path.text.replace(/^file:\/\//, ''));
  const name = baseName(clean);
  if (!name.includes(ANCHOR.hole)) {
    const file = SQL_FILE.test(name) ? found(project, clean, by) : configurationFile(project, path, by);
    return file === undefined ? [] : contents(project, file);
  }
  if (!/^\uE003+(?:\.\w+)?$/.test(name)) return [];
  const folder = clean.slice(0, Math.max(0, clean.length - name.length - 1));
  const files = project.documents.filter((file) => SQL_FILE.test(file) && isIn(file, folder, by));
  return files.length > MOST_FILES ? [] : files.flatMap((file) => contents(project, file));
}

/** A configuration file of the workspace. Where several folders have one of the name, it is not known which is meant. */
export function configurationFile(project: Project, path: Text, by: Module): string | undefined {
  const clean = normalize(path.text.replace(/^file:\/\//, ''));
  const file = isConfiguration(clean) && !clean.includes(ANCHOR.hole) ? found(project, clean, by) : undefined;
  if (file === undefined || clean.startsWith(ANCHOR.workspace)) return file;
  const folder = file.slice(0, -clean.length - 1);
  const above = folder === '' ? undefined : upTo(project, clean, folder.slice(0, Math.max(0, folder.lastIndexOf('/'))));
  return above === undefined ? file : undefined;
}

export function isConfiguration(file: string): boolean {
  return CONFIGURATION.test(file);
}

/** From the workspace, from the file that says so, or from a folder above it. */
function found(project: Project, path: string, by: Module): string | undefined {
  if (path.startsWith(ANCHOR.workspace)) return exists(project, path.slice(2));
  if (/^[/\uE000-\uE0FF]/.test(path)) return undefined;
  return upTo(project, path, by.directory);
}

/** A file by a path from the folder of another file, or from a folder above it. */
export function fileAbove(project: Project, path: string, by: string): string | undefined {
  if (/^[/\uE000-\uE0FF]/.test(path)) return undefined;
  return upTo(project, path, by.slice(0, Math.max(0, by.lastIndexOf('/'))));
}

function upTo(project: Project, path: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const file = exists(project, normalize([folder, path].filter(Boolean).join('/')));
    if (file !== undefined || folder === '') return file;
  }
}

function exists(project: Project, file: string): string | undefined {
  project.reads.files.add(file);
  return project.source(file) === undefined ? undefined : file;
}

function isIn(file: string, folder: string, by: Module): boolean {
  const parent = file.slice(0, Math.max(0, file.lastIndexOf('/')));
  // A part of the folder that is not known: `migrations/<set>/<name>`.
  const pattern = new RegExp(
    `^${folder
      .replace(/^\uE000\/?/, '')
      .split(/\uE003+/)
      .map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^/]+')}$`,
  );
  if (folder === '' || folder === ANCHOR.hole) return false;
  if (folder.startsWith(ANCHOR.workspace)) return pattern.test(parent);
  if (/^[/\uE000-\uE0FF]/.test(folder)) return false;
  const own =
    by.directory === ''
      ? parent
      : parent.startsWith(`${by.directory}/`)
        ? parent.slice(by.directory.length + 1)
        : undefined;
  return pattern.test(parent) || (own !== undefined && pattern.test(own));
}

const modules = new WeakMap<Project, Map<string, Module>>();

/** An SQL or configuration file as a module without code. */
export function documentModule(project: Project, file: string): Module | undefined {
  const text = project.source(file);
  if (text === undefined || text.length > LONGEST) return undefined;
  let known = modules.get(project);
  if (!known) modules.set(project, (known = new Map()));
  let module = known.get(file);
  if (module?.text !== text)
    known.set(
      file,
      (module = new Module(
        file,
        text,
        new ProgramBuilder(isConfiguration(file) ? 'configuration' : 'sql', text.length).finish(),
      )),
    );
  return module;
}

/** All of an SQL file as one text. */
export function wholeText(module: Module): Text {
  const { text } = module;
  const literal: Literal = { kind: 'literal', value: text, contentStart: 0, start: 0, end: text.length };
  return {
    ...literalText(literal, { module, expression: literal, frame: module.frame }),
    sealed: true,
  };
}

function contents(project: Project, file: string): Text[] {
  project.reads.files.add(file);
  const module = documentModule(project, file);
  return module ? [wholeText(module)] : [];
}
