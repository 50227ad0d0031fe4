import { z } from 'zod';

/**
 * Schemas that all resources share. Parsing changes no value, except that names, tags and metric keys are normalized
 * to Unicode NFC. So one schema describes requests and answers exactly.
 */

/** Any UUID version, in the text form of RFC 9562. */
export const UUID_PATTERN = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

const UUID_TEXT = UUID_PATTERN.source.slice(1, -1);
const SEGMENT = String.raw`(?!\.{1,2}(?:/|$))(?!${UUID_TEXT}(?:/|$))[^/@:\\\u0000-\u001f\u007f-\u009f]{1,128}`;

export const NAME_PATTERN = new RegExp(`^${SEGMENT}$`, 'u');

/** Names joined by `/`. One trailing slash is allowed and dropped. */
export const NAMESPACE_PATTERN = new RegExp(`^${SEGMENT}(?:/${SEGMENT})*/?$`, 'u');

const NAME_RULE =
  '1 to 128 characters, none of `/ @ : \\` or control characters, not `.` or `..`, not shaped like a UUID';

const name = () =>
  z
    .string()
    .normalize('NFC')
    .regex(NAME_PATTERN, { error: `must be a name: ${NAME_RULE}`, abort: true });

/**
 * The schemas of fields that name something new. The server rejects invisible characters in these fields. Names that
 * may refer to an existing object are not registered: the server checks them when it creates the object.
 */
export const newNames = z.registry<{ readonly gives: string }>();

/** Registers a schema whose value names a new object of the kind `gives`. */
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
  .regex(NAMESPACE_PATTERN, { error: `must be a path of names joined by "/", each with ${NAME_RULE}` })
  .meta({
    description: 'A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.',
    examples: ['ai/vision'],
  });

/**
 * RFC 3339 with an offset or `Z`, limited to values that Postgres and four-digit years can represent. Excludes year
 * 0, offsets of 16 hours and more, and days on which an offset or rounding could lead outside of the years 1 to 9999.
 */
export const TIME_PATTERN = new RegExp(
  String.raw`^(?!0000|0001-01-01T.*\+|9999-12-31T.*(?:\.\d{7}|-\d\d:\d\d$)|.*[+-](?:1[6-9]|2\d):\d\d$)` +
    z.regexes.datetime({ offset: true }).source.slice(1),
);

export const time = () =>
  z.string().regex(TIME_PATTERN, 'must be an RFC 3339 time, for example "2026-01-31T12:00:00Z"');

export const Timestamp = time().meta({
  format: 'date-time',
  description: 'RFC 3339. Answers use UTC, to the millisecond.',
  examples: ['2026-01-31T12:00:00.000Z'],
});

/** Text that people write. `max` counts UTF-16 code units. */
export const text = (max: number, description: string) => z.string().max(max).meta({ description });

export const Owner = text(256, 'The owner: an address or a team.');
export const Task = text(256, 'The task, for example `object_detection`.');
export const Description = text(10_000, 'A description for people.');
export const Title = text(256, 'A title for people. It need not be unique.');
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
  z.string().normalize('NFC').min(1).max(128).meta({
    description: 'A free word, stored in Unicode NFC. Any number of objects can have the same tag.',
  });
const tags = (one: z.ZodString) =>
  z.array(one).max(256).meta({ description: 'Free words, stored as a sorted set.' });

export const Tag = naming('tag', tag());
export const Tags = tags(Tag);
/** The tags of a patch. The object may have some already, so the server checks the added ones only. */
export const PatchedTags = tags(tag());

/** The size limit of metadata: bytes of its JSON text in UTF-8. */
export const METADATA_MAX_BYTES = 65_536;
/** The maximum nesting depth of a request body. */
export const JSON_MAX_DEPTH = 64;
/** The maximum number of values in a request body. It exceeds the values of the largest valid body. */
export const JSON_MAX_VALUES = 250_000;
/** The maximum number of members of an object in a request body. Metadata of the maximum size has fewer. */
export const JSON_MAX_MEMBERS = 16_384;
/** Bytes of a long text or number in a request body: longer than any field but metadata has. */
export const JSON_LONG_TEXT = 32_768;
/** Bytes of all long texts and numbers in a request body. Fully escaped metadata of the maximum size has fewer. */
export const JSON_MAX_LONG_TEXTS = 524_288;

export const Metadata = z.record(z.string(), z.unknown()).meta({
  id: 'Metadata',
  description: 'Any JSON object, at most 64 KiB.',
});
export const MetadataPatch = z.record(z.string(), z.unknown()).meta({
  id: 'MetadataPatch',
  description: 'A JSON merge patch (RFC 7396): members replace, `null` removes, objects merge.',
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
    description: 'The location: `s3://…`, `gs://…`, `https://…` or any other scheme, without user info.',
    examples: ['s3://path/to/bucket/model.pt'],
  });

/** A non-negative safe integer. */
export const Count = z.int().min(0);

export const DatasetMention = z
  .union([
    z
      .string()
      .min(1)
      .max(700)
      .meta({ id: 'DatasetName', description: 'A dataset by name, at its current digest.' }),
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
      'A dataset. A bare name belongs to the namespace of the object that mentions it; `ns/name` is ' +
      'absolute. The first mention creates the dataset. Without a digest, the current digest applies.',
  });

export const auditFields = {
  id: Uuid,
  createdBy: z.string().meta({ description: 'The creator.' }),
  createdAt: Timestamp,
  updatedAt: Timestamp,
};
export const deletable = {
  ...auditFields,
  deletedAt: Timestamp.nullable().meta({
    description: 'The time of deletion. The object can be restored until it is purged.',
  }),
};
