import { describe, expect, it } from 'vitest';
import { answerContent } from './answer-content.ts';

const etag = '"abc"';

describe('answerContent', () => {
  const content = { etag, sizeBytes: 10 };
  const get = (headers: Record<string, string>) => answerContent({ method: 'GET', headers }, content);
  const always = { etag, 'accept-ranges': 'bytes' };
  const all = { status: 200, headers: { ...always, 'content-length': '10' } };

  it('returns the whole content', () => {
    expect(get({})).toEqual(all);
    expect(answerContent({ method: 'HEAD', headers: {} }, content)).toEqual(all);
  });

  it('returns a range', () => {
    expect(get({ range: 'bytes=2-5' })).toEqual({
      status: 206,
      headers: { ...always, 'content-length': '4', 'content-range': 'bytes 2-5/10' },
      ranges: [{ start: 2, end: 5 }],
    });
  });

  it('returns several ranges without type and length, which their frame sets', () => {
    expect(get({ range: 'bytes=0-1,5-6' })).toEqual({
      status: 206,
      headers: always,
      ranges: [
        { start: 0, end: 1 },
        { start: 5, end: 6 },
      ],
    });
    expect(get({ range: 'bytes=0-1,5-6', 'if-range': '"other"' })).toEqual(all);
  });

  it.each(['bytes=2-3,4-5', 'bytes=2-5,99-', 'bytes=3-4,2-5'])('returns %s as one range', (range) => {
    expect(get({ range })).toEqual(get({ range: 'bytes=2-5' }));
  });

  it('returns no range of content that can only be sent whole', () => {
    const answer = answerContent(
      { method: 'GET', headers: { range: 'bytes=2-5' } },
      { ...content, hasRanges: false },
    );
    expect(answer).toEqual({ ...all, headers: { ...all.headers, 'accept-ranges': 'none' } });
  });

  it('returns 416 with the size for a range beyond the end', () => {
    expect(get({ range: 'bytes=10-' })).toEqual({
      status: 416,
      headers: { 'accept-ranges': 'bytes', 'content-range': 'bytes */10' },
    });
  });

  it('ignores ranges of HEAD', () => {
    expect(answerContent({ method: 'HEAD', headers: { range: 'bytes=2-5' } }, content)).toEqual(all);
    expect(answerContent({ method: 'HEAD', headers: { range: 'bytes=99-' } }, content)).toEqual(all);
  });

  it('answers 304 before it looks at a range', () => {
    const headers = { 'if-none-match': '"abc"', range: 'bytes=99-' };
    expect(get(headers)).toEqual({ status: 304, headers: always });
    expect(answerContent({ method: 'HEAD', headers }, content).status).toBe(304);
    expect(get({ ...headers, 'if-none-match': '"other"' }).status).toBe(416);
  });

  it('answers 412 first if If-Match names another state', () => {
    const headers = { 'if-match': '"other"', 'if-none-match': '"abc"', range: 'bytes=99-' };
    expect(get(headers)).toEqual({ status: 412, headers: always });
    expect(get({ ...headers, 'if-match': '"other", "abc"' }).status).toBe(304);
  });

  it.each([
    ['"abc"', 206],
    ['"other"', 200],
    ['W/"abc"', 200],
    ['abc', 200],
    ['Sat, 31 Jan 2026 12:00:00 GMT', 200],
    ['', 200],
  ])('under If-Range %j answers a range with %i', (ifRange, status) => {
    expect(get({ range: 'bytes=2-5', 'if-range': ifRange }).status).toBe(status);
  });

  it('ignores every range, even an invalid one, if If-Range fails', () => {
    expect(get({ range: 'bytes=99-', 'if-range': '"other"' })).toEqual(all);
    expect(get({ range: 'bytes=99-', 'if-range': '"abc"' }).status).toBe(416);
    expect(get({ 'if-range': '"abc"' })).toEqual(all);
  });
});
