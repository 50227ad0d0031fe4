import { parseName } from '../names.ts';

/** What a version's name can be made of. */
export interface TemplateValues {
  readonly experiment: string;
  readonly epoch: number | null;
  readonly step: number | null;
  readonly model: string;
}

const PLACES: readonly (keyof TemplateValues)[] = ['experiment', 'epoch', 'step', 'model'];

/** What is wrong with a template; null where nothing is. */
export function templateFault(template: string): string | null {
  for (const [, name = ''] of template.matchAll(/\{([^{}]*)\}/g)) {
    if (!(PLACES as readonly string[]).includes(name))
      return `has {${name}}, which nothing replaces; there are ${PLACES.map((place) => `{${place}}`).join(', ')}`;
  }
  if (/[{}]/.test(template.replaceAll(/\{[^{}]*\}/g, ''))) return 'has a brace that belongs to no place';
  if (!/\{(?:experiment|epoch|step)\}/.test(template))
    return 'must contain {experiment}, {epoch} or {step}: each version needs a name of its own';
  // What not even the shortest values make a name, nothing does.
  const shortest = parseName(renderTemplate(template, { experiment: 'x', epoch: 0, step: 0, model: 'x' }));
  return shortest.ok ? null : `gives no name of a version: that ${shortest.message}`;
}

/** The name; what is missing (a checkpoint without epoch) becomes `0`. */
export const renderTemplate = (template: string, values: TemplateValues): string =>
  template.replaceAll(/\{([^{}]*)\}/g, (_, name: keyof TemplateValues) => String(values[name] ?? 0));
