import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentDisposition } from './content-disposition.ts';

describe('contentDisposition', () => {
  it.each([
    ['model.pt', 'attachment; filename="model.pt"'],
    ['my model (1).pt', 'attachment; filename="my model (1).pt"'],
    ['a;b=c,d', 'attachment; filename="a;b=c,d"'],
    ['größe.onnx', `attachment; filename="gr__e.onnx"; filename*=UTF-8''gr%C3%B6%C3%9Fe.onnx`],
    ['模型', `attachment; filename="__"; filename*=UTF-8''%E6%A8%A1%E5%9E%8B`],
    ['😀', `attachment; filename="_"; filename*=UTF-8''%F0%9F%98%80`],
    ['€ rates', `attachment; filename="_ rates"; filename*=UTF-8''%E2%82%AC%20rates`],
    ['say "hi"', `attachment; filename="say _hi_"; filename*=UTF-8''say%20%22hi%22`],
    ['100%41.pt', `attachment; filename="100_41.pt"; filename*=UTF-8''100%2541.pt`],
    ["é*'()", `attachment; filename="_*'()"; filename*=UTF-8''%C3%A9%2A%27%28%29`],
    ['a/b\\c', 'attachment; filename="a_b_c"'],
    ['a\r\nX-Evil: 1', 'attachment; filename="a__X-Evil: 1"'],
    ['\ud800', `attachment; filename="_"; filename*=UTF-8''%EF%BF%BD`],
    ['', 'attachment'],
  ])('names %j', (filename, expected) => {
    expect(contentDisposition(filename)).toBe(expected);
  });

  it('is one valid header that carries the name, whatever the name', () => {
    const attrChars = /^[A-Za-z0-9!#$&+.^_`|~-]*(?:%[0-9A-F]{2}[A-Za-z0-9!#$&+.^_`|~-]*)*$/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (filename) => {
        const header = contentDisposition(filename);
        const [, quoted = '', extended] =
          /^attachment; filename="([^"\\%\p{Cc}]+)"(?:; filename\*=UTF-8''(\S+))?$/u.exec(header) ?? [];
        expect(quoted).not.toBe('');
        expect(header).toMatch(/^[\x20-\x7e]+$/);
        const meant = filename.toWellFormed().replace(/[/\\\p{Cc}]/gu, '_');
        if (extended === undefined) expect(quoted).toBe(meant);
        else {
          expect(extended).toMatch(attrChars);
          expect(decodeURIComponent(extended)).toBe(meant);
        }
      }),
    );
  });
});
