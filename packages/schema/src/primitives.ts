import { z } from 'zod';

/**
 * The words every resource is made of. All wire schemas are JSON-identity: what parses is what was sent (except names, tags
 * and metric keys, which are brought to Unicode NFC), so that one schema describes both directions and the OpenAPI document is exact.
 */

/** Matches a UUID of any version in its text form (RFC 9562). */
export const UUID_PATTERN = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

const SEGMENT = String.raw`(?!\.{1,2}(?:/|$))(?!${UUID_PATTERN.source.slice(1, -1)}(?:/|$))[^/@:\\\u0000-\u001f\u007f-\u009f]{1,128}`;

/** A name: 1-128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID. */
export const NAME_PATTERN = new RegExp(`^${SEGMENT}$`, 'u');

/** A namespace: names joined by `/`; one trailing slash is allowed and dropped. */
export const NAMESPACE_PATTERN = new RegExp(`^${SEGMENT}(?:/${SEGMENT})*/?$`, 'u');

const NAME_RULE =
  '1 to 128 characters, none of `/ @ : \\` or control characters, not `.` or `..`, not shaped like a UUID';

const name = () =>
  z
    .string()
    .normalize('NFC')
    .regex(NAME_PATTERN, { error: `must be a name: ${NAME_RULE}`, abort: true });

/**
 * The schemas of texts that name something new wherever a body has them. The server rejects invisible characters in these.
 * A name that may belong to an existing object is not registered: the server checks it when it creates the object.
 */
export const newNames = z.registry<{ readonly gives: string }>();

/** Notes that a schema gives a name. */
export const naming = <S extends z.ZodType>(gives: string, schema: S): S => {
  newNames.add(schema, { gives });
  return schema;
};

export const Uuid = z.string().regex(UUID_PATTERN, 'must be a UUID').meta({ format: 'uuid' });
export const Name = name().meta({ maxLength: 128, description: `A name: ${NAME_RULE}.`, examples: ['yolo'] });
export const RuleName = naming(
  'rule',
  name().meta({ maxLength: 128, description: `A name within the policy: ${NAME_RULE}.`, examples: ['best'] }),
);
export const VersionName = name().meta({
  maxLength: 128,
  description: `The version's name under its model, any name the user likes: ${NAME_RULE}.`,
  examples: ['v1', '2.3.0-rc1'],
});
export const AliasName = naming(
  'alias',
  name().meta({
    maxLength: 128,
    description: `A name that at most one version of a model holds: ${NAME_RULE}.`,
    examples: ['prod'],
  }),
);
export const NamespacePath = z
  .string()
  .normalize('NFC')
  .max(513)
  .regex(NAMESPACE_PATTERN, { error: `must be a path of names joined by "/", each of ${NAME_RULE}` })
  .meta({
    description: 'A path of names joined by `/`, at most 512 characters; a trailing slash means the same.',
    examples: ['ai/vision'],
  });

/**
 * RFC 3339 with an offset or `Z`, without what the database and four-digit years do not hold: year 0, the day at either
 * end where an offset or a fraction that rounds up would lead out of the years 1 to 9999, offsets of 16 hours and more.
 */
export const TIME_PATTERN = new RegExp(
  String.raw`^(?!0000|0001-01-01T.*\+|9999-12-31T.*(?:\.\d{7}|-\d\d:\d\d$)|.*[+-](?:1[6-9]|2\d):\d\d$)` +
    z.regexes.datetime({ offset: true }).source.slice(1),
);

export const time = () =>
  z.string().regex(TIME_PATTERN, 'must be a time as RFC 3339 has it, for example "2026-01-31T12:00:00Z"');

export const Timestamp = time().meta({
  format: 'date-time',
  description: 'RFC 3339. Answers are in UTC, to the millisecond.',
  examples: ['2026-01-31T12:00:00.000Z'],
});

/** Text that people write: `max` counts UTF-16 code units. */
export const text = (max: number, description: string) => z.string().max(max).meta({ description });

export const Owner = text(256, 'Who answers for it: an address or a team.');
export const Task = text(256, 'The task it solves, for example `object_detection`.');
export const Description = text(10_000, 'Text for people.');
export const Title = text(256, 'A name for people; need not be unique.');
export const Framework = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._+-]*$/, 'must be a lower-case word, for example "pytorch"')
  .meta({
    description:
      'A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.',
    examples: ['pytorch'],
  });

const tag = () =>
  z
    .string()
    .normalize('NFC')
    .min(1)
    .max(128)
    .meta({ description: 'A free word, stored in Unicode NFC; any number of objects can carry it.' });
const tags = (one: z.ZodString) =>
  z.array(one).max(256).meta({ description: 'Free words. Kept as a set: sorted, each once.' });

export const Tag = naming('tag', tag());
export const Tags = tags(Tag);
/** The tags of a patch. The object may have some of them already, so the server checks only the added ones. */
export const PatchedTags = tags(tag());

/** Bytes of an object's metadata as JSON text in UTF-8. */
export const METADATA_MAX_BYTES = 65_536;
/** Levels of nesting in any request body. */
export const JSON_MAX_DEPTH = 64;
/** Values in a request body, all together: some more than the largest body has that any route takes. */
export const JSON_MAX_VALUES = 250_000;
/** Members of one object in a request body: more than metadata of its size can have. */
export const JSON_MAX_MEMBERS = 16_384;

export const Metadata = z.record(z.string(), z.unknown()).meta({
  id: 'Metadata',
  description: 'Any JSON object, at most 64 KiB.',
});
export const MetadataPatch = z.record(z.string(), z.unknown()).meta({
  id: 'MetadataPatch',
  description: 'A JSON merge patch (RFC 7396): members given replace, `null` removes, objects merge.',
});

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 as 64 lower-case hex digits')
  .meta({ description: 'SHA-256 as 64 lower-case hex digits.' });

export const Uri = z
  .string()
  .min(1)
  .max(2048)
  .meta({
    description: 'Where it lies: `s3://…`, `gs://…`, `https://…` or any other scheme, without user info.',
    examples: ['s3://path/to/bucket/model.pt'],
  });

/** A non-negative integer that a double holds exactly. */
export const Count = z.int().min(0);

export const DatasetMention = z
  .union([
    z.string().min(1).max(700).meta({ id: 'DatasetName', description: 'A dataset by name: current digest.' }),
    z
      .strictObject({
        name: z.string().min(1).max(700),
        digest: z.string().min(1).max(256).nullable().optional(),
      })
      .meta({ id: 'DatasetAtDigest', description: 'A dataset by name and digest.' }),
  ])
  .meta({
    id: 'DatasetMention',
    description:
      'A dataset. A bare name lies in the namespace of the object that mentions it, `ns/name` anywhere. ' +
      'Made on first mention; without a digest the current one is meant.',
  });

/** Common to all that is stored. */
export const auditFields = {
  id: Uuid,
  createdBy: z.string().meta({ description: 'Who made it.' }),
  createdAt: Timestamp,
  updatedAt: Timestamp,
};
export const deletable = {
  ...auditFields,
  deletedAt: Timestamp.nullable().meta({
    description: 'When it was deleted; it can be restored until it is purged.',
  }),
};
