import { OWNER_KINDS } from '@modelbox/schema';
import type { Serve } from '../../protocol/verb.ts';
import { createEvent } from './create.ts';
import { listEvents } from './list.ts';

export function eventRoutes(serve: Serve): void {
  for (const kind of OWNER_KINDS) {
    serve(`${kind}s.events.create`, (c, { body, touched }) => createEvent(c, kind, touched.object, body));
    serve(`${kind}s.events.list`, (c, { query, touched }) => listEvents(c, touched.object, query));
  }
}
