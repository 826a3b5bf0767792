import type { InventoryDatabase } from '../inventory/inventory';
import { foldName } from '../sqlite/sql-tokens';

/** Tables by which the database of another program is known: it opens the file itself, and nobody here can teach it not to. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  Langfuse: ['traces', 'generations', 'scores'],
  MLflow: ['experiments', 'runs', 'latest_metrics'],
  Optuna: ['studies', 'trials', 'trial_params'],
  Airflow: ['dag', 'dag_run', 'task_instance'],
  Grafana: ['dashboard', 'data_source', 'org_user'],
  Chroma: ['collections', 'segments', 'embeddings'],
  'Home Assistant': ['states', 'states_meta', 'event_types'],
  Firefox: ['moz_places', 'moz_historyvisits'],
  Chromium: ['urls', 'visits', 'keyword_search_terms'],
  'Celery results': ['celery_taskmeta', 'celery_tasksetmeta'],
  'Jupyter signatures': ['nbsignatures'],
};

/** The other program that a database belongs to, told by its tables. */
export function foreignProgram(database: InventoryDatabase): string | undefined {
  const names = new Set(database.tables.map((table) => foldName(table.name)));
  return Object.keys(PROGRAMS).find((program) => PROGRAMS[program]!.every((table) => names.has(table)));
}
