import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldersOf, parseFilePath, parseTrackedUri } from './paths.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const nearPath = fc.string({
  unit: fc.constantFrom(...Array.from('ab./\\ é\u0301\0%2'), '\ud800'),
  maxLength: 12,
});

describe('parseFilePath', () => {
  it.each([
    'model.pt',
    'weights/part-00001-of-00002.safetensors',
    'a b/ c ',
    '.gitattributes',
    '...',
    'a:b@c',
    'größe/模型.onnx',
    '%2e%2e/x',
    'a'.repeat(255),
    `${'ab/'.repeat(341)}x`,
  ])('accepts %j', (path) => {
    expect(parseFilePath(path)).toEqual({ ok: true, path });
  });

  it('normalizes a path to NFC', () => {
    expect(parseFilePath('cafe\u0301/x')).toEqual({ ok: true, path: 'caf\u00e9/x' });
  });

  it.each([
    ['', 'must not be empty'],
    ['/etc/passwd', 'must be relative: it begins with "/"'],
    ['a//b', 'must not have an empty segment'],
    ['a/', 'must not have an empty segment'],
    ['.', 'must not have the segment "."'],
    ['a/./b', 'must not have the segment "."'],
    ['a/..', 'must not have the segment ".."'],
    ['../a', 'must not have the segment ".."'],
    ['a\\b', 'must not contain "\\"'],
    ['a\0', 'must not contain control characters'],
    ['a\r\nb', 'must not contain control characters'],
    ['a\u009f', 'must not contain control characters'],
    ['\udc00', 'must be well-formed Unicode, without lone surrogates'],
    ['a'.repeat(256), 'must not have a segment of more than 255 bytes'],
    ['é'.repeat(128), 'must not have a segment of more than 255 bytes'],
    ['ab/'.repeat(342), 'must be at most 1024 characters long'],
  ])('refuses %j: %s', (text, message) => {
    expect(parseFilePath(text)).toEqual({ ok: false, message });
  });

  it('gives only paths that stay inside, and that it gives again', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nearPath), (text) => {
        const parsed = parseFilePath(text);
        if (!parsed.ok) return;
        expect(parseFilePath(parsed.path)).toEqual(parsed);
        const url = new URL('http://host/root/');
        url.pathname += parsed.path.split('/').map(encodeURIComponent).join('/');
        const segments = url.pathname.split('/').slice(2).map(decodeURIComponent);
        if (!/(?:^|\/)\.?%2e/i.test(parsed.path)) expect(segments.join('/')).toBe(parsed.path);
      }),
    );
  });
});

describe('foldersOf', () => {
  it.each([
    ['a', []],
    ['a/b', ['a']],
    ['a/b/c d/e', ['a', 'a/b', 'a/b/c d']],
  ])('of %j are %j', (path, folders) => {
    expect(foldersOf(path)).toEqual(folders);
  });
});

