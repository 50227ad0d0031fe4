import { describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi.ts';
import { routeList } from './routes.ts';

const document = openApiDocument('0.0.0') as {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, unknown> }> }>>;
};
const responsesOf = (route: (typeof routeList)[number]) =>
  document.paths[route.path.replace('*}', '}')]?.[route.method.toLowerCase()]?.responses ?? {};

describe.each(routeList.map((route) => [route.id, route] as const))('%s documents', (_, route) => {
  const documented = Object.keys(responsesOf(route));
  const isAbout = Object.keys(route.touches).length > 0 || 'params' in route;

  it('401, 403 and 429 if it takes credentials', () => {
    if ('public' in route) expect(documented).not.toContain('401');
    else expect(documented).toEqual(expect.arrayContaining(['401', '403', '429']));
  });

  it('404 if it names an object, which may be missing or hidden', () => {
    if (isAbout) expect(documented).toContain('404');
  });

  it('422 and 503, and what a body brings with it', () => {
    expect(documented).toEqual(expect.arrayContaining(['422', '503']));
    if (route.method !== 'GET')
      expect(documented).toEqual(expect.arrayContaining(['400', '409', '413', '415']));
  });

  it('each of its own answers, with content unless the answer is empty', () => {
    for (const [status, answer] of Object.entries(route.answers))
      expect(responsesOf(route)[status]?.content === undefined, status).toBe(answer === 'empty');
  });
});

it('an archive is a tar or a zip, and a file has the media type that it has', () => {
  for (const route of routeList) {
    const types = (status: string) => Object.keys(responsesOf(route)[status]?.content ?? {});
    if (route.id.endsWith('.archive')) {
      expect(types('200')).toEqual(['application/x-tar', 'application/zip']);
      expect(types('206')).toEqual(['application/x-tar', 'multipart/byteranges']);
    }
    if (route.id.endsWith('.files.download')) {
      expect(types('200')).toEqual(['*/*']);
      expect(types('206')).toEqual(['*/*', 'multipart/byteranges']);
    }
  }
});
