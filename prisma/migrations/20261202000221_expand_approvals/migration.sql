-- How many people must approve a proposal before it moves an alias that is protected by `proposal`.
ALTER TABLE protected_aliases ADD COLUMN approvals integer NOT NULL DEFAULT 1;

-- Who wrote the rule that proposes: none of them may approve.
ALTER TABLE proposals ADD COLUMN writers text[] COLLATE "C" NOT NULL DEFAULT '{}';

CREATE TABLE proposal_approvals (
  proposal_id uuid NOT NULL REFERENCES proposals (id) ON DELETE CASCADE,
  approver    text COLLATE "C" NOT NULL,
  -- The approver, and the owners of the tokens from which the approver's token comes: all one person.
  people      text[] COLLATE "C" NOT NULL,
  -- The caller, whose rights are asked for again at the move. Null: the local user of an open server.
  author      jsonb,
  reason      text COLLATE "C",
  -- The approval's own change: facts of the version that come later withdraw the approval.
  change_id   bigint NOT NULL,
  at          timestamptz(3) NOT NULL,
  PRIMARY KEY (proposal_id, approver)
);
