import { parseName } from '../names.ts';

/** The values of the placeholders. */
export interface TemplateValues {
  readonly experiment: string;
  readonly epoch: number | null;
  readonly step: number | null;
  readonly model: string;
}

const PLACES: readonly (keyof TemplateValues)[] = ['experiment', 'epoch', 'step', 'model'];

/** Returns the fault of a template, or null. */
export function templateFault(template: string): string | null {
  for (const [, name = ''] of template.matchAll(/\{([^{}]*)\}/g)) {
    if (!(PLACES as readonly string[]).includes(name))
      return `has the unknown placeholder {${name}}; use ${PLACES.map((place) => `{${place}}`).join(', ')}`;
  }
  if (/[{}]/.test(template.replaceAll(/\{[^{}]*\}/g, ''))) return 'has an unpaired brace';
  if (!/\{(?:experiment|epoch|step)\}/.test(template))
    return 'must contain {experiment}, {epoch} or {step}, so that each version gets its own name';
  // If the shortest values give no valid name, no values do.
  const shortest = parseName(renderTemplate(template, { experiment: 'x', epoch: 0, step: 0, model: 'x' }));
  return shortest.ok ? null : `gives an invalid version name: it ${shortest.message}`;
}

/** Fills in a template. A missing value, such as the epoch, becomes `0`. */
export const renderTemplate = (template: string, values: TemplateValues): string =>
  template.replaceAll(/\{([^{}]*)\}/g, (_, name: keyof TemplateValues) => String(values[name] ?? 0));
