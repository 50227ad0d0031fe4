import type { Permission } from '@modelbox/schema';
import type { PolicyDocument, RetainRule } from './document.ts';
import type { PolicySources } from './effective.ts';

/** A section of a policy, as in `sources`. */
export type PolicySection = keyof PolicySources;

export const POLICY_SECTIONS: readonly PolicySection[] = [
  'evaluate',
  'label',
  'promote',
  'retainVersions',
  'retainCheckpoints',
  'staleAfter',
];

/** Returns a section of a document. Undefined: the section is left to the namespaces above. */
export function sectionOf(document: PolicyDocument, section: PolicySection): unknown {
  if (section === 'retainVersions') return document.retain?.versions;
  if (section === 'retainCheckpoints') return document.retain?.checkpoints;
  return document[section];
}

/** Lists the permissions that a caller needs to do by hand what a section does. A section without effect needs none. */
export function permissionsToAct(document: PolicyDocument, section: PolicySection): Permission[] {
  const { label = [], promote = [], retain, staleAfter } = document;
  switch (section) {
    case 'evaluate':
      return [];
    case 'label': {
      // A proposing rule leaves the move to the approver.
      const movesAlias = label.some(({ alias, mode }) => alias !== undefined && mode !== 'propose');
      const addsTag = label.some(({ tag, mode }) => tag !== undefined && mode !== 'propose');
      return [
        ...(movesAlias ? (['alias.move'] as const) : []),
        ...(addsTag ? (['version.write'] as const) : []),
      ];
    }
    case 'promote':
      return promote.length > 0 ? ['version.create', 'checkpoint.read', 'file.read'] : [];
    case 'retainVersions':
      return permissionsToRemove(retain?.versions, 'version.delete');
    case 'retainCheckpoints':
      return permissionsToRemove(retain?.checkpoints, 'checkpoint.delete');
    case 'staleAfter':
      return staleAfter === undefined ? [] : ['experiment.write'];
  }
}

const permissionsToRemove = (rule: RetainRule | undefined, permission: Permission): Permission[] => {
  if (rule === undefined) return [];
  return rule.remove === 'files' ? [permission, 'file.write'] : [permission];
};

/**
 * Lists the permissions that an edit of a section needs. `evaluate` does nothing by itself, but decides which
 * versions labelling rules may move an alias to.
 */
export const permissionsToSet = (document: PolicyDocument, section: PolicySection): Permission[] =>
  section === 'evaluate' ? ['alias.move'] : permissionsToAct(document, section);
