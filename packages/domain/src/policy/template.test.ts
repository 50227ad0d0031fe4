import { describe, expect, it } from 'vitest';
import { renderTemplate, templateFault } from './template.ts';

describe('templates', () => {
  it('replace the placeholders by the values', () => {
    const values = { experiment: 'run-7', epoch: 3, step: null, model: 'yolo' };
    expect(renderTemplate('{model}-{experiment}-e{epoch}-s{step}', values)).toBe('yolo-run-7-e3-s0');
  });
  it.each(['{epoch', 'epoch}', '{}', '{toString}', 'v1'])('%j is not a template', (template) => {
    expect(templateFault(template)).not.toBe(null);
  });
});
