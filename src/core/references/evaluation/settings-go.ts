import { loads, settings } from './configuration';
import { configurationFile } from './file-contents';
import type { Evaluator } from './evaluator';
import type { Invocation } from './invocation';
import { scopeOf } from './members';
import { heardBy } from './project';
import type { CallSite } from './project';
import { holeText } from './texts';
import type { Instance, ScopeReference, Value } from './value';
import type { Operation } from './vocabulary';

type Record = Extract<Value, { kind: 'record' }>;

/** Calls that set a default for a key. */
const DEFAULTS = ['SetDefault', 'Set'];
/** Calls that declare a flag, with the positions of its default. */
const FLAGS = [
  ['String', 1],
  ['StringP', 2],
] as const;
const EXTENSIONS = ['yaml', 'yml', 'json', 'toml', 'ini'];
/** A struct within a struct within a struct: deeper than any configuration. */
const DEEPEST = 5;

const loadsSource = loads(1);
const loadsGiven = loads(2);

/**
 * What a variable is after `yaml.Unmarshal(text, &settings)`: its struct with what the file says in its fields. The
 * arguments are the variable, what the method is called on, and what else it is given.
 */
export const decoded: Operation = (call) => {
  const given = loadsGiven(call);
  const read = given.length > 0 ? given : loadsSource(call);
  const key = call.texts(2)[0]?.text;
  const found = read.length > 0 ? read : within(viperSettings(call), key);
  const records = found.filter((value) => value.kind === 'record');
  if (records.length === 0) return [];
  const types = call.values(0).flatMap((value) => (value.kind === 'instance' ? [value.type] : []));
  if (types.length === 0) return records;
  return records.flatMap((record) => types.map((type) => filled(call, type, record, 0)));
};

/** An instance of a struct with the values of a table in the fields that know them by their names or tags. */
function filled(call: Invocation, type: ScopeReference, record: Record, depth: number): Instance {
  const fields = new Map<string, () => Value[]>();
  for (const each of call.evaluator.ancestry(type))
    for (const [name, bindings] of Object.entries(scopeOf(each).bindings))
      for (const binding of bindings) {
        if (binding.kind !== 'value') continue;
        const names = (binding.known ?? [name]).map((known) => known.toLowerCase());
        const entries = record.entries.filter(({ key }) => key !== undefined && names.includes(key.toLowerCase()));
        if (entries.length === 0) continue;
        fields.set(name, () => {
          const values = entries.flatMap((entry) => entry.value());
          const types = binding.type ? call.evaluator.instancesOf(binding.type, each.module.frame) : [];
          return values.flatMap((value): Value[] =>
            value.kind !== 'record' || types.length === 0 || depth > DEEPEST
              ? [value]
              : types.flatMap((inner) => (inner.kind === 'instance' ? filled(call, inner.type, value, depth + 1) : [])),
          );
        });
      }
  return { kind: 'instance', type, fields };
}

/** `viper.GetString("database.path")`: what the file says under the key, else what is set as its default. */
export const viperString: Operation = (call) => {
  const key = call.texts(0)[0]?.text;
  if (key === undefined) return [];
  const texts = within(viperSettings(call), key).filter((value) => value.kind === 'text');
  if (texts.length > 0) return texts;
  const set = setFor(call, key, DEFAULTS);
  return set.length > 0 ? set : flagNamed(call, key);
};

/** What settings say under a key like `database.path`. */
function within(settings: readonly Value[], key: string | undefined): Value[] {
  let values = [...settings];
  for (const part of key ? key.toLowerCase().split('.') : [])
    values = values.flatMap((value) =>
      value.kind === 'record'
        ? value.entries.filter((entry) => entry.key?.toLowerCase() === part).flatMap((entry) => entry.value())
        : [],
    );
  return values;
}

/** What another call set for the same key: `viper.SetDefault("db", "data/x.db")`. */
function setFor({ evaluator, frame }: Invocation, key: string, setters: readonly string[]): Value[] {
  return setters.flatMap((setter) =>
    evaluator.project
      .callsNamed(setter)
      .filter(heardBy(frame.module))
      .flatMap((site) => (namesKey(evaluator, site, key) ? valueAt(evaluator, site, 1) : [])),
  );
}

/** The default of a flag that is declared in the same file: its methods have names that everything has. */
function flagNamed({ evaluator, frame }: Invocation, key: string): Value[] {
  return FLAGS.flatMap(([name, position]) =>
    evaluator.project
      .callsIn(frame.module, name)
      .flatMap((site) => (namesKey(evaluator, site, key) ? valueAt(evaluator, site, position) : [])),
  );
}

function namesKey(evaluator: Evaluator, { module, call }: CallSite, key: string): boolean {
  const [name] = call.arguments;
  return (
    name !== undefined &&
    call.arguments.length > 1 &&
    evaluator.texts(name.value, module.frame).some(({ text }) => text === key)
  );
}

function valueAt(evaluator: Evaluator, { module, call }: CallSite, position: number): Value[] {
  const value = call.arguments[position];
  return value ? [...evaluator.evaluate(value.value, module.frame)] : [];
}

/** The one file of configuration that viper is told to read. */
function viperSettings(call: Invocation): Value[] {
  const { evaluator, frame } = call;
  const { project } = evaluator;
  const told = (name: string): string[] =>
    project
      .callsNamed(name)
      .filter(heardBy(frame.module))
      .flatMap(({ module, call: other }) =>
        other.arguments
          .slice(0, 1)
          .flatMap(({ value }) => evaluator.texts(value, module.frame).map(({ text }) => text)),
      );
  const names = told('SetConfigName');
  const folders = names.length > 0 ? told('AddConfigPath') : [];
  const paths = [
    ...told('SetConfigFile'),
    ...names.flatMap((name) =>
      (folders.length > 0 ? folders : ['.']).flatMap((folder) =>
        EXTENSIONS.map((extension) => `${folder}/${name.replace(/\.\w+$/, '')}.${extension}`),
      ),
    ),
  ];
  const files = new Set<string>();
  for (const path of new Set(paths)) {
    const file = configurationFile(project, { ...holeText(call.origin), text: path }, frame.module);
    if (file !== undefined) files.add(file);
  }
  const [only, ...others] = files;
  return only === undefined || others.length > 0 ? [] : settings(project, only);
}
