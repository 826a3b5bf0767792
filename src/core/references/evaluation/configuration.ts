import type { Literal } from '../syntax/program';
import { looksLikeSql } from '../sql/tables';
import { settingsIn } from './configuration-file';
import type { Setting } from './configuration-file';
import { configurationFile, documentModule, isConfiguration } from './file-contents';
import type { Invocation } from './invocation';
import type { Module, Project } from './project';
import { literalText } from './texts';
import type { Text, Value } from './value';
import type { Operation } from './vocabulary';

/** What a program that fills it in later makes of it, and what lies outside of the workspace, is not known. */
const UNKNOWN = /[$<>]|%\(|\{\{|^[/\\~]|^\w:[/\\]|^:/;

/** `yaml.safe_load(open("config.yaml"))`: what the file says, given its path, the open file or its contents. */
export function loads(position: number, ...names: string[]): Operation {
  return (call) => loaded(call, call.texts(position, ...names));
}

/** Of several files it is not known which is meant. */
function loaded(call: Invocation, given: readonly Text[], isSections = false): Value[] {
  const [path, ...others] = given;
  if (!path || others.length > 0) return [];
  const { project } = call.evaluator;
  const read = path.origin.module;
  if (isConfiguration(read.file) && path.text === read.text) return settingsOf(read, isSections);
  const file = configurationFile(project, path, call.frame.module);
  return file === undefined ? [] : settings(project, file, isSections);
}

/** What a file of the workspace says. */
export function settings(project: Project, file: string, isSections = false): Value[] {
  project.reads.files.add(file);
  const module = documentModule(project, file);
  return module ? settingsOf(module, isSections) : [];
}

const known = new WeakMap<Module, Setting | undefined>();

function settingsOf(module: Module, isSections: boolean): Value[] {
  if (!known.has(module))
    known.set(
      module,
      settingsIn(module.text, module.file.slice(module.file.lastIndexOf('.') + 1).toLowerCase(), module.directory),
    );
  const setting = known.get(module);
  return setting ? valueOf(setting, module, isSections) : [];
}

function valueOf(setting: Setting, module: Module, isSections = false): Value[] {
  if ('entries' in setting) {
    const entries = [...setting.entries].map(([key, each]) => ({ key, value: () => valueOf(each, module) }));
    return [{ kind: 'record', entries, ...(isSections ? { isSections } : {}) }];
  }
  if ('items' in setting)
    return [{ kind: 'list', items: setting.items.map((each) => () => (each ? valueOf(each, module) : [])) }];
  const { text, start, end, meant } = setting;
  const contentStart = module.text.indexOf(text, start);
  // What is escaped stands for something else than what is written; statements are run from elsewhere.
  if (contentStart < 0 || contentStart + text.length > end || UNKNOWN.test(meant ?? text) || looksLikeSql(text))
    return [];
  const literal: Literal = { kind: 'literal', value: text, contentStart, start, end };
  const whole = literalText(literal, { module, expression: literal, frame: module.frame });
  if (meant === undefined) return [{ ...whole, sealed: true }];
  // Of what it is put together only the end is written here.
  const from = text.lastIndexOf(')s') + 2;
  const length = text.length - from;
  const segments = [{ ...whole.segments[0]!, start: meant.length - length, length, index: from }];
  return [{ ...whole, text: meant, segments, sealed: true }];
}

/** `configparser.ConfigParser()`: the one file that the one parser of a module reads. */
export const parsesSections: Operation = (call) => {
  const { evaluator, frame } = call;
  const here = (name: string) =>
    evaluator.project.callsNamed(name, false).filter((site) => site.module === frame.module);
  if (here('ConfigParser').length + here('RawConfigParser').length > 1) return [];
  const files = here('read')
    .filter((site) => site.call.arguments.length > 0 && site.call.callee.kind === 'member')
    .flatMap((site) => evaluator.texts(site.call.arguments[0]!.value, frame));
  return loaded(call, files, true);
};
