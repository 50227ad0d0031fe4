import { batchLoader, prepared } from '@modelbox/db';
import type { Pool } from 'pg';

export interface AuditEvent {
  readonly outcome: 'denied' | 'read';
  readonly at: Date;
  readonly actor: string | null;
  readonly tokenId: string | null;
  /** Hash of the sent secret, in hex. It only finds the id of a refused token, and is not stored. */
  readonly hash: string | null;
  readonly address: string | null;
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly permission: string | null;
  readonly kind: string | null;
  readonly objectId: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly detail: string | null;
  /** Nothing was denied. The event costs the same work as a stored one, but stores nothing. */
  readonly isDecoy?: true;
  /** The number of attempts, and the time of the last one. Absent: one attempt. */
  readonly repeats?: number;
  readonly lastAt?: Date;
}

/**
 * Inserts events. A decoy writes a WAL message of the same size instead, so its commit waits for the disk like an
 * insert.
 */
const insert = prepared<[events: string], never>(
  'insert_audit_events',
  `INSERT INTO audit_events (at, outcome, actor, token_id, address, request_id, method, route, status, permission,
                             object_kind, object_id, namespace, name, detail, repeats, last_at)
   SELECT e.at, e.outcome, coalesce(e.actor, t.principal), coalesce(e."tokenId", t.id), e.address, e."requestId",
          e.method, e.route, e.status, e.permission, e.kind, e."objectId", e.namespace, e.name, e.detail,
          coalesce(e.repeats, 1), e."lastAt"
   FROM jsonb_to_recordset($1::jsonb) AS e (
     at timestamptz, outcome text, actor text, "tokenId" uuid, hash text, address text, "requestId" text, method text,
     route text, status integer, permission text, kind text, "objectId" uuid, namespace text, name text, detail text,
     repeats integer, "lastAt" timestamptz, "isDecoy" boolean)
   LEFT JOIN tokens t ON t.hash = decode(e.hash, 'hex')
   WHERE CASE WHEN e."isDecoy" THEN pg_logical_emit_message(true, 'modelbox', e::text) IS NULL ELSE true END`,
);

const stores = new WeakMap<Pool, (event: AuditEvent) => Promise<void>>();

export function storeEvent(pool: Pool, event: AuditEvent): Promise<void> {
  let store = stores.get(pool);
  if (store === undefined) {
    store = batchLoader<AuditEvent, void>(async (events) => {
      await insert(pool, JSON.stringify(events.map(storable)));
      return [];
    });
    stores.set(pool, store);
  }
  return store(event);
}

/** Most UTF-16 code units of one text: the longest legitimate text is the path of a file. */
const LONGEST = 1024;

/** Removes text that Postgres cannot store: one such text would fail all events of the statement. */
const storable = (event: AuditEvent): object =>
  Object.fromEntries(
    Object.entries(event).map(([key, value]) => [
      key,
      typeof value === 'string' ? value.slice(0, LONGEST).replaceAll('\0', '').toWellFormed() : value,
    ]),
  );
