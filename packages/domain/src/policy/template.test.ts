import { describe, expect, it } from 'vitest';
import { renderTemplate, templateFault } from './template.ts';

describe('templates', () => {
  it('put the values in their places', () => {
    const values = { experiment: 'run-7', epoch: 3, step: null, model: 'yolo' };
    expect(renderTemplate('{model}-{experiment}-e{epoch}-s{step}', values)).toBe('yolo-run-7-e3-s0');
  });
  it.each(['{epoch', 'epoch}', '{}', '{toString}', 'v1'])('%j is none', (template) => {
    expect(templateFault(template)).not.toBe(null);
  });
});
