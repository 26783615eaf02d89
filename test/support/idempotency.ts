import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { RunningService, Tenant } from './service';

/** A key nobody used yet. */
export const newKey = (): string => randomUUID();

/** What of an answer must be the same when it is sent again: status, body byte by byte, and the route's own headers. */
export function sameParts({ status, text, headers }: any): unknown[] {
  const { 'content-type': type, 'x-job-id': job, location } = headers;
  return [status, text, type, job, location, headers['idempotency-key'], headers['idempotency-key-expires']];
}

/** True for an answer that was given before. */
export const isReplay = ({ headers }: any): boolean => headers['idempotent-replayed'] === 'true';

/** Rows of a table of one company. */
export async function countOf(service: RunningService, { company }: Tenant, table: string): Promise<number> {
  const sql = `SELECT COUNT(*) AS n FROM ${table} WHERE company_ref = ?`;
  const [row] = await service.app.get(DataSource).query(sql, [company.id]);
  return Number(row.n);
}

/** All that a call could leave behind, counted. */
export async function traces(service: RunningService, tenant: Tenant): Promise<Record<string, number>> {
  const tables = ['customers', 'customer_changes', 'bulk_jobs', 'campaigns', 'campaign_records'];
  const counts: Record<string, number> = {};
  for (const table of [...tables, 'idempotency_keys']) counts[table] = await countOf(service, tenant, table);
  return counts;
}

/** Changes the stored keys of a company. */
export function setKeys(service: RunningService, { company }: Tenant, assignments: string): Promise<unknown> {
  const sql = `UPDATE idempotency_keys SET ${assignments} WHERE company_ref = ?`;
  return service.app.get(DataSource).query(sql, [company.id]);
}

/** Makes it look as if the process had died between the work of a call and its answer. */
export function loseAnswers(service: RunningService, tenant: Tenant): Promise<unknown> {
  return setKeys(service, tenant, 'status = NULL, headers = NULL, body = NULL');
}
