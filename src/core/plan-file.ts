/** Name of the plan file in the workspace's root. */
export const PLAN_FILE = 'consolidation.jsonc';
