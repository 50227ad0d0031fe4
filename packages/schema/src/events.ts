import { z } from 'zod';
import { cursor, limit, page } from './lists.ts';
import { aKind, ownerParams, ownerPath } from './owners.ts';
import { Metadata, naming, Timestamp, Uuid } from './primitives.ts';
import type { OwnerKind } from './resources.ts';
import { route } from './route.ts';

const EventName = naming(
  'event',
  z
    .string()
    .min(1)
    .max(256)
    .meta({ examples: ['checkpoint_write_started'] }),
);
const EventSource = naming(
  'source',
  z
    .string()
    .min(1)
    .max(256)
    .meta({ description: 'The system that reports the event.', examples: ['trainer'] }),
);

const EventCreate = z
  .strictObject({
    name: EventName,
    source: EventSource,
    time: Timestamp.optional().meta({ description: 'The time of the event. Default: now.' }),
    metadata: Metadata.optional(),
  })
  .meta({ id: 'EventCreate' });

export const Event = z
  .object({
    id: Uuid,
    name: EventName,
    source: EventSource,
    time: Timestamp,
    metadata: Metadata,
    createdBy: z.string(),
    createdAt: Timestamp,
  })
  .meta({ id: 'Event', description: 'An event that an external system reported about an object.' });
export type Event = z.infer<typeof Event>;

export const eventRoutes = <K extends OwnerKind>(kind: K) =>
  [
    route({
      id: `${kind}s.events.create`,
      method: 'POST',
      cost: 'fixed',
      path: `${ownerPath(kind)}/events`,
      tag: `${kind}s`,
      summary: `Report an event about ${aKind(kind)}`,
      params: ownerParams(kind),
      body: EventCreate,
      answers: { 201: Event },
      touches: { object: { kind, at: `params.${kind}`, permission: 'event.write' } },
    }),
    route({
      id: `${kind}s.events.list`,
      method: 'GET',
      cost: 'variable',
      path: `${ownerPath(kind)}/events`,
      tag: `${kind}s`,
      summary: `List the events of ${aKind(kind)}, newest first`,
      params: ownerParams(kind),
      query: z.strictObject({ name: EventName.optional(), limit, cursor }),
      answers: { 200: page('EventPage', Event) },
      touches: { object: { kind, at: `params.${kind}`, permission: 'event.read' } },
    }),
  ] as const;
