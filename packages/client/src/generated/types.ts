// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

export interface components {
    schemas: {
        /** @description A name such as `prod` that at most one version of a model holds. */
        Alias: {
            /**
             * @description A name that at most one version of a model holds: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example prod
             */
            alias: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description The time of the last move.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
            /**
             * @description The name of the version that holds the alias.
             * @example v1
             * @example 2.3.0-rc1
             */
            version: string;
            /** Format: uuid */
            versionId: string;
        };
        /** @description A move of an alias. */
        AliasMove: {
            actor: string;
            /**
             * @description A name that at most one version of a model holds: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example prod
             */
            alias: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
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
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /** @description One page of a list. */
        AliasPage: {
            items: components["schemas"]["Alias"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /** @description A restriction on moves of an alias. A move must satisfy every protection on the model and above it. */
        AliasProtection: {
            /**
             * @description A name that at most one version of a model holds: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example prod
             */
            alias: string;
            /** @description For `proposal`, the required number of approvers. Otherwise null. */
            approvals: number | null;
            /**
             * @description `role`: callers who have the role, or a higher one, on the namespace of the model. `principals`: the listed principals. `rule`: labelling rules in mode `auto` that an admin has allowed, as long as they do not change. `proposal`: only approved proposals.
             * @enum {string}
             */
            by: "role" | "principals" | "rule" | "proposal";
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            createdBy: string;
            /** @description Increases with each edit of the protection or of the rules that it allows. It is the ETag. */
            edit: number;
            evaluations: components["schemas"]["TrustedEvaluators"];
            /** @description Whether the protection belongs to a namespace above. */
            inherited: boolean;
            /** @description The name of the protected model. Null: the protection belongs to a namespace. */
            model: string | null;
            /**
             * @description The namespace of the protection, or of its model.
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
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        AliasProtectionPut: {
            /**
             * @description Only for `proposal`: the required number of approvers. On an open server it must be 1.
             * @default 1
             */
            approvals?: number;
            /**
             * @description `role`: callers who have the role, or a higher one, on the namespace of the model. `principals`: the listed principals. `rule`: labelling rules in mode `auto` that an admin has allowed, as long as they do not change. `proposal`: only approved proposals.
             * @enum {string}
             */
            by: "role" | "principals" | "rule" | "proposal";
            /** @description Only for `rule`. */
            evaluations?: components["schemas"]["EvaluationsBy"];
            /** @description Only for `principals`: the callers who may move the alias. */
            principals?: string[];
            reason?: string | null;
            /** @description Only for `role`: the required role. */
            role?: components["schemas"]["Role"];
        };
        AliasPut: {
            /** @description The version that must hold the alias now, by id or name (`null`: no version). Otherwise 412. */
            expect?: string | null;
            /** @description The reason. It is stored in the history of the alias. */
            reason?: string | null;
            /** @description A version: its id, or a reference such as `ai/vision/yolo@prod` or `ai/vision/yolo:v1` (percent-encoded in a path). In a body for a known model, the bare name of the version is enough. */
            version: string;
        };
        AliasRollback: {
            /** @description The version that must hold the alias now, by id or name (`null`: no version). Otherwise 412. */
            expect?: string | null;
            /** @description The reason. It is stored in the history of the alias. */
            reason?: string | null;
        };
        /** @description An approval of a proposal. */
        Approval: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            by: string;
            reason: string | null;
        };
        AttachFiles: {
            files: components["schemas"]["FileToAttach"][];
        };
        /** @description The object of the request, as far as the server could resolve it. */
        AuditedObject: {
            /**
             * Format: uuid
             * @description Null: no such object exists.
             */
            id: string | null;
            kind: string;
            /** @description The name of the object within its parent, or the path of the file. */
            name: string | null;
        } | null;
        /** @description A write, a denied attempt or a read. */
        AuditEntry: {
            /** @description For a write, the action on the object: `created`, `updated`, `moved`, … */
            action: string | null;
            /** @description The caller: `user:…`, `service:…`, `local` on an open server, or `modelbox` for the server itself. Null: an unknown caller. */
            actor: string | null;
            /** @description The address of the client. */
            address: string | null;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            /** @description For a denied attempt, the reason, if the other fields do not show it. */
            detail: string | null;
            /** @description For a change to an existing object, the changed fields. */
            fields: string[] | null;
            /** @description The unique id of the entry. For a write, it is the id of its change. */
            id: string;
            /**
             * Format: date-time
             * @description The time of the last attempt that the entry counts. Null: the entry counts one.
             * @example 2026-01-31T12:00:00.000Z
             */
            lastAt: string | null;
            /** @description For a denied attempt or a read, the HTTP method. */
            method: string | null;
            /** @description The namespace of the object. */
            namespace: string | null;
            object: components["schemas"]["AuditedObject"];
            outcome: components["schemas"]["AuditOutcome"];
            /** @description For a denied attempt, the permission that the caller lacked. */
            permission: string | null;
            /** @description The number of attempts that the entry counts. Attempts beyond `MODELBOX_AUDIT_DENIALS` a minute share one entry. */
            repeats: number;
            /** @description The id of the request, as in the log. */
            requestId: string | null;
            /** @description For a denied attempt or a read, the operation: `models.get`. */
            route: string | null;
            /** @description For a denied attempt or a read, the HTTP status of the answer. */
            status: number | null;
            /**
             * Format: uuid
             * @description The token of the request, also if it was rejected, as long as this server issued it.
             */
            tokenId: string | null;
        };
        AuditExportQuery: {
            /** @description Writes with this action, for example `moved`. */
            action?: string;
            /** @description Entries of this caller, for example `user:ann@example.com`. */
            actor?: string;
            /** @description Entries from this client address. */
            address?: string;
            /**
             * @description Entries of this namespace and all below it. Only administrators may leave it out.
             * @example ai/vision
             */
            namespace?: string;
            /**
             * Format: uuid
             * @description Entries about the object with this id.
             */
            object?: string;
            /**
             * @description Entries about objects of this kind.
             * @enum {string}
             */
            objectKind?: "namespace" | "model" | "version" | "alias" | "experiment" | "checkpoint" | "dataset" | "upload" | "proposal" | "token" | "grant" | "alias_protection";
            outcome?: components["schemas"]["AuditOutcome"];
            /** @description Entries of this request. */
            requestId?: string;
            /** @description Denied attempts and reads of this operation, for example `models.get`. */
            route?: string;
            /**
             * Format: date-time
             * @description Entries at or after this time.
             * @example 2026-01-31T12:00:00.000Z
             */
            since?: string;
            /**
             * Format: uuid
             * @description Entries of the token with this id.
             */
            token?: string;
            /**
             * Format: date-time
             * @description Entries before this time.
             * @example 2026-01-31T12:00:00.000Z
             */
            until?: string;
        };
        AuditListQuery: {
            /** @description Writes with this action, for example `moved`. */
            action?: string;
            /** @description Entries of this caller, for example `user:ann@example.com`. */
            actor?: string;
            /** @description Entries from this client address. */
            address?: string;
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /**
             * @description Entries of this namespace and all below it. Only administrators may leave it out.
             * @example ai/vision
             */
            namespace?: string;
            /**
             * Format: uuid
             * @description Entries about the object with this id.
             */
            object?: string;
            /**
             * @description Entries about objects of this kind.
             * @enum {string}
             */
            objectKind?: "namespace" | "model" | "version" | "alias" | "experiment" | "checkpoint" | "dataset" | "upload" | "proposal" | "token" | "grant" | "alias_protection";
            outcome?: components["schemas"]["AuditOutcome"];
            /** @description Entries of this request. */
            requestId?: string;
            /** @description Denied attempts and reads of this operation, for example `models.get`. */
            route?: string;
            /**
             * Format: date-time
             * @description Entries at or after this time.
             * @example 2026-01-31T12:00:00.000Z
             */
            since?: string;
            /**
             * Format: uuid
             * @description Entries of the token with this id.
             */
            token?: string;
            /**
             * Format: date-time
             * @description Entries before this time.
             * @example 2026-01-31T12:00:00.000Z
             */
            until?: string;
        };
        /**
         * @description `written`: the caller changed something. `denied`: the caller lacked a permission. `read`: content was sent; the server records reads only if it is configured to.
         * @enum {string}
         */
        AuditOutcome: "written" | "denied" | "read";
        /** @description One page of a list. */
        AuditPage: {
            items: components["schemas"]["AuditEntry"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /** @description The versions that would have held the alias, in order of time. */
        Backtest: {
            champions: components["schemas"]["Champion"][];
            /** @description The number of evaluated changes. */
            facts: number;
            /** @description Whether the list of champions is incomplete. */
            truncated: boolean;
            /** @description The number of versions in the history. */
            versions: number;
        };
        BacktestRequest: {
            /**
             * @description The name of a rule of the policy. Set either `rule` or `name`.
             * @example yolo
             */
            name?: string;
            /** @description A draft of a rule. Set either `rule` or `name`. */
            rule?: components["schemas"]["LabelRule"];
        };
        /** @description A fixed bound. */
        Bound: number;
        Champion: {
            /**
             * Format: date-time
             * @description The time at which the version met the rule.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            before: string | null;
            /** @description The improvement over the previous champion. Null for the first. */
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
        /** @description A checkpoint that a training run wrote at an epoch, a step, or both. */
        Checkpoint: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description The creator. */
            createdBy: string;
            /**
             * Format: date-time
             * @description The time of deletion. The object can be restored until it is purged.
             * @example 2026-01-31T12:00:00.000Z
             */
            deletedAt: string | null;
            epoch: number | null;
            /** @description The latest value of each dataset and key. Datasets of the same namespace appear by their bare name. */
            evaluations: {
                [key: string]: {
                    [key: string]: components["schemas"]["MetricValue"];
                };
            };
            /** @description The name of the experiment. */
            experiment: string;
            /** Format: uuid */
            experimentId: string;
            fileCount: number;
            /** @description The first 100 files by path. `/files` lists all. */
            files: components["schemas"]["File"][];
            /**
             * Format: date-time
             * @description The time at which retention removed the stored files. `restore` brings them back within the grace time.
             * @example 2026-01-31T12:00:00.000Z
             */
            filesRemovedAt: string | null;
            /** @description The fields that the caller may not see: they have empty values or are absent. If `hidden` is absent, the answer is complete. */
            hidden?: string[];
            hold: components["schemas"]["Hold"] | null;
            /** Format: uuid */
            id: string;
            metadata: components["schemas"]["Metadata"];
            /** @description The latest value of each key, of points without a dataset. The highest step wins, then the latest time, then the last received point. */
            metrics: {
                [key: string]: components["schemas"]["MetricValue"];
            };
            /**
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            readyAt: string | null;
            status: components["schemas"]["Status"];
            step: number | null;
            /** @description Free words, stored as a sorted set. */
            tags: string[];
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
        };
        /** @description A checkpoint of a run. `epoch` or `step` is required. With `files` (also `[]`) or `status: ready` the checkpoint is ready at once. Otherwise it is pending until it is finalized. */
        CheckpointCreate: {
            epoch?: number | null;
            files?: components["schemas"]["TrackedFile"][];
            metadata?: components["schemas"]["Metadata"];
            metrics?: components["schemas"]["MetricsInput"];
            /**
             * @description Soft-deletes the existing checkpoint of the same epoch and step, in the same transaction.
             * @default false
             */
            replace?: boolean;
            status?: components["schemas"]["Status"];
            step?: number | null;
            /** @description Free words, stored as a sorted set. */
            tags?: string[];
        };
        /** @description One page of a list. */
        CheckpointPage: {
            items: components["schemas"]["Checkpoint"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        CheckpointsArchiveQuery: {
            /**
             * @description The format of the archive. Neither format compresses. A `tar` supports range requests, so a download can be resumed.
             * @default tar
             * @enum {string}
             */
            format?: "tar" | "zip";
            /**
             * @description How to treat tracked files, whose content the server does not have. `refuse` returns 409 if there is one; `skip` leaves them out.
             * @default refuse
             * @enum {string}
             */
            tracked?: "refuse" | "skip";
        };
        CheckpointsDecisionsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            kind?: components["schemas"]["RuleKind"];
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            outcome?: components["schemas"]["Outcome"];
            /**
             * @description Decisions of the rule with this name.
             * @example yolo
             */
            rule?: string;
        };
        CheckpointsEventsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /** @example checkpoint_write_started */
            name?: string;
        };
        CheckpointsFilesListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        CheckpointsFilesUploadQuery: {
            role?: components["schemas"]["FileRole"];
        };
        CheckpointsGetQuery: {
            /**
             * @description Includes deleted objects.
             * @default false
             */
            includeDeleted?: boolean;
        };
        CheckpointsMetricsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /** @description Only points on this dataset. */
            dataset?: string;
            fromStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            fromTime?: string;
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            key?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /** @description Limits each series to this number of points. Each bucket of the range keeps its lowest and highest value, so spikes remain visible. */
            points?: number;
            toStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            toTime?: string;
        };
        CheckpointUpdate: {
            metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description Free words, stored as a sorted set. */
            tags?: string[] | null;
        };
        /** @description The verdict of one clause of a rule. */
        ClauseVerdict: {
            /** @description `better`, `notWorse[0]`, `filter`, `files[0]`, `evaluated`, `minAge`, … */
            clause: string;
            holds: boolean;
            /** @description The facts behind the verdict. */
            inputs: {
                [key: string]: unknown;
            };
            /** @description The verdict in plain English. */
            words: string;
        };
        /**
         * @description `missing`: the version has no metric on the dataset. `stale`: the digest of the dataset has changed since the evaluation. `done`: the evaluation is current.
         * @enum {string}
         */
        Coverage: "missing" | "stale" | "done";
        /** @description A reference to data that is stored outside of ModelBox. */
        Dataset: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description The creator. */
            createdBy: string;
            /** @description An identifier of the content in any form, for example `sha256:…`. */
            digest: string | null;
            /** @description The fields that the caller may not see: they have empty values or are absent. If `hidden` is absent, the answer is complete. */
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
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
            /**
             * @description The location: `s3://…`, `gs://…`, `https://…` or any other scheme, without user info.
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
            /** @description An identifier of the content in any form, for example `sha256:…`. */
            digest?: string | null;
            metadata?: components["schemas"]["Metadata"];
            /**
             * @description A name: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example yolo
             */
            name: string;
            /**
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace: string;
            /**
             * @description The location: `s3://…`, `gs://…`, `https://…` or any other scheme, without user info.
             * @example s3://path/to/bucket/model.pt
             */
            uri?: string | null;
        };
        /** @description A dataset. A bare name belongs to the namespace of the object that mentions it; `ns/name` is absolute. The first mention creates the dataset. Without a digest, the current digest applies. */
        DatasetMention: components["schemas"]["DatasetName"] | components["schemas"]["DatasetAtDigest"];
        /** @description A dataset by name, at its current digest. */
        DatasetName: string;
        /** @description One page of a list. */
        DatasetPage: {
            items: components["schemas"]["Dataset"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        DatasetsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /** @description An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`. */
            filter?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /**
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace?: string;
            /** @description Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest first. */
            orderBy?: string;
            /**
             * @description Includes the namespaces below.
             * @default false
             */
            recursive?: boolean;
        };
        DatasetUpdate: {
            /** @description An identifier of the content in any form, for example `sha256:…`. */
            digest?: string | null;
            metadata?: components["schemas"]["MetadataPatch"] | null;
            /**
             * @description The location: `s3://…`, `gs://…`, `https://…` or any other scheme, without user info.
             * @example s3://path/to/bucket/model.pt
             */
            uri?: string | null;
        };
        /** @description A decision of a rule, with its reasons. */
        Decision: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            /** @description The trigger: a change, or the schedule. */
            cause: {
                [key: string]: unknown;
            };
            clauses: components["schemas"]["ClauseVerdict"][];
            /** @description The id. Later decisions have higher ids. */
            id: string;
            /** @description The facts behind the decision: metric values, the holder, the dataset digests. */
            inputs: {
                [key: string]: unknown;
            };
            kind: components["schemas"]["RuleKind"];
            /**
             * Format: date-time
             * @description The time of the last repetition, or `at` if there is none.
             * @example 2026-01-31T12:00:00.000Z
             */
            lastAt: string;
            /** @description The model, `ai/vision/yolo`. Null for decisions of a namespace policy. */
            model: string | null;
            outcome: components["schemas"]["Outcome"];
            policy: components["schemas"]["DecisionPolicy"];
            /** @description The number of times the rule repeated the decision with the same reasons, inputs and policy. */
            repeats: number;
            /** @description The name of the rule. */
            rule: string | null;
            subject: components["schemas"]["DecisionSubject"];
            /** @description The reason in plain English. */
            words: string;
        };
        /** @description One page of a list. */
        DecisionPage: {
            items: components["schemas"]["Decision"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /** @description The policy and its edit at the time of the decision. */
        DecisionPolicy: {
            edit: number;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "model" | "namespace";
        } | null;
        /** @description The object of the decision. For `kept`, the model or namespace in the scope of the rule. */
        DecisionSubject: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "version" | "checkpoint" | "model" | "namespace";
            name: string;
        };
        /** @description A dataset that every version must be evaluated on. */
        EvaluateRule: {
            /** @description A dataset: a bare name in the namespace of the model or experiment, or `ns/name`. It must exist. */
            dataset: string;
        };
        /** @description A required evaluation of a version on a dataset, and its state. */
        Evaluation: {
            /** @description The dataset, as the policy names it. */
            dataset: string;
            /** Format: uuid */
            datasetId: string;
            /** @description The current digest of the dataset. */
            digest: string | null;
            /** @description The digest of the dataset at the last evaluation of the version. */
            evaluatedDigest: string | null;
            /**
             * Format: date-time
             * @description The time at which the version became ready and the evaluation due.
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
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /** @description The trusted authors: rules use only their metrics and evaluations. Default: admins. */
        EvaluationsBy: {
            /** @description Trusts these callers and groups too. */
            principals?: string[];
            /** @description Trusts authors who had this role, or a higher one, in the namespace of the model when they logged. `contributor` trusts everyone who can log. */
            role?: components["schemas"]["Role"];
        };
        /** @description An event that an external system reported about an object. */
        Event: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
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
             * @description The system that reports the event.
             * @example trainer
             */
            source: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            time: string;
        };
        EventCreate: {
            metadata?: components["schemas"]["Metadata"];
            /** @example checkpoint_write_started */
            name: string;
            /**
             * @description The system that reports the event.
             * @example trainer
             */
            source: string;
            /**
             * Format: date-time
             * @description The time of the event. Default: now.
             * @example 2026-01-31T12:00:00.000Z
             */
            time?: string;
        };
        /** @description One page of a list. */
        EventPage: {
            items: components["schemas"]["Event"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /** @description A training run. */
        Experiment: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description The creator. */
            createdBy: string;
            /**
             * Format: date-time
             * @description The time of deletion. The object can be restored until it is purged.
             * @example 2026-01-31T12:00:00.000Z
             */
            deletedAt: string | null;
            /** @description The latest value of each dataset and key. Datasets of the same namespace appear by their bare name. */
            evaluations: {
                [key: string]: {
                    [key: string]: components["schemas"]["MetricValue"];
                };
            };
            /** @description The id of the run in the trainer or tracker. */
            externalId: string | null;
            /**
             * @description A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.
             * @example pytorch
             */
            framework: string | null;
            /** @description The fields that the caller may not see: they have empty values or are absent. If `hidden` is absent, the answer is complete. */
            hidden?: string[];
            /** Format: uuid */
            id: string;
            metadata: components["schemas"]["Metadata"];
            /** @description The latest value of each key, of points without a dataset. The highest step wins, then the latest time, then the last received point. */
            metrics: {
                [key: string]: components["schemas"]["MetricValue"];
            };
            /**
             * @description A name: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example yolo
             */
            name: string;
            /**
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace: string;
            /** @description The owner: an address or a team. */
            owner: string | null;
            source: components["schemas"]["ExperimentSource"];
            status: components["schemas"]["ExperimentStatus"];
            /** @description Free words, stored as a sorted set. */
            tags: string[];
            /** @description The task, for example `object_detection`. */
            task: string | null;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
        };
        ExperimentCreate: {
            /** @description The id of the run in the trainer or tracker. */
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
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace: string;
            /** @description The owner: an address or a team. */
            owner?: string | null;
            source?: components["schemas"]["ExperimentSourceInput"];
            /** @description Default: `running`. */
            status?: components["schemas"]["ExperimentStatus"];
            /** @description Free words, stored as a sorted set. */
            tags?: string[];
            /** @description The task, for example `object_detection`. */
            task?: string | null;
        };
        /** @description One page of a list. */
        ExperimentPage: {
            items: components["schemas"]["Experiment"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        ExperimentsCheckpointsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /** @description An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`. */
            filter?: string;
            /**
             * @description Includes deleted objects.
             * @default false
             */
            includeDeleted?: boolean;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /** @description Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest first. */
            orderBy?: string;
        };
        ExperimentsEventsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /** @example checkpoint_write_started */
            name?: string;
        };
        ExperimentsFilesListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        ExperimentsFilesUploadQuery: {
            role?: components["schemas"]["FileRole"];
        };
        ExperimentsGetQuery: {
            /**
             * @description Includes deleted objects.
             * @default false
             */
            includeDeleted?: boolean;
        };
        ExperimentsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /** @description An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`. */
            filter?: string;
            /**
             * @description Includes deleted objects.
             * @default false
             */
            includeDeleted?: boolean;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /**
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace?: string;
            /** @description Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest first. */
            orderBy?: string;
            /**
             * @description Includes the namespaces below.
             * @default false
             */
            recursive?: boolean;
        };
        ExperimentsMetricsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /** @description Only points on this dataset. */
            dataset?: string;
            fromStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            fromTime?: string;
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            key?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /** @description Limits each series to this number of points. Each bucket of the range keeps its lowest and highest value, so spikes remain visible. */
            points?: number;
            toStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            toTime?: string;
        };
        /** @description The checkpoint from which the run started. Null if the caller may not see it. */
        ExperimentSource: {
            /** Format: uuid */
            checkpoint: string;
        } | null;
        /** @description The checkpoint from which the run starts. It may belong to another experiment. */
        ExperimentSourceInput: {
            /**
             * Format: uuid
             * @description The id of a checkpoint.
             */
            checkpoint: string;
        } | null;
        /** @enum {string} */
        ExperimentStatus: "running" | "finished" | "failed" | "aborted";
        ExperimentUpdate: {
            /** @description The id of the run in the trainer or tracker. */
            externalId?: string | null;
            /**
             * @description A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.
             * @example pytorch
             */
            framework?: string | null;
            metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description The owner: an address or a team. */
            owner?: string | null;
            status?: components["schemas"]["ExperimentStatus"];
            /** @description Free words, stored as a sorted set. */
            tags?: string[] | null;
            /** @description The task, for example `object_detection`. */
            task?: string | null;
        };
        /** @description The reasons why a version holds or does not hold an alias now. */
        Explanation: {
            /**
             * @description A name that at most one version of a model holds: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example prod
             */
            alias: string;
            /** @description The reason why the version holds or does not hold the alias, in plain English. */
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
            /** @description The last decision of the rule about this version. */
            lastDecision: components["schemas"]["Decision"] | null;
            outcome: components["schemas"]["Outcome"];
            /** @description The rule that assigns the alias. Null if there is none. */
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
            /** @description The accepted values. */
            expected?: string[];
            /**
             * @description The part of the request with the field.
             * @enum {string}
             */
            in: "body" | "query" | "path" | "header";
            /** @description The problem and the allowed values. */
            message: string;
            /** @description JSON pointer (RFC 6901) to the field within that part. */
            pointer: string;
            /** @description In a filter or order, the offset of the error. */
            position?: number;
        };
        /** @description A file of an object. */
        File: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            mediaType: string | null;
            /**
             * @description A relative path of names joined by `/`, without empty names, `.`, `..`, backslashes or control characters.
             * @example weights/model.onnx
             */
            path: string;
            role: components["schemas"]["FileRole"];
            /** @description SHA-256 as 64 lower-case hex digits. */
            sha256: string | null;
            sizeBytes: number | null;
            /**
             * @description `tracked`: the content is at `uri` and not checked. `verifying`: all parts are stored and checked; the server still computes the SHA-256 of the whole. `verified`: stored, with a SHA-256 that the server computed. `rejected`: the content did not match the announced SHA-256. `corrupt`: the stored content was found damaged or missing. Only verified files can be downloaded.
             * @enum {string}
             */
            state: "tracked" | "verifying" | "verified" | "rejected" | "corrupt";
            /**
             * @description The location of a tracked file. Null for a stored file.
             * @example s3://path/to/bucket/model.pt
             */
            uri: string | null;
        };
        /** @description The files that the request named. */
        FileList: {
            /** @description The fields that the caller may not see: they have empty values or are absent. If `hidden` is absent, the answer is complete. */
            hidden?: string[];
            items: components["schemas"]["File"][];
        };
        /** @description One page of a list. */
        FilePage: {
            items: components["schemas"]["File"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /**
         * @description The role of the file.
         * @enum {string}
         */
        FileRole: "model" | "checkpoint" | "dataset" | "text" | "image" | "audio" | "video" | "other";
        /** @description A file to create from stored content, named by its SHA-256. */
        FileToAttach: {
            mediaType?: string;
            /**
             * @description A relative path of names joined by `/`, without empty names, `.`, `..`, backslashes or control characters.
             * @example weights/model.onnx
             */
            path: string;
            role?: components["schemas"]["FileRole"];
            /** @description SHA-256 as 64 lower-case hex digits. */
            sha256: string;
        };
        FileToTrack: {
            /**
             * @description A relative path of names joined by `/`, without empty names, `.`, `..`, backslashes or control characters.
             * @example weights/model.onnx
             */
            path?: string;
            role?: components["schemas"]["FileRole"];
            /** @description SHA-256 as 64 lower-case hex digits. */
            sha256?: string | null;
            sizeBytes?: number | null;
            /**
             * @description The location: `s3://…`, `gs://…`, `https://…` or any other scheme, without user info.
             * @example s3://path/to/bucket/model.pt
             */
            uri: string;
        };
        /**
         * @description The location of the file. The last segment becomes its path.
         * @example s3://path/to/bucket/model.pt
         */
        FileUri: string;
        FiniteNumber: number;
        /** @description The consent: the digest, the admin and the time. */
        GivenConsent: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            by: string;
            digest: string;
            rule: string;
        } | null;
        /** @description A role of a principal on a namespace and everything below it. */
        Grant: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            createdBy: string;
            /** @description Whether the grant belongs to a parent namespace. */
            inherited: boolean;
            /**
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace: string;
            /**
             * @description A user, service or group: `user:…`, `service:…` or `group:…`.
             * @example user:ann@example.com
             * @example service:trainer
             */
            principal: string;
            role: components["schemas"]["Role"];
        };
        /** @description One page of a list. */
        GrantPage: {
            items: components["schemas"]["Grant"][];
            /** @description The cursor of the next page. Null on the last page. */
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
        /** @description A hold: retention never removes the object. */
        Hold: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            at: string;
            by: string;
            reason: string;
        };
        HoldPut: {
            /** @description The reason for the hold. */
            reason: string;
        };
        /** @description Exactly one of `best` (with `metric`, `direction` and optionally `dataset` and `per`), `latest` (optionally with `per`), `everyEpoch`, `youngerThan` and `filter`. */
        KeepClause: {
            /** @description Keeps this number of the best objects, by `metric`. */
            best?: number;
            /** @description A dataset: a bare name in the namespace of the model or experiment, or `ns/name`. It must exist. */
            dataset?: string;
            direction?: components["schemas"]["MetricDirection"];
            /** @description Keeps each epoch that is a multiple of this number. */
            everyEpoch?: number;
            /** @description An expression in the filter language. */
            filter?: string;
            /** @description Keeps this number of the latest objects. */
            latest?: number;
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            metric?: string;
            /** @description Whether the number applies to each experiment or to all together. Default: `experiment` for checkpoints, `all` for versions. */
            per?: components["schemas"]["PolicyScope"];
            /**
             * @description An ISO 8601 duration of weeks, days, hours, minutes and seconds: `P7D`, `PT12H`.
             * @example P7D
             */
            youngerThan?: string;
        };
        /** @description Assigns an alias or a tag to the version that beats the others and passes all clauses. */
        LabelRule: {
            /**
             * @description The alias that the rule assigns. Set either `alias` or `tag`.
             * @example prod
             */
            alias?: string;
            /** @description A dataset: a bare name in the namespace of the model or experiment, or `ns/name`. It must exist. */
            dataset?: string;
            direction: components["schemas"]["MetricDirection"];
            /**
             * @description Whether the version must be evaluated on all datasets that the policy lists in `evaluate`.
             * @default true
             */
            evaluated?: boolean;
            files?: components["schemas"]["RequiredFile"][];
            /** @description An expression in the filter language. */
            filter?: string;
            /** @description The minimum improvement, which must be exceeded. Default: any improvement. */
            margin?: components["schemas"]["PolicyAmount"];
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            metric: string;
            /**
             * @description The minimum time since the version became ready.
             * @example P7D
             */
            minAge?: string;
            /**
             * @description `auto`: the rule acts itself. `propose`: the rule proposes, and a person decides.
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
             * @description The value to beat: that of the alias holder, of any other version, or a fixed bound.
             * @default holder
             */
            than?: components["schemas"]["Opponent"] | components["schemas"]["Bound"];
        };
        /** @description The origins and the descendants of a version. */
        Lineage: {
            edges: components["schemas"]["LineageEdge"][];
            nodes: components["schemas"]["LineageNode"][];
            /** @description Whether the graph was cut because it is too large for the answer. */
            truncated: boolean;
        };
        LineageEdge: {
            /** @description The digest of the dataset at the time of use. */
            digest: string | null;
            /**
             * Format: uuid
             * @description The id of the object that was used.
             */
            from: string;
            /** @enum {string} */
            relation: "trained_on" | "evaluated_on" | "promoted_from" | "written_by" | "trained_by" | "based_on";
            /**
             * Format: uuid
             * @description The id of the object that resulted.
             */
            to: string;
        };
        LineageNode: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            deletedAt: string | null;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "version" | "checkpoint" | "experiment" | "dataset";
            /** @description The name: `ai/vision/yolo:v1`, `ai/vision/run-7` or `ai/vision/coco-val`. For a checkpoint, its run with epoch and step. */
            name: string;
        };
        LoggedPoint: {
            dataset: string | null;
            /** @description The digest of the dataset at the measurement. */
            digest: string | null;
            key: string;
            step: number | null;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            time: string | null;
            value: components["schemas"]["MetricValue"];
        };
        /** @description One page of a list. */
        LoggedPointPage: {
            items: components["schemas"]["LoggedPoint"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        LogMetrics: {
            metrics: components["schemas"]["MetricPoint"][];
        };
        /** @description Any JSON object, at most 64 KiB. */
        Metadata: {
            [key: string]: unknown;
        };
        /** @description A JSON merge patch (RFC 7396): members replace, `null` removes, objects merge. */
        MetadataPatch: {
            [key: string]: unknown;
        };
        /**
         * @description Whether higher or lower values are better.
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
             * @description RFC 3339, to the microsecond. The time is part of the identity of the point.
             */
            time?: string | null;
            value: components["schemas"]["MetricValue"];
        };
        MetricPoints: components["schemas"]["MetricPoint"][];
        MetricsInput: components["schemas"]["MetricValues"] | components["schemas"]["MetricPoints"];
        /** @description The latest values after the write. */
        MetricSummary: {
            /** @description The latest value of each dataset and key. Datasets of the same namespace appear by their bare name. */
            evaluations: {
                [key: string]: {
                    [key: string]: components["schemas"]["MetricValue"];
                };
            };
            /** @description The fields that the caller may not see: they have empty values or are absent. If `hidden` is absent, the answer is complete. */
            hidden?: string[];
            /** @description The latest value of each key, of points without a dataset. The highest step wins, then the latest time, then the last received point. */
            metrics: {
                [key: string]: components["schemas"]["MetricValue"];
            };
        };
        /** @description A double. NaN and the infinities, which JSON lacks, are strings. */
        MetricValue: components["schemas"]["FiniteNumber"] | components["schemas"]["NonFiniteNumber"];
        /** @description Values by key. */
        MetricValues: {
            [key: string]: components["schemas"]["MetricValue"];
        };
        /** @description A model: a task to solve, with everything that its versions share. */
        Model: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description The creator. */
            createdBy: string;
            /**
             * Format: date-time
             * @description The time of deletion. The object can be restored until it is purged.
             * @example 2026-01-31T12:00:00.000Z
             */
            deletedAt: string | null;
            /** @description A description for people. */
            description: string | null;
            /** @description The latest value of each dataset and key. Datasets of the same namespace appear by their bare name. */
            evaluations: {
                [key: string]: {
                    [key: string]: components["schemas"]["MetricValue"];
                };
            };
            /** @description The fields that the caller may not see: they have empty values or are absent. If `hidden` is absent, the answer is complete. */
            hidden?: string[];
            /** Format: uuid */
            id: string;
            metadata: components["schemas"]["Metadata"];
            /** @description The latest value of each key, of points without a dataset. The highest step wins, then the latest time, then the last received point. */
            metrics: {
                [key: string]: components["schemas"]["MetricValue"];
            };
            /**
             * @description A name: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example yolo
             */
            name: string;
            /**
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace: string;
            /** @description The owner: an address or a team. */
            owner: string | null;
            /** @description Free words, stored as a sorted set. */
            tags: string[];
            /** @description The task, for example `object_detection`. */
            task: string | null;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
        };
        ModelCreate: {
            /** @description A description for people. */
            description?: string | null;
            metadata?: components["schemas"]["Metadata"];
            /**
             * @description A name: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example yolo
             */
            name: string;
            /**
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace: string;
            /** @description The owner: an address or a team. */
            owner?: string | null;
            /** @description Free words, stored as a sorted set. */
            tags?: string[];
            /** @description The task, for example `object_detection`. */
            task?: string | null;
        };
        /** @description One page of a list. */
        ModelPage: {
            items: components["schemas"]["Model"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        ModelsAliasesDeleteQuery: {
            /** @description The version that must hold the alias now. Otherwise 412. */
            expect?: string;
        };
        ModelsAliasesHistoryQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        ModelsAliasesListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        ModelsDecisionsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            kind?: components["schemas"]["RuleKind"];
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            outcome?: components["schemas"]["Outcome"];
            /**
             * @description Decisions of the rule with this name.
             * @example yolo
             */
            rule?: string;
            /** @description Decisions about this version. */
            version?: string;
        };
        ModelsEvaluationsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /** @description The dataset, as the policy names it. */
            dataset?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /**
             * @description Filters by state. `owed` includes `missing` and `stale`.
             * @default owed
             * @enum {string}
             */
            state?: "owed" | "missing" | "stale" | "done" | "all";
        };
        ModelsEventsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /** @example checkpoint_write_started */
            name?: string;
        };
        ModelsFilesListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        ModelsFilesUploadQuery: {
            role?: components["schemas"]["FileRole"];
        };
        ModelsGetQuery: {
            /**
             * @description Includes deleted objects.
             * @default false
             */
            includeDeleted?: boolean;
        };
        ModelsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /** @description An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`. */
            filter?: string;
            /**
             * @description Includes deleted objects.
             * @default false
             */
            includeDeleted?: boolean;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /**
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace?: string;
            /** @description Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest first. */
            orderBy?: string;
            /**
             * @description Includes the namespaces below.
             * @default false
             */
            recursive?: boolean;
        };
        ModelsMetricsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /** @description Only points on this dataset. */
            dataset?: string;
            fromStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            fromTime?: string;
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            key?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /** @description Limits each series to this number of points. Each bucket of the range keeps its lowest and highest value, so spikes remain visible. */
            points?: number;
            toStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            toTime?: string;
        };
        ModelsPolicyHistoryQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        ModelsPolicyPreviewQuery: {
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        ModelsProposalsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            state?: components["schemas"]["ProposalState"];
        };
        ModelsProtectedAliasesListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        ModelsProtectedAliasesRulesListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        ModelsVersionsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /** @description An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`. */
            filter?: string;
            /**
             * @description Includes deleted objects.
             * @default false
             */
            includeDeleted?: boolean;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /** @description Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest first. */
            orderBy?: string;
        };
        ModelUpdate: {
            /** @description A description for people. */
            description?: string | null;
            metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description The owner: an address or a team. */
            owner?: string | null;
            /** @description Free words, stored as a sorted set. */
            tags?: string[] | null;
            /** @description The task, for example `object_detection`. */
            task?: string | null;
        };
        /** @description A path that organizes the models and experiments of a team. Created on first use. */
        Namespace: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description The creator. */
            createdBy: string;
            /** @description A description for people. */
            description: string | null;
            /** @description The fields that the caller may not see: they have empty values or are absent. If `hidden` is absent, the answer is complete. */
            hidden?: string[];
            /** Format: uuid */
            id: string;
            metadata: components["schemas"]["Metadata"];
            /**
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            path: string;
            /** @description The storage quota in bytes for the namespace and all below it. Null: unlimited. */
            quotaBytes: number | null;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
        };
        /** @description One page of a list. */
        NamespacePage: {
            items: components["schemas"]["Namespace"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        NamespacesDecisionsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            kind?: components["schemas"]["RuleKind"];
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            outcome?: components["schemas"]["Outcome"];
            /**
             * @description Decisions of the rule with this name.
             * @example yolo
             */
            rule?: string;
        };
        NamespacesGrantsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        NamespacesListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /** @description An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`. */
            filter?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /** @description Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest first. */
            orderBy?: string;
            /**
             * @description Only namespaces below this one.
             * @example ai/vision
             */
            under?: string;
        };
        NamespacesPolicyHistoryQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        NamespacesPolicyPreviewQuery: {
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        NamespacesProtectedAliasesListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        NamespacesProtectedAliasesRulesListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        NamespaceUpdate: {
            /** @description A description for people. */
            description?: string | null;
            metadata?: components["schemas"]["MetadataPatch"] | null;
            quotaBytes?: number | null;
        };
        /** @description The storage use of a namespace and all below it. Files of deleted objects count until they are purged. Tracked files do not count. */
        NamespaceUsage: {
            contents: number;
            files: number;
            /**
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace: string;
            quotaBytes: number | null;
            /** @description Bytes that open uploads have reserved. */
            uploadingBytes: number;
            /** @description Stored bytes. Content shared by several files counts once. */
            usedBytes: number;
        };
        NewToken: {
            administrator: boolean;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            createdBy: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string | null;
            /** Format: uuid */
            id: string;
            /**
             * Format: date-time
             * @description The last use, to the minute.
             * @example 2026-01-31T12:00:00.000Z
             */
            lastUsedAt: string | null;
            name: string;
            /** @description The token works only in these namespaces and below them, within the rights of its principal. Null: in all. */
            namespaces: string[] | null;
            /** @description The token works only from these addresses and networks. Null: from any address. */
            networks: string[] | null;
            /**
             * Format: uuid
             * @description The token that created this one. This token expires no later than that one, and is revoked with it. Null: created by an OIDC sign-in, the bootstrap token or the local user.
             */
            parentId: string | null;
            /** @description The token has only these permissions, within the rights of its principal. Null: all of them. */
            permissions: components["schemas"]["Permission"][] | null;
            /**
             * @description A user, service or group: `user:…`, `service:…` or `group:…`.
             * @example user:ann@example.com
             * @example service:trainer
             */
            principal: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            revokedAt: string | null;
            /** @description The secret. Only this answer shows it; the server stores only its hash. */
            token: string;
        };
        /** @enum {string} */
        NonFiniteNumber: "NaN" | "Infinity" | "-Infinity";
        /** @description A metric in which the version must not be worse than the holder. */
        NotWorse: {
            /** @description A dataset: a bare name in the namespace of the model or experiment, or `ns/name`. It must exist. */
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
         * @description `moved`, `tagged`, `proposed`, `promoted`, `removed`: the action was done. `holds`: the version has the alias or tag already. `no`: a clause fails. `kept`: clauses of `keep` name something that no object in scope has, so the rule keeps everything. `skipped`: the object became protected meanwhile. `refused`: the action was due, but failed. `suspended`: the action was due, but the author of the rule may no longer do it, or no admin has allowed the rule to move a protected alias.
         * @enum {string}
         */
        Outcome: "moved" | "tagged" | "proposed" | "holds" | "promoted" | "removed" | "kept" | "skipped" | "refused" | "suspended" | "no";
        PartsToSign: {
            parts: components["schemas"]["PartToSign"][];
        };
        PartToSign: {
            /** @description The number of the part, from 1. */
            part: number;
            /** @description SHA-256 as 64 lower-case hex digits. */
            sha256: string;
        };
        /** @enum {string} */
        Permission: "namespace.read" | "namespace.write" | "namespace.delete" | "namespace.quota" | "model.read" | "model.create" | "model.write" | "model.delete" | "version.read" | "version.create" | "version.write" | "version.delete" | "alias.move" | "alias.protect" | "experiment.read" | "experiment.create" | "experiment.write" | "experiment.delete" | "checkpoint.read" | "checkpoint.create" | "checkpoint.write" | "checkpoint.delete" | "dataset.read" | "dataset.create" | "dataset.write" | "file.read" | "file.write" | "metric.read" | "metric.write" | "event.read" | "event.write" | "policy.read" | "policy.write" | "proposal.decide" | "hold.write" | "grant.read" | "grant.write" | "audit.read";
        /** @description The sections of this policy, and the sections that apply here. */
        Policy: {
            /** @description The number of the latest edit. 0: the policy was never edited. */
            edit: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            editedAt: string | null;
            editedBy: string | null;
            /** @description The sections that apply here: each from the nearest policy that has it. */
            effective: components["schemas"]["PolicyDocument"];
            evaluate?: components["schemas"]["EvaluateRule"][];
            /** @description The fields that the caller may not see: they have empty values or are absent. If `hidden` is absent, the answer is complete. */
            hidden?: string[];
            label?: components["schemas"]["LabelRule"][];
            promote?: components["schemas"]["PromoteRule"][];
            retain?: components["schemas"]["Retain"];
            sources: components["schemas"]["PolicySources"];
            /**
             * @description Only in a namespace policy: a running experiment without activity for this time is aborted.
             * @example P7D
             */
            staleAfter?: string;
            /** @description Labelling rules of `effective` that must not move their protected alias until an admin allows it. */
            waiting?: components["schemas"]["WaitingRule"][];
            /** @description Clauses that no object matches now. For a model, in all of `effective`; for a namespace, in its own sections. */
            warnings?: components["schemas"]["PolicyWarning"][];
        };
        /** @description An amount: either `abs` or `rel`. */
        PolicyAmount: {
            /** @description An absolute amount, in the unit of the metric. */
            abs?: number;
            /** @description A relative amount, as a fraction of the other value. */
            rel?: number;
        };
        /** @description Rules that the server applies to models and experiments. For each section the nearest policy applies: that of the model, then those of its namespaces, from the innermost. Without a policy, nothing is labelled, promoted or removed. */
        PolicyDocument: {
            evaluate?: components["schemas"]["EvaluateRule"][];
            label?: components["schemas"]["LabelRule"][];
            promote?: components["schemas"]["PromoteRule"][];
            retain?: components["schemas"]["Retain"];
            /**
             * @description Only in a namespace policy: a running experiment without activity for this time is aborted.
             * @example P7D
             */
            staleAfter?: string;
        };
        /** @description An edit of a policy, with the complete policy after it. */
        PolicyEdit: {
            actor: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
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
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /** @description The effects that a policy would have now. The preview changes nothing. */
        PolicyPreview: {
            label: components["schemas"]["PreviewedLabel"][];
            promote: components["schemas"]["PreviewedPromotion"][];
            retain: components["schemas"]["RetentionPreview"];
            /** @description Suspended sections, whose author lacks a permission now. A draft has no author yet. */
            suspended?: components["schemas"]["SuspendedSection"][];
            truncated?: components["schemas"]["TruncatedPreview"];
            /** @description Values of the newest versions that rules for protected aliases ignore, at most `limit` per metric. */
            untrusted?: components["schemas"]["UntrustedValue"][];
            /** @description Labelling rules that must not move their protected alias until an admin allows it. Includes rules of a draft. */
            waiting?: components["schemas"]["WaitingRule"][];
            /** @description Clauses that no object matches now. */
            warnings?: components["schemas"]["PolicyWarning"][];
        };
        /** @enum {string} */
        PolicyScope: "experiment" | "all";
        /** @description The policy that a section comes from. */
        PolicySource: {
            /** @description The author, whose rights limit the section. Null: no author is recorded (an open server, or an edit before authors were recorded), so no rights limit it. */
            author?: string | null;
            /** @description The number of the edit of its policy. */
            edit: number;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "model" | "namespace";
            /** @description The model or namespace: `ai/vision/yolo` or `ai/vision`. */
            name: string;
            /** @description The reason why the section is suspended: its author lacks a permission now. */
            suspended?: string;
        };
        /** @description The source of each section of `effective`. */
        PolicySources: {
            evaluate?: components["schemas"]["PolicySource"];
            label?: components["schemas"]["PolicySource"];
            promote?: components["schemas"]["PolicySource"];
            retainCheckpoints?: components["schemas"]["PolicySource"];
            retainVersions?: components["schemas"]["PolicySource"];
            staleAfter?: components["schemas"]["PolicySource"];
        };
        /** @description A policy clause that no object matches now, for example because of a typing error. */
        PolicyWarning: {
            code: components["schemas"]["PolicyWarningCode"];
            /** @description The missing fact, and its effect on the clause. */
            message: string;
            /** @description A JSON pointer (RFC 6901) into `effective`, or into the previewed policy. */
            pointer: string;
        };
        /**
         * @description `unknown_metric`, `unknown_metadata`, `unknown_value`, `no_epoch`: no object in scope has the metric (on the dataset), the metadata key, the tag, alias or text, or an epoch. `no_match`: no object passes the filter. `not_evaluated`: no version was evaluated on the dataset. `not_checked`: the check took too long; the preview repeats it.
         * @enum {string}
         */
        PolicyWarningCode: "unknown_metric" | "unknown_metadata" | "unknown_value" | "no_epoch" | "no_match" | "not_evaluated" | "not_checked";
        /** @description The verdict of a labelling rule now. */
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
        /** @description The retention verdict about an object, and the reasons. */
        PreviewedObject: {
            /** @description The bytes of its stored files. */
            bytes: number;
            /** Format: uuid */
            id: string;
            /** @description The clauses that keep the object, by position: `keep[0]`. */
            keptBy: string[];
            /** @enum {string} */
            kind: "version" | "checkpoint";
            /** @description The name: `v7`, or for a checkpoint its experiment with epoch and step. */
            name: string;
            protectedBy: components["schemas"]["Protection"][];
            remove: boolean;
            /** @description The number of stored files. `remove: "files"` changes nothing on an object without stored files. */
            storedFiles: number;
            /** @description The clauses of `keptBy` that cannot decide. No object in their scope has the required fact, so they keep everything. */
            undecided: components["schemas"]["UndecidedClause"][];
            words: string;
        };
        /** @description The verdict of a promotion rule now. */
        PreviewedPromotion: {
            /** Format: uuid */
            checkpoint: string;
            experiment: string;
            /** @enum {string} */
            outcome: "promoted" | "refused";
            rule: string | null;
            /** @description The name of the resulting version. */
            version: string | null;
            words: string;
        };
        PreviewRequest: {
            /** @description A draft of a policy. Absent: the current policy. */
            policy?: components["schemas"]["PolicyDocument"];
        };
        /** @description Problem details (RFC 9457). */
        Problem: {
            /** @description The conflicting aliases. */
            aliases?: string[];
            /** @enum {string} */
            code: "malformed" | "unauthenticated" | "forbidden" | "forbidden_host" | "not_found" | "no_such_route" | "conflict" | "exists" | "deleted" | "limit_reached" | "name_retired" | "holds_alias" | "not_empty" | "not_ready" | "files_frozen" | "file_is_tracked" | "file_not_verified" | "files_pending" | "upload_closed" | "parts_missing" | "no_direct_upload" | "file_corrupt" | "no_previous" | "replay_unavailable" | "stale" | "too_large" | "quota_exceeded" | "unsupported_media_type" | "range_not_satisfiable" | "invalid" | "immutable" | "checksum_mismatch" | "idempotency_key_reused" | "query_too_expensive" | "rate_limited" | "internal" | "upload_unsettled" | "unavailable" | "storage_full" | "storage_read_only";
            /** @description A description of this occurrence for people. */
            detail: string;
            errors?: components["schemas"]["FieldError"][];
            /** @description The id of the conflicting object. */
            id?: string;
            requestId: string;
            status: number;
            title: string;
            /** @description A URI that identifies the type of error. */
            type: string;
            /** @description The location of a tracked file. */
            uri?: string;
        };
        /** @description Promotes the best checkpoint of experiments to a version of the model. */
        PromoteRule: {
            /**
             * @description `once`: promote as soon as a checkpoint is the best. `finish`: promote when the experiment has finished.
             * @default finish
             * @enum {string}
             */
            at?: "once" | "finish";
            /** @description A dataset: a bare name in the namespace of the model or experiment, or `ns/name`. It must exist. */
            dataset?: string;
            direction: components["schemas"]["MetricDirection"];
            /** @description A filter for the experiments in the namespace of the model and below. Default: all. */
            experiments?: string;
            /** @description A filter that the checkpoint must pass. */
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
             * @description `experiment`: the best checkpoint of each experiment. `all`: the best of all experiments.
             * @default experiment
             */
            per?: components["schemas"]["PolicyScope"];
            /**
             * @description A template for the name of the version, with the placeholders `{experiment}`, `{epoch}`, `{step}` and `{model}`.
             * @example {experiment}-e{epoch}
             */
            version: string;
        };
        /** @description The version to create from the checkpoint. It shares the files of the checkpoint (no content is copied), starts with its latest metrics and evaluations, and is ready at once. Metadata and tags come from this request. */
        Promotion: {
            aliases?: string[];
            datasets?: components["schemas"]["DatasetMention"][];
            /** @description A description for people. */
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
            /** @description A title for people. It need not be unique. */
            name?: string | null;
            /** @description Free words, stored as a sorted set. */
            tags?: string[];
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            version: string;
        };
        /** @description An action that a rule proposes, for a person to decide. */
        Proposal: {
            /**
             * @description A name that at most one version of a model holds: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example prod
             */
            alias: string | null;
            /** @description For an alias protected by `proposal`, its approvals in order of time. New facts about the version withdraw them. */
            approvals: components["schemas"]["Approval"][];
            /** @description The required number of approvers. */
            approvalsNeeded: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            decidedAt: string | null;
            decidedBy: string | null;
            decisionId: string;
            /** @description The fields that the caller may not see: they have empty values or are absent. If `hidden` is absent, the answer is complete. */
            hidden?: string[];
            /**
             * @description The holder of the alias at the time of the proposal.
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
            /** @description A free word, stored in Unicode NFC. Any number of objects can have the same tag. */
            tag: string | null;
            /**
             * @description The version's name under its model, any name the user likes: 1 to 128 characters, none of `/ @ : \` or control characters, not `.` or `..`, not shaped like a UUID.
             * @example v1
             * @example 2.3.0-rc1
             */
            version: string;
            /** Format: uuid */
            versionId: string;
            /** @description The reason for the proposal. */
            words: string;
        };
        ProposalDecision: {
            /** @description The reason. It is stored with the proposal. */
            reason?: string | null;
        };
        /** @description One page of a list. */
        ProposalPage: {
            items: components["schemas"]["Proposal"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /**
         * @description `superseded`: the rule has proposed another version since, or this version no longer passes the rule.
         * @enum {string}
         */
        ProposalState: "open" | "approved" | "rejected" | "superseded";
        /**
         * @description The reason why no rule may remove the object: it holds an alias, held one before, is on hold, is the source of a version that is not purged, is the newest ready checkpoint of a running experiment, is not ready, or was restored by a person since the last edit of the policy.
         * @enum {string}
         */
        Protection: "alias" | "previousHolder" | "hold" | "lineage" | "newestOfRunning" | "pending" | "restored";
        /** @description The readiness of the server and its parts. */
        Readiness: {
            checks: {
                blobs: {
                    detail?: string;
                    ok: boolean;
                    /**
                     * @description In `full` and `read_only`, the server is ready and stored files can be read, but uploads return 503.
                     * @enum {string}
                     */
                    state: "ok" | "full" | "read_only" | "unavailable";
                };
                /** @description If not ok, the server makes no decision that depends on age. It is ready nevertheless. */
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
        /** @description A required file, by either role or path. */
        RequiredFile: {
            /**
             * @description A relative path of names joined by `/`, without empty names, `.`, `..`, backslashes or control characters.
             * @example weights/model.onnx
             */
            path?: string;
            role?: components["schemas"]["FileRole"];
        };
        /** @description The version that a reference resolves to now. */
        Resolution: {
            /** @description All files, by path. */
            files: components["schemas"]["ResolvedFile"][];
            /** @description The fields that the caller may not see: they have empty values or are absent. If `hidden` is absent, the answer is complete. */
            hidden?: string[];
            /** @description The canonical reference, `ai/vision/yolo:v1`. */
            reference: string;
            version: components["schemas"]["Version"];
        };
        ResolvedFile: {
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            mediaType: string | null;
            /**
             * @description A relative path of names joined by `/`, without empty names, `.`, `..`, backslashes or control characters.
             * @example weights/model.onnx
             */
            path: string;
            role: components["schemas"]["FileRole"];
            /** @description SHA-256 as 64 lower-case hex digits. */
            sha256: string | null;
            sizeBytes: number | null;
            /**
             * @description `tracked`: the content is at `uri` and not checked. `verifying`: all parts are stored and checked; the server still computes the SHA-256 of the whole. `verified`: stored, with a SHA-256 that the server computed. `rejected`: the content did not match the announced SHA-256. `corrupt`: the stored content was found damaged or missing. Only verified files can be downloaded.
             * @enum {string}
             */
            state: "tracked" | "verifying" | "verified" | "rejected" | "corrupt";
            /**
             * @description The location of a tracked file. Null for a stored file.
             * @example s3://path/to/bucket/model.pt
             */
            uri: string | null;
            /** @description The location of the content: the download path on this server, or the `uri` of a tracked file. */
            url: string;
        };
        Retain: {
            /** @description Only in a namespace policy: the retention of the checkpoints of its experiments. */
            checkpoints?: components["schemas"]["RetainRule"];
            versions?: components["schemas"]["RetainRule"];
        };
        RetainRule: {
            /**
             * @description The time in which removed files and objects can be restored.
             * @default P7D
             * @example P7D
             */
            grace?: string;
            /** @description Clauses. An object that any clause keeps is not removed. */
            keep: components["schemas"]["KeepClause"][];
            /**
             * @description Whether to remove the files of all other objects, or the objects themselves.
             * @enum {string}
             */
            remove: "files" | "object";
        };
        RetentionPreview: {
            /** @description Bytes that would become free after the grace time, counting only what the caller may see: content without other references. */
            freedBytes: number;
            /** @description The objects to remove, oldest first. */
            items: components["schemas"]["PreviewedObject"][];
            /** @description The number of objects that would be removed or lose their files. */
            removed: number;
            seen: number;
            /** @description Whether the list is incomplete, because of `limit` or the size of the page. */
            truncated: boolean;
        };
        /**
         * @description `viewer` reads and downloads. `contributor` adds experiments, checkpoints, metrics and versions. `maintainer` moves aliases, sets policies and holds, deletes, and decides proposals. `admin` manages grants. Each role includes the roles before it.
         * @enum {string}
         */
        Role: "viewer" | "contributor" | "maintainer" | "admin";
        /** @description A labelling rule for a protected alias, and whether the rule may move it. */
        RuleConsent: {
            allowed: components["schemas"]["GivenConsent"];
            /** @description The SHA-256 of everything that the rule decides by. To allow the rule, send the digest that you reviewed. */
            digest: string | null;
            /** @description The datasets on which the rule demands evaluations. */
            evaluate: string[];
            policy: components["schemas"]["RuleOwner"];
            /** @description The current rule, with the full names of its datasets. */
            rule: components["schemas"]["LabelRule"] | null;
            state: components["schemas"]["RuleConsentState"];
            /** @description The state in plain English. */
            words: string;
        };
        /** @description One page of a list. */
        RuleConsentPage: {
            items: components["schemas"]["RuleConsent"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        RuleConsentPut: {
            /** @description The digest of the rule that you reviewed. */
            digest: string;
        };
        /**
         * @description `allowed`: the rule may move the alias. `waits`: no admin has allowed it. `changed`: the rule has changed since it was allowed. `gone`: the policy no longer has the allowed rule.
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
        /** @description A signed request that sends one part to the store. */
        SignedPart: {
            /**
             * Format: date-time
             * @description The expiry of the signature. Afterwards, sign the part again.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string;
            /** @description The headers, to send unchanged. */
            headers: {
                [key: string]: string;
            };
            /** @constant */
            method: "PUT";
            /** @description The number of the part, from 1. */
            part: number;
            /** @description The signed URL. Anyone who has it can send this content, and no other. */
            url: string;
        };
        SignedParts: {
            items: components["schemas"]["SignedPart"][];
        };
        /** @description The origin of the version, as far as the caller may see it. */
        Source: {
            /** Format: uuid */
            checkpoint?: string;
            /** @description `ai/vision/run-7` */
            experiment?: string;
            /** @description `ai/vision/yolo:v1` */
            version?: string;
        };
        /** @description The origin of the version. */
        SourceInput: {
            /**
             * Format: uuid
             * @description The id of a checkpoint.
             */
            checkpoint?: string;
            /** @description An experiment: its id, or its namespace and name, `ai/vision/run-7` (percent-encoded in a path). */
            experiment?: string;
            /** @description A version: its id, or a reference such as `ai/vision/yolo@prod` or `ai/vision/yolo:v1` (percent-encoded in a path). In a body for a known model, the bare name of the version is enough. */
            version?: string;
        };
        /**
         * @description `latest`, `resolve` and aliases use only `ready` objects. The file set of a `ready` object is immutable.
         * @enum {string}
         */
        Status: "pending" | "ready";
        SuspendedSection: {
            /** @description The name of the section, as in `sources` of a policy. */
            section: string;
            words: string;
        };
        /** @description Credentials of a user or service. The secret is not included. */
        Token: {
            administrator: boolean;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            createdBy: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string | null;
            /** Format: uuid */
            id: string;
            /**
             * Format: date-time
             * @description The last use, to the minute.
             * @example 2026-01-31T12:00:00.000Z
             */
            lastUsedAt: string | null;
            name: string;
            /** @description The token works only in these namespaces and below them, within the rights of its principal. Null: in all. */
            namespaces: string[] | null;
            /** @description The token works only from these addresses and networks. Null: from any address. */
            networks: string[] | null;
            /**
             * Format: uuid
             * @description The token that created this one. This token expires no later than that one, and is revoked with it. Null: created by an OIDC sign-in, the bootstrap token or the local user.
             */
            parentId: string | null;
            /** @description The token has only these permissions, within the rights of its principal. Null: all of them. */
            permissions: components["schemas"]["Permission"][] | null;
            /**
             * @description A user, service or group: `user:…`, `service:…` or `group:…`.
             * @example user:ann@example.com
             * @example service:trainer
             */
            principal: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            revokedAt: string | null;
        };
        TokenCreate: {
            /**
             * @description Gives all permissions on the server. Only administrators may set it.
             * @default false
             */
            administrator?: boolean;
            /**
             * Format: date-time
             * @description The expiry. It may exceed neither the expiry of the token that creates this one nor `MODELBOX_TOKEN_MAX_LIFETIME`. Absent or null: the latest allowed time.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt?: string | null;
            /** @description The purpose of the token. */
            name: string;
            /** @description The token works only in these namespaces and below them, within the rights of its principal. Null: in all. */
            namespaces?: string[] | null;
            /** @description The token works only from these addresses and networks. Null: from any address. */
            networks?: string[] | null;
            /** @description The token has only these permissions, within the rights of its principal. Null: all of them. */
            permissions?: components["schemas"]["Permission"][] | null;
            /**
             * @description The user or service that the token identifies. Default: the caller. Only administrators may name another.
             * @example user:ann@example.com
             * @example service:trainer
             */
            principal?: string & (unknown & unknown);
        };
        /** @description One page of a list. */
        TokenPage: {
            items: components["schemas"]["Token"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        TokensListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /**
             * @description A user, service or group: `user:…`, `service:…` or `group:…`.
             * @example user:ann@example.com
             * @example service:trainer
             */
            principal?: string;
        };
        /** @description A file whose content stays at its URI. */
        TrackedFile: components["schemas"]["FileUri"] | components["schemas"]["FileToTrack"];
        TrackFiles: {
            files: components["schemas"]["TrackedFile"][];
        };
        /** @description Whether `label` and `promote` are incomplete, because of `limit` or the size of the page. */
        TruncatedPreview: {
            label: boolean;
            promote: boolean;
        };
        /** @description For `rule`, the authors whose metrics and evaluations the rules use. Otherwise null. */
        TrustedEvaluators: {
            principals: string[];
            role: components["schemas"]["Role"] | null;
        } | null;
        UndecidedClause: {
            clause: string;
            /** @description `the metric val_acc`, `a text in metadata.stage`, `the tag 'gold'`, `an epoch`. */
            missing: string;
        };
        /** @description A value that a rule ignores, because the protection of the alias does not trust its author. */
        UntrustedValue: {
            /** @description The author of the value. Null: none is recorded. */
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
        /** @description An upload of a file in parts. */
        Upload: {
            /** @description Whether the upload was completed but the store has not assembled the parts yet. The server keeps retrying. */
            completing: boolean;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description The creator. */
            createdBy: string;
            /** @description Whether parts can go directly to the file store, by signed URLs. */
            direct: boolean;
            /**
             * Format: date-time
             * @description The time at which an open upload expires. Each part extends it. Null if the upload is not open.
             * @example 2026-01-31T12:00:00.000Z
             */
            expiresAt: string | null;
            /** @description The reason why the upload failed. */
            failure: string | null;
            /** @description The resulting file. Null before completion, and if the path has another file since. */
            file: components["schemas"]["File"] | null;
            /** Format: uuid */
            id: string;
            mediaType: string | null;
            /** @description The owner of the file. */
            object: {
                /** Format: uuid */
                id: string;
                /** @enum {string} */
                kind: "model" | "version" | "experiment" | "checkpoint";
            };
            /** @description The number of parts. 0 for an empty file. */
            partCount: number;
            /** @description The size of every part except the last, which has the rest. */
            partSizeBytes: number;
            /**
             * @description A relative path of names joined by `/`, without empty names, `.`, `..`, backslashes or control characters.
             * @example weights/model.onnx
             */
            path: string;
            role: components["schemas"]["FileRole"];
            /** @description The announced SHA-256. After completion, the computed one. */
            sha256: string | null;
            sizeBytes: number;
            state: components["schemas"]["UploadState"];
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            updatedAt: string;
            /** @description The reason why a completed upload is not verified yet: the store did not answer, or returned other bytes than arrived. The server retries by itself. Otherwise null. */
            waitsFor: string | null;
        };
        UploadComplete: {
            /** @description The SHA-256 of the whole file, if the create did not announce it. */
            sha256?: string;
        };
        /** @description A file to upload in parts, for exactly one of `model`, `version`, `experiment` and `checkpoint`. */
        UploadCreate: {
            /**
             * Format: uuid
             * @description The id of a checkpoint.
             */
            checkpoint?: string;
            /** @description An experiment: its id, or its namespace and name, `ai/vision/run-7` (percent-encoded in a path). */
            experiment?: string;
            mediaType?: string;
            /** @description A model: its id, or its namespace and name, `ai/vision/yolo` (percent-encoded in a path). */
            model?: string;
            /** @description The size of every part except the last. Default: 16 MiB, or more if the file would need over 10,000 parts. */
            partSizeBytes?: number;
            /**
             * @description A relative path of names joined by `/`, without empty names, `.`, `..`, backslashes or control characters.
             * @example weights/model.onnx
             */
            path: string;
            role?: components["schemas"]["FileRole"];
            /** @description The SHA-256 of the whole file, if known. Content that does not match is rejected. If the caller may read a file with the same content, the upload is complete at once and needs no parts. */
            sha256?: string;
            /** @description The size of the whole file in bytes. */
            sizeBytes: number;
            /** @description A version: its id, or a reference such as `ai/vision/yolo@prod` or `ai/vision/yolo:v1` (percent-encoded in a path). In a body for a known model, the bare name of the version is enough. */
            version?: string;
        };
        /** @description One page of a list. */
        UploadPage: {
            items: components["schemas"]["Upload"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        /** @description A part that arrived and passed its checksum. */
        UploadPart: {
            /** @description The number of the part, from 1. */
            part: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            receivedAt: string;
            /** @description The SHA-256 of the part. Null if the S3 server does not report it. */
            sha256: string | null;
            sizeBytes: number;
        };
        /** @description One page of a list. */
        UploadPartPage: {
            items: components["schemas"]["UploadPart"][];
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        UploadsListQuery: {
            /**
             * Format: uuid
             * @description The id of a checkpoint.
             */
            checkpoint?: string;
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /** @description An experiment: its id, or its namespace and name, `ai/vision/run-7` (percent-encoded in a path). */
            experiment?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /** @description A model: its id, or its namespace and name, `ai/vision/yolo` (percent-encoded in a path). */
            model?: string;
            state?: components["schemas"]["UploadState"];
            /** @description A version: its id, or a reference such as `ai/vision/yolo@prod` or `ai/vision/yolo:v1` (percent-encoded in a path). In a body for a known model, the bare name of the version is enough. */
            version?: string;
        };
        UploadsPartsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        /**
         * @description `open`: accepts parts. `verifying`: all parts arrived, and the server computes the SHA-256 of the whole. `complete`: the file is verified. `failed`: the content did not match the announced SHA-256. `aborted`, `expired`: a caller aborted the upload, or no part arrived in time; nothing is stored.
         * @enum {string}
         */
        UploadState: "open" | "verifying" | "complete" | "failed" | "aborted" | "expired";
        /** @description A dataset at the digest that was used. */
        UsedDataset: {
            digest: string | null;
            /**
             * Format: uuid
             * @description Null, like the digest, if the caller may not see the dataset.
             */
            id: string | null;
            name: string;
        };
        VerificationsRunQuery: {
            /**
             * @description Also reads all stored content and compares its SHA-256, instead of only existence and size.
             * @default false
             */
            full?: boolean;
        };
        /** @description A version of a model. */
        Version: {
            aliases: string[];
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /** @description The creator. */
            createdBy: string;
            datasets: components["schemas"]["UsedDataset"][];
            /**
             * Format: date-time
             * @description The time of deletion. The object can be restored until it is purged.
             * @example 2026-01-31T12:00:00.000Z
             */
            deletedAt: string | null;
            /** @description A description for people. */
            description: string | null;
            /** @description The latest value of each dataset and key. Datasets of the same namespace appear by their bare name. */
            evaluations: {
                [key: string]: {
                    [key: string]: components["schemas"]["MetricValue"];
                };
            };
            fileCount: number;
            /** @description The first 100 files by path. `/files` lists all. */
            files: components["schemas"]["File"][];
            /**
             * Format: date-time
             * @description The time at which retention removed the stored files. `restore` brings them back within the grace time.
             * @example 2026-01-31T12:00:00.000Z
             */
            filesRemovedAt: string | null;
            /**
             * @description A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.
             * @example pytorch
             */
            framework: string | null;
            /** @description The fields that the caller may not see: they have empty values or are absent. If `hidden` is absent, the answer is complete. */
            hidden?: string[];
            hold: components["schemas"]["Hold"] | null;
            /** Format: uuid */
            id: string;
            metadata: components["schemas"]["Metadata"];
            /** @description The latest value of each key, of points without a dataset. The highest step wins, then the latest time, then the last received point. */
            metrics: {
                [key: string]: components["schemas"]["MetricValue"];
            };
            /** @description The name of the model. */
            model: string;
            /** Format: uuid */
            modelId: string;
            /** @description A title for people. It need not be unique. */
            name: string | null;
            /**
             * @description A path of names joined by `/`, at most 512 characters. A trailing slash is ignored.
             * @example ai/vision
             */
            namespace: string;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            readyAt: string | null;
            source: components["schemas"]["Source"] | null;
            status: components["schemas"]["Status"];
            /** @description Free words, stored as a sorted set. */
            tags: string[];
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
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
        /** @description With `files` (also `[]`) or `status: ready`, the version is ready at once. Otherwise it is pending until it is finalized, which also sets its `aliases`. */
        VersionCreate: {
            aliases?: string[];
            datasets?: components["schemas"]["DatasetMention"][];
            /** @description A description for people. */
            description?: string | null;
            files?: components["schemas"]["TrackedFile"][];
            /**
             * @description A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.
             * @example pytorch
             */
            framework?: string | null;
            metadata?: components["schemas"]["Metadata"];
            metrics?: components["schemas"]["MetricsInput"];
            /** @description A title for people. It need not be unique. */
            name?: string | null;
            source?: components["schemas"]["SourceInput"] | null;
            status?: components["schemas"]["Status"];
            /** @description Free words, stored as a sorted set. */
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
            /** @description The cursor of the next page. Null on the last page. */
            nextCursor: string | null;
        };
        VersionsArchiveQuery: {
            /**
             * @description The format of the archive. Neither format compresses. A `tar` supports range requests, so a download can be resumed.
             * @default tar
             * @enum {string}
             */
            format?: "tar" | "zip";
            /**
             * @description How to treat tracked files, whose content the server does not have. `refuse` returns 409 if there is one; `skip` leaves them out.
             * @default refuse
             * @enum {string}
             */
            tracked?: "refuse" | "skip";
        };
        VersionsDecisionsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            kind?: components["schemas"]["RuleKind"];
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            outcome?: components["schemas"]["Outcome"];
            /**
             * @description Decisions of the rule with this name.
             * @example yolo
             */
            rule?: string;
        };
        VersionsEventsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /** @example checkpoint_write_started */
            name?: string;
        };
        VersionsFilesListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
        };
        VersionsFilesUploadQuery: {
            role?: components["schemas"]["FileRole"];
        };
        VersionsGetQuery: {
            /**
             * @description Includes deleted objects.
             * @default false
             */
            includeDeleted?: boolean;
        };
        VersionsLineageQuery: {
            /**
             * @description The maximum distance from the version.
             * @default 8
             */
            depth?: number;
        };
        VersionsMetricsListQuery: {
            /** @description The `nextCursor` of the previous page. Filter and order must be the same as there. */
            cursor?: string;
            /** @description Only points on this dataset. */
            dataset?: string;
            fromStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            fromTime?: string;
            /**
             * @description The name of the metric, stored in Unicode NFC.
             * @example val_loss
             */
            key?: string;
            /**
             * @description The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` marks the last page.
             * @default 100
             */
            limit?: number;
            /** @description Limits each series to this number of points. Each bucket of the range keeps its lowest and highest value, so spikes remain visible. */
            points?: number;
            toStep?: number;
            /**
             * Format: date-time
             * @description RFC 3339. Answers use UTC, to the millisecond.
             * @example 2026-01-31T12:00:00.000Z
             */
            toTime?: string;
        };
        VersionUpdate: {
            /** @description A description for people. */
            description?: string | null;
            /**
             * @description A lower-case word: `pytorch`, `tensorflow`, `keras`, `jax`, `onnx`, `sklearn`, or any other.
             * @example pytorch
             */
            framework?: string | null;
            metadata?: components["schemas"]["MetadataPatch"] | null;
            /** @description A title for people. It need not be unique. */
            name?: string | null;
            /** @description Free words, stored as a sorted set. */
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
            /** @description The reason why the rule waits, and who can allow it. */
            words: string;
        };
        /** @description The identity and the rights of the caller. */
        Whoami: {
            administrator: boolean;
            groups: string[];
            name: string;
            /** @description The permissions of the caller by namespace. Empty for administrators, who have all. */
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
