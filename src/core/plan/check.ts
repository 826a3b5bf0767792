import type { Inventory } from '../inventory/inventory';
import type { Finding } from '../ports';
import type { MeasuredRows } from './measured-rows';
import type { PlanDocument } from './read';
import { resolvePlan, type ResolveContext } from './resolve';
import type { ResolvedPlan } from './resolved';

export interface PlanCheck {
  /** No finding of severity `error`. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly resolved: ResolvedPlan;
}

/**
 * What the `check` verb says about a plan that could be read: every finding with its line in the plan file.
 * @param measured figures from the data (key collisions, refused rows), when the caller has counted them
 */
export async function checkPlan(
  document: Pick<PlanDocument, 'plan' | 'locate' | 'file'>,
  inventory: Inventory,
  options: { readonly measured?: MeasuredRows; readonly readText?: ResolveContext['readText'] } = {},
): Promise<PlanCheck> {
  const resolved = await resolvePlan(document.plan, inventory, {
    file: document.file,
    locate: (path) => document.locate(path),
    ...options,
  });
  const findings = sortFindings(resolved.findings);
  return { ok: !findings.some((finding) => finding.severity === 'error'), findings, resolved };
}

/** The gravest first, then in the order of the plan file. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(byPlace);
}

const GRAVITY = { error: 0, warning: 1, info: 2 } as const;

function byPlace(a: Finding, b: Finding): number {
  return (
    GRAVITY[a.severity] - GRAVITY[b.severity] || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
  );
}
