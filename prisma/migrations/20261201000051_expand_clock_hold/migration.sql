-- After a jump of the database's clock all servers wait with decisions by age until `ends_at`. At most one row.
CREATE TABLE clock_hold (
  id       integer PRIMARY KEY CHECK (id = 1),
  began_at timestamptz(3) NOT NULL,
  ends_at  timestamptz(3) NOT NULL,
  jump_ms  double precision NOT NULL
);
