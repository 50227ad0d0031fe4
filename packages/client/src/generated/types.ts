// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A name that at most one version of a model holds. */
        Alias: {
            /**
             * @description A name that at most one version of a model holds: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example prod
             */
            alias: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it moved last.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
            /**
             * @description The holder's name.
             * @example v1
             * @example 2.3.0-rc1
             */
            version: string;
            /** Format: uuid */
            versionId: string;
        };
        /** @description One move of an alias. */
        AliasMove: {
            actor: string;
            /**
             * @description A name that at most one version of a model holds: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example prod
             */
            alias: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            /** @enum {string} */
            cause: "set" | "create" | "finalize" | "promote" | "rollback" | "delete" | "rule" | "proposal";
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            from: string | null;
            /** Format: uuid */
            fromId: string | null;
            reason: string | null;
            requestId: string | null;
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            to: string | null;
            /** Format: uuid */
            toId: string | null;
        };
        /** @description One page of a list. */
        AliasMovePage: {
            items: components["schemas"]["AliasMove"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        /** @description One page of a list. */
        AliasPage: {
            items: components["schemas"]["Alias"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        /** @description Who may move an alias. A move must be allowed by each that stands on the model or above it. */
        AliasProtection: {
            /**
             * @description A name that at most one version of a model holds: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example prod
             */
            alias: string;
            /** @description For `proposal`: the required number of approvers. Else null. */
            approvals: number | null;
            /**
             * @description `role`: whoever has the role, or a higher one, on the namespace of the model. `principals`: those named. `rule`: only labelling rules in mode `auto` that an admin has allowed, while they stay as they were then. `proposal`: only an approved proposal.
             * @enum {string}
             */
            by: "role" | "principals" | "rule" | "proposal";
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            createdBy: string;
            /** @description Rises with each edit of the protection and of the rules that it allows: the ETag. */
            edit: number;
            evaluations: components["schemas"]["TrustedEvaluators"];
            /** @description Whether it stands on a namespace above. */
            inherited: boolean;
            /** @description The name of the model on which it stands. */
            model: string | null;
            /**
             * @description On which it stands, or in which its model lies.
             * @example ai/vision
             */
            namespace: string;
            principals: string[];
            reason: string | null;
            role: components["schemas"]["Role"] | null;
        };
        /** @description One page of a list. */
        AliasProtectionPage: {
            items: components["schemas"]["AliasProtection"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        AliasProtectionPut: {
            /**
             * @description Only for `proposal`: the required number of approvers. On an open server it must be 1.
             * @default 1
             */
            approvals?: number;
            /**
             * @description `role`: whoever has the role, or a higher one, on the namespace of the model. `principals`: those named. `rule`: only labelling rules in mode `auto` that an admin has allowed, while they stay as they were then. `proposal`: only an approved proposal.
             * @enum {string}
             */
            by: "role" | "principals" | "rule" | "proposal";
            /** @description Only for `rule`. */
            evaluations?: components["schemas"]["EvaluationsBy"];
            /** @description Of `principals`, and only there. */
            principals?: string[];
            reason?: string | null;
            /** @description Of `role`, and only there. */
            role?: components["schemas"]["Role"];
        };
        AliasPut: {
            /** @description The holder demanded, by id or name (`null`: none); if another holds it: 412. */
            expect?: string | null;
            /** @description Why; kept in the history. */
            reason?: string | null;
            /** @description A version: its id, or a reference, `ai/vision/yolo@prod` or `ai/vision/yolo:v1` (percent-encoded in a path). In a body under a known model the bare name of the version will do. */
            version: string;
        };
        AliasRollback: {
            /** @description The holder demanded, by id or name (`null`: none); if another holds it: 412. */
            expect?: string | null;
            /** @description Why; kept in the history. */
            reason?: string | null;
        };
        /** @description An approval of a proposal. */
        Approval: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            by: string;
            reason: string | null;
        };
        AttachFiles: {
            files: components["schemas"]["FileToAttach"][];
        };
        /** @description What it was done to, as far as that was found out. */
        AuditedObject: {
            /**
             * Format: uuid
             * @description Null: it was not there.
             */
            id: string | null;
            kind: string;
            /** @description Its name within what it lies in, or the path of the file. */
            name: string | null;
        } | null;
        /** @description Something that somebody did, or wanted to. */
        AuditEntry: {
            /** @description Of a write what became of the object: `created`, `updated`, `moved`, … */
            action: string | null;
            /** @description Who: `user:…`, `service:…`, `local` on an open server, `modelbox` for the server itself; null: nobody who is known. */
            actor: string | null;
            /** @description From which address. */
            address: string | null;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            /** @description Why an attempt was denied, where the rest does not tell. */
            detail: string | null;
            /** @description Of a change to what was there: the fields that it changed. */
            fields: string[] | null;
            /** @description No other entry has it. That of a write is the id of its change. */
            id: string;
            /**
             * Format: date-time
             * @description When the last attempt that it counts came; null: it is one.
             * @example 2026-01-31T12:00:00.000Z
             */
            lastAt: string | null;
            /** @description Of an attempt or a read: GET, HEAD, POST, … */
            method: string | null;
            /** @description In which namespace that lies. */
            namespace: string | null;
            object: components["schemas"]["AuditedObject"];
            outcome: components["schemas"]["AuditOutcome"];
            /** @description Of an attempt: the permission that was lacking. */
            permission: string | null;
            /** @description How many attempts it stands for: beyond `MODELBOX_AUDIT_DENIALS` of a caller in a minute they are counted. */
            repeats: number;
            /** @description Leads to the request in the log. */
            requestId: string | null;
            /** @description Of an attempt or a read: the operation, `models.get`. */
            route: string | null;
            /** @description Of an attempt or a read: with what it was answered. */
            status: number | null;
            /**
             * Format: uuid
             * @description By which token; one that was refused too, if it is ours.
             */
            tokenId: string | null;
        };
        AuditExportQuery: {
            /** @description Writes that did this, `moved`. */
            action?: string;
            /** @description Who, `user:ann@example.com`. */
            actor?: string;
            /** @description From this address. */
            address?: string;
            /**
             * @description There and in all below it. Without it the audit is for administrators.
             * @example ai/vision
             */
            namespace?: string;
            /**
             * Format: uuid
             * @description The id of what it was done to.
             */
            object?: string;
            /**
             * @description What it was done to.
             * @enum {string}
             */
            objectKind?: "namespace" | "model" | "version" | "alias" | "experiment" | "checkpoint" | "dataset" | "upload" | "proposal" | "token" | "grant" | "alias_protection";
            outcome?: components["schemas"]["AuditOutcome"];
            /** @description All of one request. */
            requestId?: string;
            /** @description Attempts at an operation and reads by it, `models.get`. */
            route?: string;
            /**
             * Format: date-time
             * @description Not before.
             * @example 2026-01-31T12:00:00.000Z
             */
            since?: string;
            /**
             * Format: uuid
             * @description The id of a token.
             */
            token?: string;
            /**
             * Format: date-time
             * @description Before.
             * @example 2026-01-31T12:00:00.000Z
             */
            until?: string;
        };
        AuditListQuery: {
            /** @description Writes that did this, `moved`. */
            action?: string;
            /** @description Who, `user:ann@example.com`. */
            actor?: string;
            /** @description From this address. */
            address?: string;
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /**
             * @description There and in all below it. Without it the audit is for administrators.
             * @example ai/vision
             */
            namespace?: string;
            /**
             * Format: uuid
             * @description The id of what it was done to.
             */
            object?: string;
            /**
             * @description What it was done to.
             * @enum {string}
             */
            objectKind?: "namespace" | "model" | "version" | "alias" | "experiment" | "checkpoint" | "dataset" | "upload" | "proposal" | "token" | "grant" | "alias_protection";
            outcome?: components["schemas"]["AuditOutcome"];
            /** @description All of one request. */
            requestId?: string;
            /** @description Attempts at an operation and reads by it, `models.get`. */
            route?: string;
            /**
             * Format: date-time
             * @description Not before.
             * @example 2026-01-31T12:00:00.000Z
             */
            since?: string;
            /**
             * Format: uuid
             * @description The id of a token.
             */
            token?: string;
            /**
             * Format: date-time
             * @description Before.
             * @example 2026-01-31T12:00:00.000Z
             */
            until?: string;
        };
        /**
         * @description `written`: a change was made. `denied`: the caller may not do it. `read`: content went out, which is recorded only where the server is told to.
         * @enum {string}
         */
        AuditOutcome: "written" | "denied" | "read";
        /** @description One page of a list. */
        AuditPage: {
            items: components["schemas"]["AuditEntry"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        /** @description Who would have been the holder, in order of time. */
        Backtest: {
            champions: components["schemas"]["Champion"][];
            /** @description How many changes of them were looked at. */
            facts: number;
            /** @description Whether there were more champions than are shown. */
            truncated: boolean;
            /** @description How many versions the history has. */
            versions: number;
        };
        BacktestRequest: {
            /**
             * @description Or the name of one that the policy has.
             * @example yolo
             */
            name?: string;
            /** @description A rule to try. */
            rule?: components["schemas"]["LabelRule"];
        };
        /** @description A fixed bound. */
        Bound: number;
        Champion: {
            /**
             * Format: date-time
             * @description When the facts were there.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            before: string | null;
            /** @description How much better than the one before; null for the first. */
            by: number | null;
            value: components["schemas"]["ChampionNumber"] | components["schemas"]["ChampionSpecial"];
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            version: string;
            /** Format: uuid */
            versionId: string;
        };
        ChampionNumber: number;
        /** @enum {string} */
        ChampionSpecial: "NaN" | "Infinity" | "-Infinity";
        /** @description What a run wrote at an epoch and/or step. */
        Checkpoint: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description Who made it. */
            createdBy: string;
            /**
             * Format: date-time
             * @description When it was deleted; it can be restored until it is purged.
             * @example 2026-01-31T12:00:00.000Z
             */
            deletedAt: string | null;
            epoch: number | null;
            /** @description The latest value by dataset and key. A dataset of the same namespace has its bare name. */
            evaluations: {
                [key: string]: {
                    [key: string]: components["schemas"]["MetricValue"];
                };
            };
            /** @description The experiment's name. */
            experiment: string;
            /** Format: uuid */
            experimentId: string;
            fileCount: number;
            /** @description The first 100 by path; `/files` lists all. */
            files: components["schemas"]["File"][];
            /**
             * Format: date-time
             * @description When retention took its stored files; `restore` brings them back for a while.
             * @example 2026-01-31T12:00:00.000Z
             */
            filesRemovedAt: string | null;
            /** @description Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown. */
            hidden?: string[];
            hold: components["schemas"]["Hold"] | null;
            /** Format: uuid */
            id: string;
            metadata: components["schemas"]["Metadata"];
            /** @description The latest value by key of the points without dataset: highest step, then time, then last received. */
            metrics: {
                [key: string]: components["schemas"]["MetricValue"];
            };
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            readyAt: string | null;
            status: components["schemas"]["Status"];
            step: number | null;
            /** @description Free words. Kept as a set: sorted, each once. */
            tags: string[];
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
        };
        /** @description What a run wrote at an `epoch` and/or `step`: one of them is required. With `files` (also `[]`) or `status: ready` it is ready at once, otherwise pending until it is finalized. */
        CheckpointCreate: {
            epoch?: number | null;
            files?: components["schemas"]["TrackedFile"][];
            metadata?: components["schemas"]["Metadata"];
            metrics?: components["schemas"]["MetricsInput"];
            /**
             * @description Puts this one in the place of a living checkpoint of the same epoch and step, which is deleted.
             * @default false
             */
            replace?: boolean;
            status?: components["schemas"]["Status"];
            step?: number | null;
            /** @description Free words. Kept as a set: sorted, each once. */
            tags?: string[];
        };
        /** @description One page of a list. */
        CheckpointPage: {
            items: components["schemas"]["Checkpoint"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        CheckpointsArchiveQuery: {
            /**
             * @description Neither is compressed. A `tar` answers ranges, so that a download can be resumed.
             * @default tar
             * @enum {string}
             */
            format?: "tar" | "zip";
            /**
             * @description Content of tracked files is not here: `refuse` answers 409 where there is one, `skip` leaves them out.
             * @default refuse
             * @enum {string}
             */
            tracked?: "refuse" | "skip";
        };
        CheckpointsDecisionsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            kind?: components["schemas"]["RuleKind"];
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            outcome?: components["schemas"]["Outcome"];
            /**
             * @description The name of a rule.
             * @example yolo
             */
            rule?: string;
        };
        CheckpointsEventsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /** @example checkpoint_write_started */
            name?: string;
        };
        CheckpointsFilesListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        CheckpointsFilesUploadQuery: {
            role?: components["schemas"]["FileRole"];
        };
        CheckpointsGetQuery: {
            /**
             * @description Deleted ones too.
             * @default false
             */
            includeDeleted?: boolean;
        };
        CheckpointsMetricsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /** @description Only points on this dataset. */
            dataset?: string;
            fromStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            fromTime?: string;
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            key?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /** @description Down-samples every series to at most this many of its points: the range is cut into even runs, and of each the points with the lowest and the highest value stay, so that spikes do. */
            points?: number;
            toStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            toTime?: string;
        };
        CheckpointUpdate: {
            metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description Free words. Kept as a set: sorted, each once. */
            tags?: string[] | null;
        };
        /** @description What one clause of a rule says. */
        ClauseVerdict: {
            /** @description `better`, `notWorse[0]`, `filter`, `files[0]`, `evaluated`, `minAge`, … */
            clause: string;
            holds: boolean;
            /** @description What it was decided by. */
            inputs: {
                [key: string]: unknown;
            };
            /** @description In plain English. */
            words: string;
        };
        /**
         * @description `missing`: no metric of the version on the dataset. `stale`: the digest of the dataset has changed since. `done`: neither.
         * @enum {string}
         */
        Coverage: "missing" | "stale" | "done";
        /** @description A handle on data that lies elsewhere. */
        Dataset: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description Who made it. */
            createdBy: string;
            /** @description What identifies the content, in whatever form its owner uses, for example `sha256:…`. */
            digest: string | null;
            /** @description Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown. */
            hidden?: string[];
            /** Format: uuid */
            id: string;
            metadata: components["schemas"]["Metadata"];
            /**
             * @description A name: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example yolo
             */
            name: string;
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
            /**
             * @description Where it lies: `s3://…`, `gs://…`, `https://…` or any other scheme, without user info.
             * @example s3://path/to/bucket/model.pt
             */
            uri: string | null;
        };
        /** @description A dataset by name and digest. */
        DatasetAtDigest: {
            digest?: string | null;
            name: string;
        };
        DatasetCreate: {
            /** @description What identifies the content, in whatever form its owner uses, for example `sha256:…`. */
            digest?: string | null;
            metadata?: components["schemas"]["Metadata"];
            /**
             * @description A name: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example yolo
             */
            name: string;
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace: string;
            /**
             * @description Where it lies: `s3://…`, `gs://…`, `https://…` or any other scheme, without user info.
             * @example s3://path/to/bucket/model.pt
             */
            uri?: string | null;
        };
        /** @description A dataset. A bare name lies in the namespace of the object that mentions it, `ns/name` anywhere. Made on first mention; without a digest the current one is meant. */
        DatasetMention: components["schemas"]["DatasetName"] | components["schemas"]["DatasetAtDigest"];
        /** @description A dataset by name: current digest. */
        DatasetName: string;
        /** @description One page of a list. */
        DatasetPage: {
            items: components["schemas"]["Dataset"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        DatasetsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /** @description An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`. */
            filter?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace?: string;
            /** @description Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest first. */
            orderBy?: string;
            /**
             * @description Those of the namespaces below too.
             * @default false
             */
            recursive?: boolean;
        };
        DatasetUpdate: {
            /** @description What identifies the content, in whatever form its owner uses, for example `sha256:…`. */
            digest?: string | null;
            metadata?: components["schemas"]["MetadataPatch"] | null;
            /**
             * @description Where it lies: `s3://…`, `gs://…`, `https://…` or any other scheme, without user info.
             * @example s3://path/to/bucket/model.pt
             */
            uri?: string | null;
        };
        /** @description What a rule decided, and why. */
        Decision: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            /** @description The change that led to it, or the schedule. */
            cause: {
                [key: string]: unknown;
            };
            clauses: components["schemas"]["ClauseVerdict"][];
            /** @description Rises with time. */
            id: string;
            /** @description What it was decided by: the values, the holder, the digests of the datasets. */
            inputs: {
                [key: string]: unknown;
            };
            kind: components["schemas"]["RuleKind"];
            /**
             * Format: date-time
             * @description When it last did; `at` if it never did.
             * @example 2026-01-31T12:00:00.000Z
             */
            lastAt: string;
            /** @description `ai/vision/yolo`; null for what a namespace decides. */
            model: string | null;
            outcome: components["schemas"]["Outcome"];
            policy: components["schemas"]["DecisionPolicy"];
            /** @description How often the rule came to the same decision again, by the same reasons, inputs and policy. */
            repeats: number;
            /** @description The name of the rule. */
            rule: string | null;
            subject: components["schemas"]["DecisionSubject"];
            /** @description Why, in plain English. */
            words: string;
        };
        /** @description One page of a list. */
        DecisionPage: {
            items: components["schemas"]["Decision"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        /** @description Under which edit of which policy. */
        DecisionPolicy: {
            edit: number;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "model" | "namespace";
        } | null;
        /** @description What was decided about; of `kept` the model or namespace whose objects the rule ranges over. */
        DecisionSubject: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "version" | "checkpoint" | "model" | "namespace";
            name: string;
        };
        /** @description A dataset that every version must be evaluated on. */
        EvaluateRule: {
            /** @description A dataset: a bare name lies in the model's or experiment's namespace, `ns/name` anywhere. It must exist. */
            dataset: string;
        };
        /** @description A version, a dataset that it must be evaluated on, and whether it was. */
        Evaluation: {
            /** @description As the policy names it. */
            dataset: string;
            /** Format: uuid */
            datasetId: string;
            /** @description That the dataset has now. */
            digest: string | null;
            /** @description That it had when the version was evaluated last. */
            evaluatedDigest: string | null;
            /**
             * Format: date-time
             * @description Since when the version is ready, and the evaluation owed.
             * @example 2026-01-31T12:00:00.000Z
             */
            readyAt: string | null;
            state: components["schemas"]["Coverage"];
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            version: string;
            /** Format: uuid */
            versionId: string;
        };
        /** @description One page of a list. */
        EvaluationPage: {
            items: components["schemas"]["Evaluation"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        /** @description The authors whose metrics and evaluations rules use. Default: admins. */
        EvaluationsBy: {
            /** @description Trusts these callers and groups too. */
            principals?: string[];
            /** @description Trusts authors who had this role, or a higher one, in the namespace of the model when they logged. `contributor` trusts everybody. */
            role?: components["schemas"]["Role"];
        };
        /** @description Something an outside system told about an object. */
        Event: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            createdBy: string;
            /** Format: uuid */
            id: string;
            metadata: components["schemas"]["Metadata"];
            /** @example checkpoint_write_started */
            name: string;
            /**
             * @description The system that tells.
             * @example trainer
             */
            source: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            time: string;
        };
        EventCreate: {
            metadata?: components["schemas"]["Metadata"];
            /** @example checkpoint_write_started */
            name: string;
            /**
             * @description The system that tells.
             * @example trainer
             */
            source: string;
            /**
             * Format: date-time
             * @description When it happened. Default: now.
             * @example 2026-01-31T12:00:00.000Z
             */
            time?: string;
        };
        /** @description One page of a list. */
        EventPage: {
            items: components["schemas"]["Event"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        /** @description A training run. */
        Experiment: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description Who made it. */
            createdBy: string;
            /**
             * Format: date-time
             * @description When it was deleted; it can be restored until it is purged.
             * @example 2026-01-31T12:00:00.000Z
             */
            deletedAt: string | null;
            /** @description The latest value by dataset and key. A dataset of the same namespace has its bare name. */
            evaluations: {
                [key: string]: {
                    [key: string]: components["schemas"]["MetricValue"];
                };
            };
            /** @description The id the trainer or tracker knows it by. */
            externalId: string | null;
            /**
             * @description A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.
             * @example pytorch
             */
            framework: string | null;
            /** @description Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown. */
            hidden?: string[];
            /** Format: uuid */
            id: string;
            metadata: components["schemas"]["Metadata"];
            /** @description The latest value by key of the points without dataset: highest step, then time, then last received. */
            metrics: {
                [key: string]: components["schemas"]["MetricValue"];
            };
            /**
             * @description A name: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example yolo
             */
            name: string;
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace: string;
            /** @description Who answers for it: an address or a team. */
            owner: string | null;
            source: components["schemas"]["ExperimentSource"];
            status: components["schemas"]["ExperimentStatus"];
            /** @description Free words. Kept as a set: sorted, each once. */
            tags: string[];
            /** @description The task it solves, for example `object_detection`. */
            task: string | null;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
        };
        ExperimentCreate: {
            /** @description The id the trainer or tracker knows it by. */
            externalId?: string | null;
            /**
             * @description A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.
             * @example pytorch
             */
            framework?: string | null;
            metadata?: components["schemas"]["Metadata"];
            /**
             * @description A name: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example yolo
             */
            name: string;
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace: string;
            /** @description Who answers for it: an address or a team. */
            owner?: string | null;
            source?: components["schemas"]["ExperimentSourceInput"];
            /** @description Default: `running`. */
            status?: components["schemas"]["ExperimentStatus"];
            /** @description Free words. Kept as a set: sorted, each once. */
            tags?: string[];
            /** @description The task it solves, for example `object_detection`. */
            task?: string | null;
        };
        /** @description One page of a list. */
        ExperimentPage: {
            items: components["schemas"]["Experiment"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        ExperimentsCheckpointsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /** @description An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`. */
            filter?: string;
            /**
             * @description Deleted ones too.
             * @default false
             */
            includeDeleted?: boolean;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /** @description Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest first. */
            orderBy?: string;
        };
        ExperimentsEventsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /** @example checkpoint_write_started */
            name?: string;
        };
        ExperimentsFilesListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        ExperimentsFilesUploadQuery: {
            role?: components["schemas"]["FileRole"];
        };
        ExperimentsGetQuery: {
            /**
             * @description Deleted ones too.
             * @default false
             */
            includeDeleted?: boolean;
        };
        ExperimentsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /** @description An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`. */
            filter?: string;
            /**
             * @description Deleted ones too.
             * @default false
             */
            includeDeleted?: boolean;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace?: string;
            /** @description Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest first. */
            orderBy?: string;
            /**
             * @description Those of the namespaces below too.
             * @default false
             */
            recursive?: boolean;
        };
        ExperimentsMetricsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /** @description Only points on this dataset. */
            dataset?: string;
            fromStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            fromTime?: string;
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            key?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /** @description Down-samples every series to at most this many of its points: the range is cut into even runs, and of each the points with the lowest and the highest value stay, so that spikes do. */
            points?: number;
            toStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            toTime?: string;
        };
        /** @description The checkpoint that it began with, where the reader may see it. */
        ExperimentSource: {
            /** Format: uuid */
            checkpoint: string;
        } | null;
        /** @description The checkpoint that it begins with, of whatever experiment. */
        ExperimentSourceInput: {
            /**
             * Format: uuid
             * @description A checkpoint's id.
             */
            checkpoint: string;
        } | null;
        /** @enum {string} */
        ExperimentStatus: "running" | "finished" | "failed" | "aborted";
        ExperimentUpdate: {
            /** @description The id the trainer or tracker knows it by. */
            externalId?: string | null;
            /**
             * @description A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.
             * @example pytorch
             */
            framework?: string | null;
            metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description Who answers for it: an address or a team. */
            owner?: string | null;
            status?: components["schemas"]["ExperimentStatus"];
            /** @description Free words. Kept as a set: sorted, each once. */
            tags?: string[] | null;
            /** @description The task it solves, for example `object_detection`. */
            task?: string | null;
        };
        /** @description Why a version is, or is not, the holder of an alias: as of now. */
        Explanation: {
            /**
             * @description A name that at most one version of a model holds: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example prod
             */
            alias: string;
            /** @description Why it is the holder, or is not, in plain English. */
            answer: string;
            clauses: components["schemas"]["ClauseVerdict"][];
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            holder: string | null;
            inputs: {
                [key: string]: unknown;
            };
            isHolder: boolean;
            /** @description The last one taken by the rule about this version. */
            lastDecision: components["schemas"]["Decision"] | null;
            outcome: components["schemas"]["Outcome"];
            /** @description The rule that gives the alias; null where none does. */
            rule: string | null;
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            version: string;
            /** Format: uuid */
            versionId: string;
        };
        FieldError: {
            /** @description What would have been accepted. */
            expected?: string[];
            /**
             * @description The part of the request.
             * @enum {string}
             */
            in: "body" | "query" | "path" | "header";
            /** @description What is wrong, and what is allowed. */
            message: string;
            /** @description JSON pointer (RFC 6901) to the field within that part. */
            pointer: string;
            /** @description In a filter or order: the offset of the error. */
            position?: number;
        };
        /** @description One file of an object. */
        File: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            mediaType: string | null;
            /**
             * @description Relative, names joined by `/`; no empty part, `.`, `..`, backslash or control character.
             * @example weights/model.onnx
             */
            path: string;
            role: components["schemas"]["FileRole"];
            /** @description SHA-256 as 64 lower-case hex digits. */
            sha256: string | null;
            sizeBytes: number | null;
            /**
             * @description `tracked`: it lies at `uri`, unchecked. `verifying`: stored in parts, each of them checked; the whole is being read. `verified`: stored, and its SHA-256 was computed here. `rejected`: the whole was not what had been announced. `corrupt`: stored, but its bytes were found damaged or missing since. Only a verified file can be downloaded here.
             * @enum {string}
             */
            state: "tracked" | "verifying" | "verified" | "rejected" | "corrupt";
            /**
             * @description Where a tracked file lies; null for a stored one.
             * @example s3://path/to/bucket/model.pt
             */
            uri: string | null;
        };
        /** @description The files named. */
        FileList: {
            /** @description Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown. */
            hidden?: string[];
            items: components["schemas"]["File"][];
        };
        /** @description One page of a list. */
        FilePage: {
            items: components["schemas"]["File"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        /**
         * @description What the file is to its object.
         * @enum {string}
         */
        FileRole: "model" | "checkpoint" | "dataset" | "text" | "image" | "audio" | "video" | "other";
        /** @description A file of content that is stored already, by its SHA-256. */
        FileToAttach: {
            mediaType?: string;
            /**
             * @description Relative, names joined by `/`; no empty part, `.`, `..`, backslash or control character.
             * @example weights/model.onnx
             */
            path: string;
            role?: components["schemas"]["FileRole"];
            /** @description SHA-256 as 64 lower-case hex digits. */
            sha256: string;
        };
        FileToTrack: {
            /**
             * @description Relative, names joined by `/`; no empty part, `.`, `..`, backslash or control character.
             * @example weights/model.onnx
             */
            path?: string;
            role?: components["schemas"]["FileRole"];
            /** @description SHA-256 as 64 lower-case hex digits. */
            sha256?: string | null;
            sizeBytes?: number | null;
            /**
             * @description Where it lies: `s3://…`, `gs://…`, `https://…` or any other scheme, without user info.
             * @example s3://path/to/bucket/model.pt
             */
            uri: string;
        };
        /**
         * @description Where the file lies; its path is the last segment.
         * @example s3://path/to/bucket/model.pt
         */
        FileUri: string;
        FiniteNumber: number;
        /** @description What was allowed, by whom and when. */
        GivenConsent: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            by: string;
            digest: string;
            rule: string;
        } | null;
        /** @description What somebody may do in a namespace and in all below it. */
        Grant: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            createdBy: string;
            /** @description Whether it stands on a namespace above. */
            inherited: boolean;
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace: string;
            /**
             * @description Who: `user:…`, `service:…` or `group:…`.
             * @example user:ann@example.com
             * @example service:trainer
             */
            principal: string;
            role: components["schemas"]["Role"];
        };
        /** @description One page of a list. */
        GrantPage: {
            items: components["schemas"]["Grant"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        GrantPut: {
            role: components["schemas"]["Role"];
        };
        Health: {
            /** @constant */
            status: "ok";
            version: string;
        };
        /** @description Nothing removes what is on hold. */
        Hold: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            by: string;
            reason: string;
        };
        HoldPut: {
            /** @description Why it must stay. */
            reason: string;
        };
        /** @description Exactly one of `best` (with `metric`, `direction`, and perhaps `dataset` and `per`), `latest` (perhaps with `per`), `everyEpoch`, `youngerThan` and `filter`. */
        KeepClause: {
            /** @description The best so many, by `metric`. */
            best?: number;
            /** @description A dataset: a bare name lies in the model's or experiment's namespace, `ns/name` anywhere. It must exist. */
            dataset?: string;
            direction?: components["schemas"]["MetricDirection"];
            /** @description Every so manieth epoch. */
            everyEpoch?: number;
            /** @description An expression in the filter language. */
            filter?: string;
            /** @description The latest so many. */
            latest?: number;
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            metric?: string;
            /** @description Of each experiment, or over all. Default: `experiment` for checkpoints, `all` for versions. */
            per?: components["schemas"]["PolicyScope"];
            /**
             * @description An ISO 8601 duration of weeks, days, hours, minutes and seconds: `P7D`, `PT12H`.
             * @example P7D
             */
            youngerThan?: string;
        };
        /** @description Gives an alias or a tag to the version that is better and meets all else. */
        LabelRule: {
            /**
             * @description The alias that the rule gives; or `tag`.
             * @example prod
             */
            alias?: string;
            /** @description A dataset: a bare name lies in the model's or experiment's namespace, `ns/name` anywhere. It must exist. */
            dataset?: string;
            direction: components["schemas"]["MetricDirection"];
            /**
             * @description Whether it must have been evaluated on all datasets that the policy names in `evaluate`.
             * @default true
             */
            evaluated?: boolean;
            files?: components["schemas"]["RequiredFile"][];
            /** @description An expression in the filter language. */
            filter?: string;
            /** @description By more than this. Default: by anything. */
            margin?: components["schemas"]["PolicyAmount"];
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            metric: string;
            /**
             * @description Since it became ready.
             * @example P7D
             */
            minAge?: string;
            /**
             * @description Whether the rule acts by itself, or proposes and a person decides.
             * @default auto
             * @enum {string}
             */
            mode?: "auto" | "propose";
            /**
             * @description A name within the policy: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example best
             */
            name: string;
            notWorse?: components["schemas"]["NotWorse"][];
            /** @description The tag that the rule adds; or `alias`. */
            tag?: string;
            /**
             * @description What the metric must be better than: the present holder, any other version, or a fixed bound.
             * @default holder
             */
            than?: components["schemas"]["Opponent"] | components["schemas"]["Bound"];
        };
        /** @description What a version came from, and what came of it. */
        Lineage: {
            edges: components["schemas"]["LineageEdge"][];
            nodes: components["schemas"]["LineageNode"][];
            /** @description True where the graph is larger than the answer may be. */
            truncated: boolean;
        };
        LineageEdge: {
            /** @description A dataset's digest at the time. */
            digest: string | null;
            /**
             * Format: uuid
             * @description What was used.
             */
            from: string;
            /** @enum {string} */
            relation: "trained_on" | "evaluated_on" | "promoted_from" | "written_by" | "trained_by" | "based_on";
            /**
             * Format: uuid
             * @description What came of it.
             */
            to: string;
        };
        LineageNode: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            deletedAt: string | null;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "version" | "checkpoint" | "experiment" | "dataset";
            /** @description `ai/vision/yolo:v1`, `ai/vision/run-7`, `ai/vision/coco-val`; of a checkpoint its run and place. */
            name: string;
        };
        LoggedPoint: {
            dataset: string | null;
            /** @description The dataset's digest that the point was measured on. */
            digest: string | null;
            key: string;
            step: number | null;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            time: string | null;
            value: components["schemas"]["MetricValue"];
        };
        /** @description One page of a list. */
        LoggedPointPage: {
            items: components["schemas"]["LoggedPoint"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        LogMetrics: {
            metrics: components["schemas"]["MetricPoint"][];
        };
        /** @description Any JSON object, at most 64 KiB. */
        Metadata: {
            [key: string]: unknown;
        };
        /** @description A JSON merge patch (RFC 7396): members given replace, `null` removes, objects merge. */
        MetadataPatch: {
            [key: string]: unknown;
        };
        /**
         * @description Whether more is better, or less.
         * @enum {string}
         */
        MetricDirection: "max" | "min";
        MetricPoint: {
            dataset?: components["schemas"]["DatasetMention"] | null;
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            key: string;
            step?: number | null;
            /**
             * Format: date-time
             * @description RFC 3339; part of the identity of the point, to the microsecond.
             */
            time?: string | null;
            value: components["schemas"]["MetricValue"];
        };
        MetricPoints: components["schemas"]["MetricPoint"][];
        MetricsInput: components["schemas"]["MetricValues"] | components["schemas"]["MetricPoints"];
        /** @description The latest values as they are after the write. */
        MetricSummary: {
            /** @description The latest value by dataset and key. A dataset of the same namespace has its bare name. */
            evaluations: {
                [key: string]: {
                    [key: string]: components["schemas"]["MetricValue"];
                };
            };
            /** @description Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown. */
            hidden?: string[];
            /** @description The latest value by key of the points without dataset: highest step, then time, then last received. */
            metrics: {
                [key: string]: components["schemas"]["MetricValue"];
            };
        };
        /** @description A double. JSON has no NaN and no infinities: they are strings. */
        MetricValue: components["schemas"]["FiniteNumber"] | components["schemas"]["NonFiniteNumber"];
        /** @description Values by key. */
        MetricValues: {
            [key: string]: components["schemas"]["MetricValue"];
        };
        /** @description A task to solve; what its versions have in common. */
        Model: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description Who made it. */
            createdBy: string;
            /**
             * Format: date-time
             * @description When it was deleted; it can be restored until it is purged.
             * @example 2026-01-31T12:00:00.000Z
             */
            deletedAt: string | null;
            /** @description Text for people. */
            description: string | null;
            /** @description The latest value by dataset and key. A dataset of the same namespace has its bare name. */
            evaluations: {
                [key: string]: {
                    [key: string]: components["schemas"]["MetricValue"];
                };
            };
            /** @description Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown. */
            hidden?: string[];
            /** Format: uuid */
            id: string;
            metadata: components["schemas"]["Metadata"];
            /** @description The latest value by key of the points without dataset: highest step, then time, then last received. */
            metrics: {
                [key: string]: components["schemas"]["MetricValue"];
            };
            /**
             * @description A name: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example yolo
             */
            name: string;
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace: string;
            /** @description Who answers for it: an address or a team. */
            owner: string | null;
            /** @description Free words. Kept as a set: sorted, each once. */
            tags: string[];
            /** @description The task it solves, for example `object_detection`. */
            task: string | null;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
        };
        ModelCreate: {
            /** @description Text for people. */
            description?: string | null;
            metadata?: components["schemas"]["Metadata"];
            /**
             * @description A name: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example yolo
             */
            name: string;
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace: string;
            /** @description Who answers for it: an address or a team. */
            owner?: string | null;
            /** @description Free words. Kept as a set: sorted, each once. */
            tags?: string[];
            /** @description The task it solves, for example `object_detection`. */
            task?: string | null;
        };
        /** @description One page of a list. */
        ModelPage: {
            items: components["schemas"]["Model"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        ModelsAliasesDeleteQuery: {
            /** @description The holder demanded; if another holds it: 412. */
            expect?: string;
        };
        ModelsAliasesHistoryQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        ModelsAliasesListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        ModelsDecisionsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            kind?: components["schemas"]["RuleKind"];
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            outcome?: components["schemas"]["Outcome"];
            /**
             * @description The name of a rule.
             * @example yolo
             */
            rule?: string;
            /** @description About one version. */
            version?: string;
        };
        ModelsEvaluationsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /** @description As the policy names it. */
            dataset?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /**
             * @description `owed` is `missing` and `stale`.
             * @default owed
             * @enum {string}
             */
            state?: "owed" | "missing" | "stale" | "done" | "all";
        };
        ModelsEventsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /** @example checkpoint_write_started */
            name?: string;
        };
        ModelsFilesListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        ModelsFilesUploadQuery: {
            role?: components["schemas"]["FileRole"];
        };
        ModelsGetQuery: {
            /**
             * @description Deleted ones too.
             * @default false
             */
            includeDeleted?: boolean;
        };
        ModelsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /** @description An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`. */
            filter?: string;
            /**
             * @description Deleted ones too.
             * @default false
             */
            includeDeleted?: boolean;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace?: string;
            /** @description Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest first. */
            orderBy?: string;
            /**
             * @description Those of the namespaces below too.
             * @default false
             */
            recursive?: boolean;
        };
        ModelsMetricsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /** @description Only points on this dataset. */
            dataset?: string;
            fromStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            fromTime?: string;
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            key?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /** @description Down-samples every series to at most this many of its points: the range is cut into even runs, and of each the points with the lowest and the highest value stay, so that spikes do. */
            points?: number;
            toStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            toTime?: string;
        };
        ModelsPolicyHistoryQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        ModelsPolicyPreviewQuery: {
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        ModelsProposalsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            state?: components["schemas"]["ProposalState"];
        };
        ModelsProtectedAliasesListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        ModelsProtectedAliasesRulesListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        ModelsVersionsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /** @description An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`. */
            filter?: string;
            /**
             * @description Deleted ones too.
             * @default false
             */
            includeDeleted?: boolean;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /** @description Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest first. */
            orderBy?: string;
        };
        ModelUpdate: {
            /** @description Text for people. */
            description?: string | null;
            metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description Who answers for it: an address or a team. */
            owner?: string | null;
            /** @description Free words. Kept as a set: sorted, each once. */
            tags?: string[] | null;
            /** @description The task it solves, for example `object_detection`. */
            task?: string | null;
        };
        /** @description A path that organizes a team's models and experiments. Made on first use. */
        Namespace: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description Who made it. */
            createdBy: string;
            /** @description Text for people. */
            description: string | null;
            /** @description Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown. */
            hidden?: string[];
            /** Format: uuid */
            id: string;
            metadata: components["schemas"]["Metadata"];
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            path: string;
            /** @description Bytes of content that may be stored in it and in all namespaces below; null: any. */
            quotaBytes: number | null;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
        };
        /** @description One page of a list. */
        NamespacePage: {
            items: components["schemas"]["Namespace"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        NamespacesDecisionsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            kind?: components["schemas"]["RuleKind"];
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            outcome?: components["schemas"]["Outcome"];
            /**
             * @description The name of a rule.
             * @example yolo
             */
            rule?: string;
        };
        NamespacesGrantsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        NamespacesListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /** @description An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`. */
            filter?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /** @description Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest first. */
            orderBy?: string;
            /**
             * @description Only what lies below this namespace.
             * @example ai/vision
             */
            under?: string;
        };
        NamespacesPolicyHistoryQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        NamespacesPolicyPreviewQuery: {
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        NamespacesProtectedAliasesListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        NamespacesProtectedAliasesRulesListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        NamespaceUpdate: {
            /** @description Text for people. */
            description?: string | null;
            metadata?: components["schemas"]["MetadataPatch"] | null;
            quotaBytes?: number | null;
        };
        /** @description What is stored in a namespace and all below it. Files of deleted objects count until these are purged; tracked files count nothing. */
        NamespaceUsage: {
            contents: number;
            files: number;
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace: string;
            quotaBytes: number | null;
            /** @description Announced by uploads in parts that are not over. */
            uploadingBytes: number;
            /** @description Each content once, however many files have it. */
            usedBytes: number;
        };
        NewToken: {
            administrator: boolean;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            createdBy: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string | null;
            /** Format: uuid */
            id: string;
            /**
             * Format: date-time
             * @description To the minute.
             * @example 2026-01-31T12:00:00.000Z
             */
            lastUsedAt: string | null;
            name: string;
            /** @description Only there and below, within what its owner may; null: everywhere. */
            namespaces: string[] | null;
            /** @description Only from these addresses and networks; null: from anywhere. */
            networks: string[] | null;
            /**
             * Format: uuid
             * @description The token that made it: it ends with that at the latest, and is revoked with it. Null: a sign-in, the bootstrap token or the local user made it.
             */
            parentId: string | null;
            /** @description Only these, within what its owner may; null: all. */
            permissions: components["schemas"]["Permission"][] | null;
            /**
             * @description Who: `user:…`, `service:…` or `group:…`.
             * @example user:ann@example.com
             * @example service:trainer
             */
            principal: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            revokedAt: string | null;
            /** @description The secret. It is shown this once and kept nowhere. */
            token: string;
        };
        /** @enum {string} */
        NonFiniteNumber: "NaN" | "Infinity" | "-Infinity";
        /** @description A metric in which it must not be worse than the holder. */
        NotWorse: {
            /** @description A dataset: a bare name lies in the model's or experiment's namespace, `ns/name` anywhere. It must exist. */
            dataset?: string;
            direction: components["schemas"]["MetricDirection"];
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            metric: string;
            tolerance?: components["schemas"]["PolicyAmount"];
        };
        /** @enum {string} */
        Opponent: "holder" | "any";
        /**
         * @description `moved`, `tagged`, `proposed`, `promoted`, `removed`: that was done. `holds`: it has it already. `no`: a clause does not hold. `kept`: clauses of `keep` ask for something that no object has, and keep everything. `skipped`: it became protected meanwhile. `refused`: it would have been done, and could not. `suspended`: it would have been done, but the author of the rule may no longer do it, or no admin has allowed the rule to move a protected alias.
         * @enum {string}
         */
        Outcome: "moved" | "tagged" | "proposed" | "holds" | "promoted" | "removed" | "kept" | "skipped" | "refused" | "suspended" | "no";
        PartsToSign: {
            parts: components["schemas"]["PartToSign"][];
        };
        PartToSign: {
            /** @description From 1. */
            part: number;
            /** @description SHA-256 as 64 lower-case hex digits. */
            sha256: string;
        };
        /** @enum {string} */
        Permission: "namespace.read" | "namespace.write" | "namespace.delete" | "namespace.quota" | "model.read" | "model.create" | "model.write" | "model.delete" | "version.read" | "version.create" | "version.write" | "version.delete" | "alias.move" | "alias.protect" | "experiment.read" | "experiment.create" | "experiment.write" | "experiment.delete" | "checkpoint.read" | "checkpoint.create" | "checkpoint.write" | "checkpoint.delete" | "dataset.read" | "dataset.create" | "dataset.write" | "file.read" | "file.write" | "metric.read" | "metric.write" | "event.read" | "event.write" | "policy.read" | "policy.write" | "proposal.decide" | "hold.write" | "grant.read" | "grant.write" | "audit.read";
        /** @description The sections that stand here, and what counts here. */
        Policy: {
            /** @description Counts the edits; 0 where none was ever made. */
            edit: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            editedAt: string | null;
            editedBy: string | null;
            /** @description What counts here: of each section the nearest. */
            effective: components["schemas"]["PolicyDocument"];
            evaluate?: components["schemas"]["EvaluateRule"][];
            /** @description Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown. */
            hidden?: string[];
            label?: components["schemas"]["LabelRule"][];
            promote?: components["schemas"]["PromoteRule"][];
            retain?: components["schemas"]["Retain"];
            sources: components["schemas"]["PolicySources"];
            /**
             * @description Of namespaces: a running experiment of which nothing is heard for so long is aborted.
             * @example P7D
             */
            staleAfter?: string;
            /** @description Labelling rules of `effective` that wait for an admin who protects their alias. */
            waiting?: components["schemas"]["WaitingRule"][];
            /** @description Clauses that no object answers to now. Of a model: in all of `effective`; of a namespace: in its own sections. */
            warnings?: components["schemas"]["PolicyWarning"][];
        };
        /** @description An amount: `abs` or `rel`, one of the two. */
        PolicyAmount: {
            /** @description In the unit of the metric. */
            abs?: number;
            /** @description As a share of the value compared with. */
            rel?: number;
        };
        /** @description What the service does with what training produces. Of each section the nearest counts, the model first, then its namespaces from below; without any, nothing is ever labelled, promoted or removed. */
        PolicyDocument: {
            evaluate?: components["schemas"]["EvaluateRule"][];
            label?: components["schemas"]["LabelRule"][];
            promote?: components["schemas"]["PromoteRule"][];
            retain?: components["schemas"]["Retain"];
            /**
             * @description Of namespaces: a running experiment of which nothing is heard for so long is aborted.
             * @example P7D
             */
            staleAfter?: string;
        };
        /** @description One edit of a policy: all that it said from then on. */
        PolicyEdit: {
            actor: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            document: components["schemas"]["PolicyDocument"];
            edit: number;
            requestId: string | null;
        };
        /** @description One page of a list. */
        PolicyEditPage: {
            items: components["schemas"]["PolicyEdit"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        /** @description What a policy would do now. Nothing is changed. */
        PolicyPreview: {
            label: components["schemas"]["PreviewedLabel"][];
            promote: components["schemas"]["PreviewedPromotion"][];
            retain: components["schemas"]["RetentionPreview"];
            /** @description Sections that do nothing, since their author may no longer do what they do. A draft has no author yet. */
            suspended?: components["schemas"]["SuspendedSection"][];
            truncated?: components["schemas"]["TruncatedPreview"];
            /** @description The values that rules for protected aliases ignore, of the newest versions, at most `limit` for each metric. */
            untrusted?: components["schemas"]["UntrustedValue"][];
            /** @description Labelling rules, of a draft too, that move a protected alias only once an admin has allowed them. */
            waiting?: components["schemas"]["WaitingRule"][];
            /** @description Clauses that no object answers to now. */
            warnings?: components["schemas"]["PolicyWarning"][];
        };
        /** @enum {string} */
        PolicyScope: "experiment" | "all";
        /** @description Whose policy a section comes from. */
        PolicySource: {
            /** @description Whose rights bound the section. Null: nobody set it with a token (an open server, or before authors were recorded), so no rights bound it. */
            author?: string | null;
            /** @description The edit of its policy. */
            edit: number;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "model" | "namespace";
            /** @description `ai/vision/yolo` or `ai/vision`. */
            name: string;
            /** @description Why the section does nothing: the author may no longer do what it does. */
            suspended?: string;
        };
        /** @description Where each section of `effective` comes from. */
        PolicySources: {
            evaluate?: components["schemas"]["PolicySource"];
            label?: components["schemas"]["PolicySource"];
            promote?: components["schemas"]["PolicySource"];
            retainCheckpoints?: components["schemas"]["PolicySource"];
            retainVersions?: components["schemas"]["PolicySource"];
            staleAfter?: components["schemas"]["PolicySource"];
        };
        /** @description A clause of a policy that asks for something that no object has now: it may be misspelt. */
        PolicyWarning: {
            code: components["schemas"]["PolicyWarningCode"];
            /** @description What no object has, and what the clause does therefore. */
            message: string;
            /** @description JSON pointer (RFC 6901) into `effective`, or into the policy that is previewed. */
            pointer: string;
        };
        /**
         * @description `unknown_metric`, `unknown_metadata`, `unknown_value`, `no_epoch`: no object in scope has the metric (on the dataset), the metadata key, the tag, alias or text, or an epoch. `no_match`: no object passes. `not_evaluated`: no version was evaluated on the dataset. `not_checked`: comparing took too long; the preview compares.
         * @enum {string}
         */
        PolicyWarningCode: "unknown_metric" | "unknown_metadata" | "unknown_value" | "no_epoch" | "no_match" | "not_evaluated" | "not_checked";
        /** @description What a labelling rule would do now. */
        PreviewedLabel: {
            clauses: components["schemas"]["ClauseVerdict"][];
            holder: string | null;
            /** @enum {string} */
            outcome: "moved" | "tagged" | "proposed" | "suspended";
            rule: string;
            version: string;
            /** Format: uuid */
            versionId: string;
            words: string;
        };
        /** @description What retention would do with one object, and why. */
        PreviewedObject: {
            /** @description Of its stored files. */
            bytes: number;
            /** Format: uuid */
            id: string;
            /** @description The clauses that keep it, by their place: `keep[0]`. */
            keptBy: string[];
            /** @enum {string} */
            kind: "version" | "checkpoint";
            /** @description `v7`; of a checkpoint its experiment and place. */
            name: string;
            protectedBy: components["schemas"]["Protection"][];
            remove: boolean;
            /** @description Its stored files. `remove: "files"` leaves an object without any as it is. */
            storedFiles: number;
            /** @description Those of `keptBy` that cannot decide: nothing in their scope has what they ask for, so they keep everything in it. */
            undecided: components["schemas"]["UndecidedClause"][];
            words: string;
        };
        /** @description What a promotion rule would do now. */
        PreviewedPromotion: {
            /** Format: uuid */
            checkpoint: string;
            experiment: string;
            /** @enum {string} */
            outcome: "promoted" | "refused";
            rule: string | null;
            /** @description The name that the version would get. */
            version: string | null;
            words: string;
        };
        PreviewRequest: {
            /** @description A draft; absent: what stands there. */
            policy?: components["schemas"]["PolicyDocument"];
        };
        /** @description Problem details (RFC 9457). */
        Problem: {
            /** @description The aliases in the way. */
            aliases?: string[];
            /** @enum {string} */
            code: "malformed" | "unauthenticated" | "forbidden" | "forbidden_host" | "not_found" | "no_such_route" | "conflict" | "exists" | "deleted" | "limit_reached" | "name_retired" | "holds_alias" | "not_empty" | "not_ready" | "files_frozen" | "file_is_tracked" | "file_not_verified" | "files_pending" | "upload_closed" | "parts_missing" | "no_direct_upload" | "file_corrupt" | "no_previous" | "replay_unavailable" | "stale" | "too_large" | "quota_exceeded" | "unsupported_media_type" | "range_not_satisfiable" | "invalid" | "immutable" | "checksum_mismatch" | "idempotency_key_reused" | "query_too_expensive" | "rate_limited" | "internal" | "upload_unsettled" | "unavailable" | "storage_full" | "storage_read_only";
            /** @description What happened, in words for a person. */
            detail: string;
            errors?: components["schemas"]["FieldError"][];
            /** @description The id of the object in the way. */
            id?: string;
            requestId: string;
            status: number;
            title: string;
            /** @description A URI that names the kind of error. */
            type: string;
            /** @description Where a tracked file lies. */
            uri?: string;
        };
        /** @description Makes the best checkpoint of experiments a version of the model. */
        PromoteRule: {
            /**
             * @description As soon as it is the best, or when the experiment has finished.
             * @default finish
             * @enum {string}
             */
            at?: "once" | "finish";
            /** @description A dataset: a bare name lies in the model's or experiment's namespace, `ns/name` anywhere. It must exist. */
            dataset?: string;
            direction: components["schemas"]["MetricDirection"];
            /** @description Which experiments in the model's namespace and below it. Default: all. */
            experiments?: string;
            /** @description What the checkpoint must meet. */
            filter?: string;
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            metric: string;
            /**
             * @description A name within the policy: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example best
             */
            name?: string;
            /**
             * @description The best of its experiment, or of all that match.
             * @default experiment
             */
            per?: components["schemas"]["PolicyScope"];
            /**
             * @description The name of the version: `{experiment}`, `{epoch}`, `{step}` and `{model}` are replaced.
             * @example {experiment}-e{epoch}
             */
            version: string;
        };
        /** @description The version that the checkpoint becomes. It has the same files (nothing is copied), starts with the checkpoint's latest metrics and evaluations, and is ready at once. Its metadata and tags are those given. */
        Promotion: {
            aliases?: string[];
            datasets?: components["schemas"]["DatasetMention"][];
            /** @description Text for people. */
            description?: string | null;
            /**
             * @description A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.
             * @example pytorch
             */
            framework?: string | null;
            metadata?: components["schemas"]["Metadata"];
            metrics?: components["schemas"]["MetricsInput"];
            /** @description A model: its id, or its namespace and name, `ai/vision/yolo` (percent-encoded in a path). */
            model: string;
            /** @description A name for people; need not be unique. */
            name?: string | null;
            /** @description Free words. Kept as a set: sorted, each once. */
            tags?: string[];
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            version: string;
        };
        /** @description What a rule would do, for a person to decide. */
        Proposal: {
            /**
             * @description A name that at most one version of a model holds: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example prod
             */
            alias: string | null;
            /** @description The approvals in order of time, if the alias is protected by `proposal`. New facts about the version withdraw them. */
            approvals: components["schemas"]["Approval"][];
            /** @description The required number of approvers. */
            approvalsNeeded: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            decidedAt: string | null;
            decidedBy: string | null;
            decisionId: string;
            /** @description Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown. */
            hidden?: string[];
            /**
             * @description Who held the alias when it was proposed.
             * @example v1
             * @example 2.3.0-rc1
             */
            holder: string | null;
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            modelId: string;
            reason: string | null;
            rule: string;
            state: components["schemas"]["ProposalState"];
            /** @description A free word, stored in Unicode NFC; any number of objects can carry it. */
            tag: string | null;
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            version: string;
            /** Format: uuid */
            versionId: string;
            /** @description Why the rule proposes it. */
            words: string;
        };
        ProposalDecision: {
            /** @description Why; kept with the proposal. */
            reason?: string | null;
        };
        /** @description One page of a list. */
        ProposalPage: {
            items: components["schemas"]["Proposal"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        /**
         * @description `superseded`: another version was proposed since, or this one does not meet the rule any more.
         * @enum {string}
         */
        ProposalState: "open" | "approved" | "rejected" | "superseded";
        /**
         * @description What no rule removes: the holder of an alias, the one before it, what is on hold, what a version was made from that is not purged, the newest ready checkpoint of an experiment that runs, what is not ready, and what a person has restored since the policy was last edited.
         * @enum {string}
         */
        Protection: "alias" | "previousHolder" | "hold" | "lineage" | "newestOfRunning" | "pending" | "restored";
        /** @description Whether the server can serve, part by part. */
        Readiness: {
            checks: {
                blobs: {
                    detail?: string;
                    ok: boolean;
                    /**
                     * @description With `full` and `read_only` stored files can be read, so the server is ready; uploads are 503.
                     * @enum {string}
                     */
                    state: "ok" | "full" | "read_only" | "unavailable";
                };
                /** @description Not ok: this server takes no decision by age. It is ready all the same. */
                clock: {
                    detail?: string;
                    ok: boolean;
                };
                database: {
                    detail?: string;
                    ok: boolean;
                };
                migrations: {
                    detail?: string;
                    ok: boolean;
                };
            };
            ready: boolean;
        };
        /** @description A file by its role or by its path, one of the two. */
        RequiredFile: {
            /**
             * @description Relative, names joined by `/`; no empty part, `.`, `..`, backslash or control character.
             * @example weights/model.onnx
             */
            path?: string;
            role?: components["schemas"]["FileRole"];
        };
        /** @description What a reference means now. */
        Resolution: {
            /** @description All of them, by path. */
            files: components["schemas"]["ResolvedFile"][];
            /** @description Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown. */
            hidden?: string[];
            /** @description The reference in its fixed form, `ai/vision/yolo:v1`. */
            reference: string;
            version: components["schemas"]["Version"];
        };
        ResolvedFile: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            mediaType: string | null;
            /**
             * @description Relative, names joined by `/`; no empty part, `.`, `..`, backslash or control character.
             * @example weights/model.onnx
             */
            path: string;
            role: components["schemas"]["FileRole"];
            /** @description SHA-256 as 64 lower-case hex digits. */
            sha256: string | null;
            sizeBytes: number | null;
            /**
             * @description `tracked`: it lies at `uri`, unchecked. `verifying`: stored in parts, each of them checked; the whole is being read. `verified`: stored, and its SHA-256 was computed here. `rejected`: the whole was not what had been announced. `corrupt`: stored, but its bytes were found damaged or missing since. Only a verified file can be downloaded here.
             * @enum {string}
             */
            state: "tracked" | "verifying" | "verified" | "rejected" | "corrupt";
            /**
             * @description Where a tracked file lies; null for a stored one.
             * @example s3://path/to/bucket/model.pt
             */
            uri: string | null;
            /** @description Where to fetch it: the path of the download on this server, or the `uri` of a tracked file. */
            url: string;
        };
        Retain: {
            /** @description Of namespaces: their experiments' checkpoints. */
            checkpoints?: components["schemas"]["RetainRule"];
            versions?: components["schemas"]["RetainRule"];
        };
        RetainRule: {
            /**
             * @description How long what was removed can be restored.
             * @default P7D
             * @example P7D
             */
            grace?: string;
            /** @description What any of these keeps stays. */
            keep: components["schemas"]["KeepClause"][];
            /**
             * @description What goes of the rest: its files, or the whole object.
             * @enum {string}
             */
            remove: "files" | "object";
        };
        RetentionPreview: {
            /** @description Bytes of content that nothing else refers to that the reader may see: what would be free after the grace time. */
            freedBytes: number;
            /** @description Those that would be removed first, newest last. */
            items: components["schemas"]["PreviewedObject"][];
            /** @description Objects that would go, or lose their files. */
            removed: number;
            seen: number;
            /** @description Whether there are more than are shown: more than `limit`, or than fit into a page. */
            truncated: boolean;
        };
        /**
         * @description `viewer` reads and downloads; `contributor` adds experiments, checkpoints, metrics and versions; `maintainer` moves aliases, sets policies, deletes, decides and holds; `admin` grants. Each may do what the one before it may.
         * @enum {string}
         */
        Role: "viewer" | "contributor" | "maintainer" | "admin";
        /** @description A labelling rule for a protected alias, and whether it may move it. */
        RuleConsent: {
            allowed: components["schemas"]["GivenConsent"];
            /** @description SHA-256 of everything that the rule decides by. To allow the rule, send the digest that you have seen. */
            digest: string | null;
            /** @description The datasets on which the rule demands evaluations. */
            evaluate: string[];
            policy: components["schemas"]["RuleOwner"];
            /** @description As it is now, with its datasets named in full. */
            rule: components["schemas"]["LabelRule"] | null;
            state: components["schemas"]["RuleConsentState"];
            /** @description The state in plain English. */
            words: string;
        };
        /** @description One page of a list. */
        RuleConsentPage: {
            items: components["schemas"]["RuleConsent"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        RuleConsentPut: {
            /** @description Of the rule as you have seen it. */
            digest: string;
        };
        /**
         * @description `allowed`: the rule moves the alias. `waits`: nobody has allowed it. `changed`: it is not as it was allowed. `gone`: a rule was allowed that the policy does not have any more.
         * @enum {string}
         */
        RuleConsentState: "allowed" | "waits" | "changed" | "gone";
        /** @enum {string} */
        RuleKind: "label" | "promote" | "retain" | "stale";
        /** @description The model or namespace whose policy has the rule. */
        RuleOwner: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "model" | "namespace";
            name: string;
        };
        /** @description A request that brings one part to the store. */
        SignedPart: {
            /**
             * Format: date-time
             * @description Later the store refuses it; have it signed again.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string;
            /** @description To be sent exactly so. */
            headers: {
                [key: string]: string;
            };
            /** @constant */
            method: "PUT";
            /** @description From 1. */
            part: number;
            /** @description Works for whoever has it, for this content only. */
            url: string;
        };
        SignedParts: {
            items: components["schemas"]["SignedPart"][];
        };
        /** @description What the version was made from, as far as the reader may see that. */
        Source: {
            /** Format: uuid */
            checkpoint?: string;
            /** @description `ai/vision/run-7` */
            experiment?: string;
            /** @description `ai/vision/yolo:v1` */
            version?: string;
        };
        /** @description What the version was made from. */
        SourceInput: {
            /**
             * Format: uuid
             * @description A checkpoint's id.
             */
            checkpoint?: string;
            /** @description An experiment: its id, or its namespace and name, `ai/vision/run-7` (percent-encoded in a path). */
            experiment?: string;
            /** @description A version: its id, or a reference, `ai/vision/yolo@prod` or `ai/vision/yolo:v1` (percent-encoded in a path). In a body under a known model the bare name of the version will do. */
            version?: string;
        };
        /**
         * @description `latest`, `resolve` and aliases see only what is `ready`; its file set never changes again.
         * @enum {string}
         */
        Status: "pending" | "ready";
        SuspendedSection: {
            /** @description As `sources` of a policy names it. */
            section: string;
            words: string;
        };
        /** @description Credentials of a user or a service account; the secret is not among it. */
        Token: {
            administrator: boolean;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            createdBy: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string | null;
            /** Format: uuid */
            id: string;
            /**
             * Format: date-time
             * @description To the minute.
             * @example 2026-01-31T12:00:00.000Z
             */
            lastUsedAt: string | null;
            name: string;
            /** @description Only there and below, within what its owner may; null: everywhere. */
            namespaces: string[] | null;
            /** @description Only from these addresses and networks; null: from anywhere. */
            networks: string[] | null;
            /**
             * Format: uuid
             * @description The token that made it: it ends with that at the latest, and is revoked with it. Null: a sign-in, the bootstrap token or the local user made it.
             */
            parentId: string | null;
            /** @description Only these, within what its owner may; null: all. */
            permissions: components["schemas"]["Permission"][] | null;
            /**
             * @description Who: `user:…`, `service:…` or `group:…`.
             * @example user:ann@example.com
             * @example service:trainer
             */
            principal: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            revokedAt: string | null;
        };
        TokenCreate: {
            /**
             * @description May do everything on the server. Only for administrators.
             * @default false
             */
            administrator?: boolean;
            /**
             * Format: date-time
             * @description Not after the end of the token that makes it, nor beyond `MODELBOX_TOKEN_MAX_LIFETIME`. Left out or null: the latest time that these allow.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt?: string | null;
            /** @description What it is for. */
            name: string;
            /** @description Only there and below, within what its owner may; null: everywhere. */
            namespaces?: string[] | null;
            /** @description Only from these addresses and networks; null: from anywhere. */
            networks?: string[] | null;
            /** @description Only these, within what its owner may; null: all. */
            permissions?: components["schemas"]["Permission"][] | null;
            /**
             * @description Whose token it is. Default: of whoever asks; of others only for administrators.
             * @example user:ann@example.com
             * @example service:trainer
             */
            principal?: string & (unknown & unknown);
        };
        /** @description One page of a list. */
        TokenPage: {
            items: components["schemas"]["Token"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        TokensListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /**
             * @description Who: `user:…`, `service:…` or `group:…`.
             * @example user:ann@example.com
             * @example service:trainer
             */
            principal?: string;
        };
        /** @description A file to track where it lies. */
        TrackedFile: components["schemas"]["FileUri"] | components["schemas"]["FileToTrack"];
        TrackFiles: {
            files: components["schemas"]["TrackedFile"][];
        };
        /** @description Whether `label` and `promote` have more items than are shown: more than `limit`, or than fit into a page. */
        TruncatedPreview: {
            label: boolean;
            promote: boolean;
        };
        /** @description For `rule`: the authors whose metrics and evaluations rules use. Else null. */
        TrustedEvaluators: {
            principals: string[];
            role: components["schemas"]["Role"] | null;
        } | null;
        UndecidedClause: {
            clause: string;
            /** @description `the metric val_acc`, `a text in metadata.stage`, `the tag 'gold'`, `an epoch`. */
            missing: string;
        };
        /** @description A value that a rule ignores, because the protection of its alias does not trust the author. */
        UntrustedValue: {
            /** @description The author of the value; null if none is recorded. */
            by: string | null;
            dataset: string | null;
            metric: string;
            rule: string;
            value: number | string;
            version: string;
            /** Format: uuid */
            versionId: string;
            words: string;
        };
        /** @description A file that comes in parts. */
        Upload: {
            /** @description The upload was completed, and the store could not put the parts together yet. The server goes on until it has. */
            completing: boolean;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description Who made it. */
            createdBy: string;
            /** @description Parts can go straight to the store, by signed URLs. */
            direct: boolean;
            /**
             * Format: date-time
             * @description When it expires unless something happens to it; null unless it is open. Each part moves it.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string | null;
            /** @description Why it came to nothing. */
            failure: string | null;
            /** @description The file that came of it; null before, and when the path has another one since. */
            file: components["schemas"]["File"] | null;
            /** Format: uuid */
            id: string;
            mediaType: string | null;
            /** @description Whose file it is. */
            object: {
                /** Format: uuid */
                id: string;
                /** @enum {string} */
                kind: "model" | "version" | "experiment" | "checkpoint";
            };
            /** @description None where the file is empty. */
            partCount: number;
            /** @description Of every part but the last, which has what is left. */
            partSizeBytes: number;
            /**
             * @description Relative, names joined by `/`; no empty part, `.`, `..`, backslash or control character.
             * @example weights/model.onnx
             */
            path: string;
            role: components["schemas"]["FileRole"];
            /** @description As announced; once it is complete, as computed. */
            sha256: string | null;
            sizeBytes: number;
            state: components["schemas"]["UploadState"];
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
            /** @description Why a completed upload is not verified yet, if the store did not answer or gave other bytes than arrived. The server looks again by itself. Null otherwise. */
            waitsFor: string | null;
        };
        UploadComplete: {
            /** @description Of the whole file, where the create did not say it. */
            sha256?: string;
        };
        /** @description A file to upload in parts. Exactly one of `model`, `version`, `experiment`, `checkpoint`. */
        UploadCreate: {
            /**
             * Format: uuid
             * @description A checkpoint's id.
             */
            checkpoint?: string;
            /** @description An experiment: its id, or its namespace and name, `ai/vision/run-7` (percent-encoded in a path). */
            experiment?: string;
            mediaType?: string;
            /** @description A model: its id, or its namespace and name, `ai/vision/yolo` (percent-encoded in a path). */
            model?: string;
            /** @description Of every part but the last. Default: 16 MiB, or more where the file would have over 10,000 parts. */
            partSizeBytes?: number;
            /**
             * @description Relative, names joined by `/`; no empty part, `.`, `..`, backslash or control character.
             * @example weights/model.onnx
             */
            path: string;
            role?: components["schemas"]["FileRole"];
            /** @description Of the whole file, where it is known: content that turns out to be other is rejected. Content that a file has which the caller may read need not be sent: the upload is complete at once. */
            sha256?: string;
            /** @description Of the whole file. */
            sizeBytes: number;
            /** @description A version: its id, or a reference, `ai/vision/yolo@prod` or `ai/vision/yolo:v1` (percent-encoded in a path). In a body under a known model the bare name of the version will do. */
            version?: string;
        };
        /** @description One page of a list. */
        UploadPage: {
            items: components["schemas"]["Upload"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        /** @description A part that has arrived, verified by its checksum. */
        UploadPart: {
            /** @description From 1. */
            part: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            receivedAt: string;
            /** @description Null where an S3 server does not tell it. */
            sha256: string | null;
            sizeBytes: number;
        };
        /** @description One page of a list. */
        UploadPartPage: {
            items: components["schemas"]["UploadPart"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        UploadsListQuery: {
            /**
             * Format: uuid
             * @description A checkpoint's id.
             */
            checkpoint?: string;
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /** @description An experiment: its id, or its namespace and name, `ai/vision/run-7` (percent-encoded in a path). */
            experiment?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /** @description A model: its id, or its namespace and name, `ai/vision/yolo` (percent-encoded in a path). */
            model?: string;
            state?: components["schemas"]["UploadState"];
            /** @description A version: its id, or a reference, `ai/vision/yolo@prod` or `ai/vision/yolo:v1` (percent-encoded in a path). In a body under a known model the bare name of the version will do. */
            version?: string;
        };
        UploadsPartsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        /**
         * @description `open`: takes parts. `verifying`: all are there, and the whole is being read to compute its SHA-256. `complete`: the file is verified. `failed`: the content was not what had been announced. `aborted`, `expired`: given up, by somebody or because nothing came for too long; nothing of it is kept.
         * @enum {string}
         */
        UploadState: "open" | "verifying" | "complete" | "failed" | "aborted" | "expired";
        /** @description A dataset as it was when it was used. */
        UsedDataset: {
            digest: string | null;
            /**
             * Format: uuid
             * @description Null where the reader may not see the dataset, as the digest then is.
             */
            id: string | null;
            name: string;
        };
        VerificationsRunQuery: {
            /**
             * @description Also read every stored content, and compare its SHA-256; not only existence and size.
             * @default false
             */
            full?: boolean;
        };
        /** @description A trained model. */
        Version: {
            aliases: string[];
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description Who made it. */
            createdBy: string;
            datasets: components["schemas"]["UsedDataset"][];
            /**
             * Format: date-time
             * @description When it was deleted; it can be restored until it is purged.
             * @example 2026-01-31T12:00:00.000Z
             */
            deletedAt: string | null;
            /** @description Text for people. */
            description: string | null;
            /** @description The latest value by dataset and key. A dataset of the same namespace has its bare name. */
            evaluations: {
                [key: string]: {
                    [key: string]: components["schemas"]["MetricValue"];
                };
            };
            fileCount: number;
            /** @description The first 100 by path; `/files` lists all. */
            files: components["schemas"]["File"][];
            /**
             * Format: date-time
             * @description When retention took its stored files; `restore` brings them back for a while.
             * @example 2026-01-31T12:00:00.000Z
             */
            filesRemovedAt: string | null;
            /**
             * @description A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.
             * @example pytorch
             */
            framework: string | null;
            /** @description Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown. */
            hidden?: string[];
            hold: components["schemas"]["Hold"] | null;
            /** Format: uuid */
            id: string;
            metadata: components["schemas"]["Metadata"];
            /** @description The latest value by key of the points without dataset: highest step, then time, then last received. */
            metrics: {
                [key: string]: components["schemas"]["MetricValue"];
            };
            /** @description The model's name. */
            model: string;
            /** Format: uuid */
            modelId: string;
            /** @description A name for people; need not be unique. */
            name: string | null;
            /**
             * @description A path of names joined by `/`, at most 512 characters; a trailing slash means the same.
             * @example ai/vision
             */
            namespace: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            readyAt: string | null;
            source: components["schemas"]["Source"] | null;
            status: components["schemas"]["Status"];
            /** @description Free words. Kept as a set: sorted, each once. */
            tags: string[];
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            version: string;
        };
        /** @description With `files` (also `[]`) or `status: ready` it is ready at once; otherwise pending until it is finalized, when its `aliases` are set. */
        VersionCreate: {
            aliases?: string[];
            datasets?: components["schemas"]["DatasetMention"][];
            /** @description Text for people. */
            description?: string | null;
            files?: components["schemas"]["TrackedFile"][];
            /**
             * @description A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.
             * @example pytorch
             */
            framework?: string | null;
            metadata?: components["schemas"]["Metadata"];
            metrics?: components["schemas"]["MetricsInput"];
            /** @description A name for people; need not be unique. */
            name?: string | null;
            source?: components["schemas"]["SourceInput"] | null;
            status?: components["schemas"]["Status"];
            /** @description Free words. Kept as a set: sorted, each once. */
            tags?: string[];
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            version: string;
        };
        /** @description One page of a list. */
        VersionPage: {
            items: components["schemas"]["Version"][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
        };
        VersionsArchiveQuery: {
            /**
             * @description Neither is compressed. A `tar` answers ranges, so that a download can be resumed.
             * @default tar
             * @enum {string}
             */
            format?: "tar" | "zip";
            /**
             * @description Content of tracked files is not here: `refuse` answers 409 where there is one, `skip` leaves them out.
             * @default refuse
             * @enum {string}
             */
            tracked?: "refuse" | "skip";
        };
        VersionsDecisionsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            kind?: components["schemas"]["RuleKind"];
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            outcome?: components["schemas"]["Outcome"];
            /**
             * @description The name of a rule.
             * @example yolo
             */
            rule?: string;
        };
        VersionsEventsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /** @example checkpoint_write_started */
            name?: string;
        };
        VersionsFilesListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
        };
        VersionsFilesUploadQuery: {
            role?: components["schemas"]["FileRole"];
        };
        VersionsGetQuery: {
            /**
             * @description Deleted ones too.
             * @default false
             */
            includeDeleted?: boolean;
        };
        VersionsLineageQuery: {
            /**
             * @description Steps from the version.
             * @default 8
             */
            depth?: number;
        };
        VersionsMetricsListQuery: {
            /** @description Where the page begins: the `nextCursor` of the page before, with the same filter and order. */
            cursor?: string;
            /** @description Only points on this dataset. */
            dataset?: string;
            fromStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            fromTime?: string;
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            key?: string;
            /**
             * @description Items on a page at most. A page that would be too large has fewer; only a null `nextCursor` marks the last.
             * @default 100
             */
            limit?: number;
            /** @description Down-samples every series to at most this many of its points: the range is cut into even runs, and of each the points with the lowest and the highest value stay, so that spikes do. */
            points?: number;
            toStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers are in UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            toTime?: string;
        };
        VersionUpdate: {
            /** @description Text for people. */
            description?: string | null;
            /**
             * @description A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.
             * @example pytorch
             */
            framework?: string | null;
            metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description A name for people; need not be unique. */
            name?: string | null;
            /** @description Free words. Kept as a set: sorted, each once. */
            tags?: string[] | null;
        };
        /** @description A labelling rule that does not move its protected alias until an admin allows it. */
        WaitingRule: {
            /**
             * @description A name that at most one version of a model holds: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example prod
             */
            alias: string;
            rule: string;
            /** @description Why the rule waits, and who may allow it. */
            words: string;
        };
        /** @description Who the server takes the caller for. */
        Whoami: {
            administrator: boolean;
            groups: string[];
            name: string;
            /** @description The permissions by namespace; of an administrator empty. */
            namespaces: {
                [key: string]: string[];
            };
            /** Format: uuid */
            tokenId: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
