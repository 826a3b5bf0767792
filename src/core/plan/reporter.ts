import type { Finding } from '../ports';
import type { PlanFindingCode } from './finding-codes';
import type { PlanPath, PlanPosition } from './locate';

export interface ReportedFinding {
  readonly code: PlanFindingCode;
  readonly severity: Finding['severity'];
  readonly message: string;
  /** Element of the plan that the finding is about. */
  readonly at: PlanPath;
  readonly database?: string;
  readonly table?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly resolutions?: Finding['resolutions'];
}

/** Collects findings and gives each its place in the plan file. */
export class Reporter {
  readonly findings: Finding[] = [];

  /**
   * @param file the plan file, as findings name it
   * @param locate where an element stands; without it findings have no line (a plan that is not written yet)
   */
  constructor(
    private readonly file?: string,
    private readonly locate?: (path: PlanPath) => PlanPosition,
  ) {}

  report(finding: ReportedFinding): void {
    const { at, details, ...rest } = finding;
    this.findings.push({
      ...rest,
      ...(this.file === undefined ? {} : { file: this.file }),
      ...(this.locate?.(at) ?? {}),
      details: { ...details, path: at },
    });
  }

  error(code: PlanFindingCode, at: PlanPath, message: string, more: Partial<ReportedFinding> = {}): void {
    this.report({ ...more, code, severity: 'error', message, at });
  }

  warning(code: PlanFindingCode, at: PlanPath, message: string, more: Partial<ReportedFinding> = {}): void {
    this.report({ ...more, code, severity: 'warning', message, at });
  }

  info(code: PlanFindingCode, at: PlanPath, message: string, more: Partial<ReportedFinding> = {}): void {
    this.report({ ...more, code, severity: 'info', message, at });
  }
}
