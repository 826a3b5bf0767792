import { inEnvironmentFile } from './environment';
import { documentModule, wholeText } from './file-contents';
import type { Invocation } from './invocation';
import { slice } from './texts';
import type { Text, Value } from './value';

/** `url = "file:./x.db"` or `url = env("DATABASE_URL")` of a data source for SQLite. */
const SOURCE = /\bdatasource\s+\w+\s*\{[^}]*\}/;
const URL = /\burl\s*=\s*(?:"([^"\n]*)"|env\(\s*"(\w+)"\s*\))/;
const PROVIDER = /\bprovider\s*=\s*"sqlite"/;

/** `new PrismaClient()` opens what the schema says, or what it is given for one of its sources. */
export function prismaClient(call: Invocation): Value[] {
  const given = call.values(0).flatMap((options) => within(options, 0));
  return call.open(given.length > 0 ? given : inSchemas(call));
}

/** `{ datasourceUrl }`, `{ datasources: { db: { url } } }` */
function within(value: Value, depth: number): Text[] {
  if (value.kind !== 'record' || depth > 3) return [];
  return value.entries.flatMap(({ key, value: inner }) => {
    if (key === 'url' || key === 'datasourceUrl') return inner().filter((each) => each.kind === 'text');
    return key === 'datasources' || depth > 0 ? inner().flatMap((each) => within(each, depth + 1)) : [];
  });
}

function inSchemas({ evaluator: { project } }: Invocation): Text[] {
  return project.documents
    .filter((file) => file.endsWith('.prisma'))
    .flatMap((file): Text[] => {
      project.reads.files.add(file);
      const module = documentModule(project, file);
      const source = module && SOURCE.exec(module.text);
      const url = source && PROVIDER.test(source[0]) ? URL.exec(source[0]) : undefined;
      if (!module || !source || !url) return [];
      const [whole, path, variable] = url;
      if (path === undefined)
        return inEnvironmentFile(project, variable!, file).filter((value) => value.kind === 'text');
      const start = source.index + url.index + whole.length - path.length - 1;
      return [{ ...slice(wholeText(module), start, start + path.length), sealed: true }];
    });
}
