import { prepared } from '@modelbox/db';
import type { NamespaceUsage } from '@modelbox/schema';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Verb } from '../../protocol/verb.ts';

const count = prepared<[path: string], NamespaceUsage>(
  'namespace_usage',
  `SELECT n.path AS namespace, n.quota_bytes AS "quotaBytes", u.used AS "usedBytes", u.uploading AS "uploadingBytes",
     u.files, u.contents
   FROM namespaces n, namespace_usage(n.path) AS u WHERE n.path = $1`,
);

export const readUsage: Verb<'namespaces.usage'> = async (ctx, { touched: { namespace } }) => {
  const [usage] = await count(ctx.db.requests, namespace.namespace);
  if (usage === undefined)
    throw new HttpProblem('not_found', `There is no namespace "${namespace.namespace}".`);
  return { status: 200, body: usage };
};
