-- For `proposal`: the required number of approvers.
ALTER TABLE protected_aliases ADD COLUMN approvals integer NOT NULL DEFAULT 1;

-- The people who wrote the rule: none of them may approve.
ALTER TABLE proposals ADD COLUMN writers text[] COLLATE "C" NOT NULL DEFAULT '{}';

CREATE TABLE proposal_approvals (
  proposal_id uuid NOT NULL REFERENCES proposals (id) ON DELETE CASCADE,
  approver    text COLLATE "C" NOT NULL,
  -- The approver, and the owners of all ancestors of the approver's token: all one person.
  people      text[] COLLATE "C" NOT NULL,
  -- The caller, whose rights are checked again at the move. Null: the local user of an open server.
  author      jsonb,
  reason      text COLLATE "C",
  -- The change of the approval. Later facts of the version withdraw the approval.
  change_id   bigint NOT NULL,
  at          timestamptz(3) NOT NULL,
  PRIMARY KEY (proposal_id, approver)
);
