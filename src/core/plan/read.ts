import { readFile, stat } from 'node:fs/promises';
import nodePath from 'node:path';
import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { ConsolidationError } from '../errors';
import type { Finding } from '../ports';
import { planDefinition, type Plan } from './definition';
import { planIssues, quote } from './issues';
import { lineLocator, offsetAt, type PlanPath, type PlanPosition } from './locate';
import { planValue, type KeyProblem } from './plan-value';
import { staysInWorkspace } from './workspace-paths';

/** Larger than any plan: 5,000 tables take about 1 MB. */
const LARGEST_PLAN = 64 * 1024 * 1024;

/** A plan with the text it was read from. */
export interface PlanDocument {
  readonly plan: Plan;
  readonly text: string;
  /** Path of the plan file as findings name it: workspace-relative where it lies inside. */
  readonly file: string;
  /** Where an element stands in the text; of an element that is not there, the nearest around it. */
  locate(path: PlanPath): PlanPosition;
}

/**
 * Reads and validates a plan file.
 * @param file absolute, or relative to the workspace
 * @param options.text what stands in an unsaved editor, in place of what is on the disk
 * @throws ConsolidationError `PLAN_MISSING`, `PLAN_SYNTAX`, `PLAN_INVALID`, `PLAN_VERSION` or `PATH_OUTSIDE_WORKSPACE`, with
 *   every error of the file as `details.findings`
 */
export async function readPlan(
  file: string,
  options: { readonly workspace: string; readonly text?: string },
): Promise<PlanDocument> {
  const absolute = nodePath.resolve(options.workspace, file);
  const relative = nodePath.relative(options.workspace, absolute).split(nodePath.sep).join('/');
  const shown = relative.startsWith('../') ? absolute : relative;
  const document = parsePlan(options.text ?? (await readText(absolute, shown)), shown);
  const outside = await pathsOutside(document, options.workspace);
  if (outside.length > 0) throw planError(outside);
  return document;
}

/** As `readPlan` for a text that is already there (an unsaved editor); looks at no file. */
export function parsePlan(content: string, file = 'consolidation.jsonc'): PlanDocument {
  const text = content.startsWith('\uFEFF') ? content.slice(1) : content;
  const position = lineLocator(text);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (text.trim() === '') errors.splice(0);
  if (errors.length > 0 || !root)
    throw planError(
      (errors.length > 0 ? errors : [{ error: 0, offset: 0, length: 0 }]).map((error) => ({
        code: 'PLAN_SYNTAX',
        severity: 'error',
        message: `The plan is not valid JSON here: ${syntaxAdvice(error)}.`,
        file,
        ...position(error.offset),
      })),
    );

  const keyProblems: KeyProblem[] = [];
  const value = planValue(root, keyProblems);
  const findings: Finding[] = keyProblems.map((problem) => ({
    code: problem.kind === 'duplicate' ? 'PLAN_DUPLICATE_KEY' : 'PLAN_INVALID',
    severity: 'error',
    message:
      problem.kind === 'duplicate'
        ? `${quote(problem.key)} appears twice in this object; merge the two entries into one.`
        : `${quote(problem.key)} cannot be a name in the plan; remove it.`,
    file,
    ...position(problem.offset),
  }));
  const parsed = planDefinition.safeParse(value, { reportInput: true });
  for (const issue of parsed.error ? planIssues(parsed.error.issues) : [])
    findings.push({
      code: issue.code,
      severity: 'error',
      message: issue.message,
      file,
      ...position(offsetAt(root, issue.path)),
    });
  if (!parsed.success || findings.length > 0) throw planError(findings);
  return { plan: parsed.data, text, file, locate: (path) => position(offsetAt(root as Node, path)) };
}

async function readText(absolute: string, shown: string): Promise<string> {
  try {
    if ((await stat(absolute)).size > LARGEST_PLAN)
      throw new ConsolidationError('PLAN_INVALID', `${shown} is too large to be a plan. Draft a new one.`, {
        file: shown,
      });
    return await readFile(absolute, 'utf8');
  } catch (error) {
    if (error instanceof ConsolidationError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new ConsolidationError('PLAN_MISSING', `There is no plan at ${shown}. Run "draft" to propose one.`, {
        file: shown,
      });
    throw new ConsolidationError(
      'PLAN_MISSING',
      `The plan ${shown} cannot be read (${code ?? 'unknown reason'}). Check that it is a file you may read.`,
      { file: shown },
      { cause: error },
    );
  }
}

/** Folders that are symbolic links may lead out of the workspace although the text of the path does not. */
async function pathsOutside(document: PlanDocument, workspace: string): Promise<Finding[]> {
  const paths: PlanPath[] = [
    ...Object.keys(document.plan.sources).map((source) => ['sources', source]),
    ...Object.entries(document.plan.targets).flatMap(([name, target]) => [
      ['targets', name, 'path'],
      ...(target.schema === undefined ? [] : [['targets', name, 'schema']]),
    ]),
  ];
  const findings: Finding[] = [];
  for (const path of paths) {
    const value = path[0] === 'sources' ? String(path[1]) : targetPath(document.plan, path);
    // Of a pattern, the folder before its first wildcard is what can be a link.
    if (await staysInWorkspace(workspace, value.split(/[*?[{(!+@]/)[0]!)) continue;
    findings.push({
      code: 'PATH_OUTSIDE_WORKSPACE',
      severity: 'error',
      message: `${quote(value)} leads out of the workspace through a symbolic link. Open the folder it leads to as the workspace, or use a path inside.`,
      file: document.file,
      ...document.locate(path),
    });
  }
  return findings;
}

function targetPath(plan: Plan, path: PlanPath): string {
  const target = plan.targets[String(path[1])]!;
  return path[2] === 'schema' ? target.schema! : target.path;
}

/** All findings in one error; its code and place are those of the gravest. */
function planError(findings: readonly Finding[]): ConsolidationError {
  const order = ['PLAN_SYNTAX', 'PLAN_VERSION', 'PATH_OUTSIDE_WORKSPACE'] as const;
  const code = order.find((candidate) => findings.some((finding) => finding.code === candidate)) ?? 'PLAN_INVALID';
  const first = findings.find((finding) => finding.code === code) ?? findings[0]!;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  return new ConsolidationError(code, `${first.file}:${first.line}:${first.column}: ${first.message}${more}`, {
    file: first.file,
    line: first.line,
    column: first.column,
    findings,
  });
}

const SYNTAX_ADVICE: Readonly<Record<string, string>> = {
  InvalidSymbol: 'put names and texts in double quotes',
  InvalidNumberFormat: 'this is not a number',
  PropertyNameExpected: 'a name in double quotes is expected',
  ValueExpected: 'a value is expected',
  ColonExpected: 'put ":" between name and value',
  CommaExpected: 'put "," between the entries',
  CloseBraceExpected: 'close the object with "}"',
  CloseBracketExpected: 'close the list with "]"',
  EndOfFileExpected: 'remove what follows the last "}"',
  UnexpectedEndOfComment: 'close the comment with "*/"',
  UnexpectedEndOfString: 'close the text with a double quote',
  UnexpectedEndOfNumber: 'complete the number',
  InvalidUnicode: 'write four hexadecimal digits after "\\u"',
  InvalidEscapeCharacter: 'write "\\\\" for a backslash; paths take "/"',
  InvalidCharacter: 'write control characters such as a line break as "\\n"',
};

function syntaxAdvice(error: ParseError): string {
  const name = printParseErrorCode(error.error);
  return SYNTAX_ADVICE[name] ?? 'the file is empty; run "draft" to propose a plan';
}
