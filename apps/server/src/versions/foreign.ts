import { parseQualifiedName, parseReference } from '@modelbox/domain';
import type { Permission, Version } from '@modelbox/schema';
import { type Foreign, foreignIn } from '../access/foreign.ts';
import { uniqueBy } from '../objects/unique.ts';

type Source = NonNullable<Version['source']>;

/**
 * What the answer about a version shows of other namespaces: what it was made from, and of the datasets more than the
 * names that its makers wrote. What lies in its own is a part of it.
 * @param checkpointIn the namespace of the checkpoint that it was made from.
 */
export function foreignOf(version: Version, checkpointIn: string | null): Foreign<Version>[] {
  const { source } = version;
  const experiment = parseQualifiedName(source?.experiment ?? '');
  const base = parseReference(source?.version ?? '');
  return [
    ...made(version, 'checkpoint', 'checkpoint.read', checkpointIn),
    ...made(version, 'experiment', 'experiment.read', experiment.ok ? experiment.namespace : null),
    ...made(version, 'version', 'version.read', base.ok ? base.reference.namespace : null),
    ...usedBy(version),
  ];
}

function made(
  { namespace: own }: Version,
  member: keyof Source,
  permission: Permission,
  namespace: string | null,
): Foreign<Version>[] {
  const conceal = (version: Version): Version => {
    const { [member]: _, ...rest } = version.source ?? {};
    return { ...version, source: Object.keys(rest).length === 0 ? null : rest };
  };
  return foreignIn(namespace, own, permission, conceal);
}

/** A bare name is one of the version's own namespace. */
const namespaceOf = ({ name }: Version['datasets'][number]): string | undefined => {
  const qualified = parseQualifiedName(name);
  return qualified.ok ? qualified.namespace : undefined;
};

function usedBy({ datasets }: Version): Foreign<Version>[] {
  const namespaces = uniqueBy(
    datasets.flatMap((dataset) => namespaceOf(dataset) ?? []),
    (path) => path,
  );
  return namespaces.map((namespace) => ({
    namespace,
    permission: 'dataset.read',
    conceal: (version) => ({
      ...version,
      datasets: version.datasets.map((dataset) =>
        namespaceOf(dataset) === namespace ? { name: dataset.name, id: null, digest: null } : dataset,
      ),
    }),
  }));
}
