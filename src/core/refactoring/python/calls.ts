import { isMapped } from '../access-names';
import type { AccessFunction } from '../access-names';
import { none } from '../outcome';
import type { Outcome, PathReference } from '../outcome';
import { PYTHON_NAMES } from './access';
import type { PythonAccess } from './access';
import { scopeOf } from './expression';
import { existingImport } from './imports';
import type { Token } from './lexer';
import type { PythonModule } from './module';

/** Calls of the access module, as one file writes them: under which names, in which quotes. */
export class AccessCalls {
  constructor(
    private readonly module: PythonModule,
    private readonly access: PythonAccess,
  ) {}

  /** Text of the call, under the name that the file has (or will have) for the function. */
  call(name: AccessFunction, argumentText: string, request: PathReference): { text: string; need: string } | Outcome {
    const template = this.access.settings.templates[name];
    if (template !== undefined)
      return {
        text: renderTemplate(template, request.target.name, ''),
        need: templateName(template, request.target.name),
      };
    if (isMapped(this.access.settings))
      return none(`The plan's access section gives no "${name}" template. Add one, or change this place by hand.`);
    const found = this.localName(name, request.start);
    if (found) return { text: `${found.local}(${argumentText})`, need: found.need };
    const { name: real, alias } = PYTHON_NAMES[name];
    return none(`The file uses the names "${real}" and "${alias}" for other things.`);
  }

  /** The name to call, and the name to import for it; undefined when the names that come into question are taken. */
  localName(name: AccessFunction, site: number): { local: string; need: string } | undefined {
    const { name: real, alias } = PYTHON_NAMES[name];
    const imported = existingImport(this.module, this.access.module)?.names.find((each) => each.name === real);
    if (imported) return { local: imported.bound, need: imported.alias ? `${real} as ${imported.bound}` : real };
    const star = this.module.imports.some((statement) => statement.names.some((each) => each.name === '*'));
    if (!star && !this.isTaken(real, site)) return { local: real, need: real };
    return this.isTaken(alias, site) ? undefined : { local: alias, need: `${real} as ${alias}` };
  }

  /** Is the name used for anything else? A method of that name is no hindrance outside its class body. */
  private isTaken(name: string, site: number): boolean {
    const scope = scopeOf(this.module.lineAt(site));
    return (this.module.names.get(name) ?? []).some((token) => {
      const line = this.module.lineAt(token.start);
      const at = line?.tokens.indexOf(token) ?? -1;
      if (!line || at < 0) return true;
      const statement = this.module.imports.find((each) => each.line === line);
      if (statement)
        return statement.module !== this.access.module && statement.names.some((each) => each.bound === name);
      const header = line.parent;
      const method = line.tokens[at - 1]?.text === 'def' && header?.tokens[0].text === 'class';
      if (method) return header === scope;
      const inCall =
        line.tokens[at + 1]?.text === '=' && (line.tokens[at - 1]?.text === '(' || line.tokens[at - 1]?.text === ',');
      return !(inCall && line.tokens[0].text !== 'def' && line.tokens[0].text !== 'async');
    });
  }

  /** The quote of the file: that of the replaced text, so that a place inside an f-string stays right. */
  quoteFor(replaced: readonly Token[]): string {
    for (const token of replaced) if (token.string) return token.string.quote[0];
    const single = this.module.code.filter((token) => token.string?.quote === "'").length;
    const double = this.module.code.filter((token) => token.string?.quote === '"').length;
    return single > double ? "'" : '"';
  }
}

/** What has to be imported for a template: its first name. */
export function templateName(template: string, target: string): string {
  return /[A-Za-z_]\w*/.exec(renderTemplate(template, target, '').replace(/^str\(/, ''))?.[0] ?? '';
}

export function renderTemplate(template: string, target: string, rest: string): string {
  return template.replaceAll('{target}', target).replaceAll('{arguments}', rest);
}
