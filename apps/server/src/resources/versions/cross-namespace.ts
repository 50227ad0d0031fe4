import { parseQualifiedName, parseReference } from '@modelbox/domain';
import type { Permission, Version } from '@modelbox/schema';
import { uniqueBy } from '../../core/objects/unique.ts';
import { type CrossNamespace, crossNamespaceIn } from '../../protocol/cross-namespace.ts';

type Source = NonNullable<Version['source']>;

/**
 * Returns the parts of a version that belong to other objects: its source, and the ids and digests of its datasets. The
 * names of the datasets come from the author of the version, so they stay visible.
 * @param checkpointIn namespace of the source checkpoint.
 */
export function crossNamespaceOf(version: Version, checkpointIn: string | null): CrossNamespace<Version>[] {
  const { source } = version;
  const experiment = parseQualifiedName(source?.experiment ?? '');
  const base = parseReference(source?.version ?? '');
  return [
    ...made('checkpoint', 'checkpoint.read', checkpointIn),
    ...made('experiment', 'experiment.read', experiment.ok ? experiment.namespace : null),
    ...made('version', 'version.read', base.ok ? base.reference.namespace : null),
    ...usedBy(version),
  ];
}

function made(
  member: keyof Source,
  permission: Permission,
  namespace: string | null,
): CrossNamespace<Version>[] {
  const redact = (version: Version): Version => {
    const { [member]: _, ...rest } = version.source ?? {};
    return { ...version, source: Object.keys(rest).length === 0 ? null : rest };
  };
  return crossNamespaceIn(namespace, permission, redact);
}

/** A bare name refers to the namespace of the version. */
const namespaceOf = ({ name }: Version['datasets'][number], own: string): string => {
  const qualified = parseQualifiedName(name);
  return qualified.ok ? qualified.namespace : own;
};

function usedBy({ datasets, namespace: own }: Version): CrossNamespace<Version>[] {
  const namespaces = uniqueBy(
    datasets.map((dataset) => namespaceOf(dataset, own)),
    (path) => path,
  );
  return namespaces.map((namespace) => ({
    namespace,
    permission: 'dataset.read',
    redact: (version) => ({
      ...version,
      datasets: version.datasets.map((dataset) =>
        namespaceOf(dataset, own) === namespace ? { name: dataset.name, id: null, digest: null } : dataset,
      ),
    }),
  }));
}