describe('parseTrackedUri', () => {
  it.each([
    ['s3://path/to/bucket/model.pt', 'model.pt'],
    ['gs://bucket/a/b/weights.h5', 'weights.h5'],
    ['az://container/model.bin', 'model.bin'],
    ['abfss://container@account.dfs.core.windows.net/runs/1/model.pt', 'model.pt'],
    ['https://example.com/files/model.onnx?download=1#top', 'model.onnx'],
    ['http://[::1]:8080/x', 'x'],
    ['file:///data/model.pt', 'model.pt'],
    ['hf://user/repo@main/model.safetensors', 'model.safetensors'],
    ['hf://gpt2@main/model.safetensors', 'model.safetensors'],
    ['hdfs:///runs/model', 'model'],
    ['my-tracker+v2://anything/at all/{x}', '{x}'],
    ['S3://bucket/M.PT', 'M.PT'],
    ['s3://bucket/saved_model/', 'saved_model'],
    ['s3://bucket/a%20b.pt', 'a b.pt'],
    ['s3://bucket/caf%C3%A9', 'café'],
    ['s3://bucket/100%.pt', '100%.pt'],
    ['s3://bucket/%FF.pt', '%FF.pt'],
    ['s3://bucket/x%2Fy', 'x%2Fy'],
    ['s3://bucket/%2e%2e', '%2e%2e'],
    ['s3://bucket/%00', '%00'],
    ['s3://bucket/a%5Cb', 'a%5Cb'],
    ['s3://bucket/user@host/model@2', 'model@2'],
    ['s3://b/model#1.pt', 'model#1.pt'],
    ['s3://b/d/what?.pt', 'what?.pt'],
    ['s3://b/k.pt?versionId=3HL4kqtJlcpXroDTDmJ', 'k.pt'],
    ['s3://b/a#b/k.pt', 'k.pt'],
    ['gs://b/model.pt#1700000000000000', 'model.pt'],
    ['gs://b/model#v2.pt', 'model#v2.pt'],
    ['file:///data/model#1.pt', 'model#1.pt'],
    ['hdfs://nn:8020/runs/#1?', '#1?'],
    ['dbfs:/models/a b', 'a b'],
    ['dbfs:/a@b/m.pt', 'm.pt'],
    ['models:/yolo/3', '3'],
    ['models:/yolo@champion', 'yolo@champion'],
    ['runs:/0a1b/artifacts/model', 'model'],
    ['mlflow-artifacts:/1/2/model.pt', 'model.pt'],
    ['file:/data/model.pt', 'model.pt'],
    ['hdfs:/runs/model', 'model'],
    ['https://example.com/a#b/c.pt', 'a'],
    ['s3://bucket', null],
    ['s3://bucket#x', null],
    ['s3://bucket/', null],
    ['s3://bucket/a/..', null],
    [`s3://bucket/${'a'.repeat(256)}`, null],
    ['https://example.com?file=x', null],
  ])('takes %j as the file %j', (uri, path) => {
    expect(parseTrackedUri(uri)).toEqual({ ok: true, uri, path });
  });

  it('accepts up to 2048 characters', () => {
    const base = 's3://bucket/d/';
    expect(parseTrackedUri(base + '/f'.repeat(1017)).ok).toBe(true);
    expect(parseTrackedUri(`${base}${'/f'.repeat(1017)}g`).ok).toBe(false);
  });

  const userInfo = 'must not contain user info (a user or password before "@")';
  const noUri = 'must be a URI with a scheme, like "s3://bucket/model.pt"';
  const noSlash = 'must have "://" or ":/" after its scheme, like "s3://bucket/model.pt"';
  it.each([
    ['s3://key:secret@bucket/x', userInfo],
    ['https://user@host/x', userInfo],
    ['https://@host/x', userInfo],
    ['https://good.com\\@evil.com/x', 'must not have white space or "\\" in its host or bucket'],
    ['abfss://container:secret@account/x', userInfo],
    ['abfss://a@b@account/x', userInfo],
    ['hf://user:token@repo/x', userInfo],
    ['javascript:alert(1)', 'must not be a "javascript:" URI'],
    ['JavaScript://x/%0aalert(1)', 'must not be a "javascript:" URI'],
    ['data:text/plain,x', 'must not be a "data:" URI'],
    ['vbscript://x', 'must not be a "vbscript:" URI'],
    ['', noUri],
    ['model.pt', noUri],
    ['/data/model.pt', noUri],
    ['//host/x', noUri],
    ['mailto:a@b', noSlash],
    ['s3:/bucket/x', 'must have two slashes after its scheme: "s3://…"'],
    ['https:/user:secret@host/x', 'must have two slashes after its scheme: "https://…"'],
    ['ftp:/user:secret@host/x', 'must have two slashes after its scheme: "ftp://…"'],
    ['user:secret@host/x', noSlash],
    ['localhost:8080/x', noSlash],
    ['http:/x', 'must have two slashes after its scheme: "http://…"'],
    ['HTTP:x', 'must have two slashes after its scheme: "http://…"'],
    ['urn:x:y', noSlash],
    ['x:', noSlash],
    ['C:\\models\\x', 'must be a URI, not a Windows path: write "file:///C:/model.pt"'],
    ['c:/models/x', 'must be a URI, not a Windows path: write "file:///C:/model.pt"'],
    ['dbfs:/', 'must name something after the scheme'],
    ['dbfs:///', 'must name something after the scheme'],
    ['data:/x', 'must not be a "data:" URI'],
    ['1s3://bucket/x', noUri],
    ['://bucket/x', noUri],
    [' s3://bucket/x', 'must not begin or end with white space'],
    ['s3:///x', 'must name a host or a bucket'],
    ['https:///x', 'must name a host or a bucket'],
    ['s3://', 'must name a host or a bucket'],
    ['file://', 'must name something after the scheme'],
    ['file:///', 'must name something after the scheme'],
    ['s3://buc ket/x', 'must not have white space or "\\" in its host or bucket'],
    ['https://host:99999/x', 'must be a valid URL'],
    ['s3://bucket/a\nb', 'must not contain control characters'],
    ['java\tscript://x', 'must not contain control characters'],
    ['s3://bucket/\ud800', 'must be well-formed Unicode, without lone surrogates'],
  ])('refuses %j: %s', (text, message) => {
    expect(parseTrackedUri(text)).toEqual({ ok: false, message });
  });

  const nearUri = fc
    .tuple(fc.constantFrom('s3', 'https', 'abfss', 'hf', 'file', 'javascript', 'x'), nearPath, nearPath)
    .map(([scheme, authority, path]) => `${scheme}://${authority}/${path}`);
  it('never throws, keeps the URI as sent, and gives only paths that a file may have', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nearUri), (text) => {
        const parsed = parseTrackedUri(text);
        if (!parsed.ok) return;
        expect(parsed.uri).toBe(text);
        if (parsed.path !== null) expect(parseFilePath(parsed.path)).toEqual({ ok: true, path: parsed.path });
        if (URL.canParse(text)) expect(new URL(text).password).toBe('');
      }),
    );
  });
});
