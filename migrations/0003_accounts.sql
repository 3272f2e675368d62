-- Who may log in, and what they may do. Rights follow from rows siap.account of the log, which speaks of an account by its handle, a
-- name by lot; epoch is the newest of those. role: 0 reader, 1 operator, 2 supervisor, 3 manager of accounts. password: argon2id with
-- its salt and cost; empty: none yet. totp: the secret of the second factor, sealed with the workspace's key; totp_next: one that is
-- not confirmed; totp_step: the last step of time whose code was taken, so that each counts once.
CREATE TABLE account (
	id integer PRIMARY KEY, handle text NOT NULL UNIQUE, login text NOT NULL UNIQUE, name text NOT NULL,
	agency text NOT NULL, role integer NOT NULL, language text NOT NULL, closed integer NOT NULL, epoch bigint NOT NULL,
	password text NOT NULL, must_change integer NOT NULL, totp text NOT NULL, totp_next text NOT NULL, totp_step bigint NOT NULL);
CREATE INDEX account_epoch ON account (epoch);
-- The subtrees it has rights in; and its datasets, none: all that its agency owns.
CREATE TABLE account_area (account integer NOT NULL, area text NOT NULL, PRIMARY KEY (account, area));
CREATE TABLE account_dataset (account integer NOT NULL, dataset text NOT NULL, PRIMARY KEY (account, dataset));
-- Keyed hashes of codes that stand in for the second factor, each once.
CREATE TABLE account_recovery (account integer NOT NULL, code text NOT NULL, PRIMARY KEY (account, code));

-- Of tokens only the SHA-256 is kept. pending: the password was right, a code is awaited.
CREATE TABLE session (
	id integer PRIMARY KEY, token text NOT NULL UNIQUE, account integer NOT NULL, made bigint NOT NULL, seen bigint NOT NULL,
	device text NOT NULL, pending integer NOT NULL);
CREATE INDEX session_account ON session (account);
CREATE TABLE invitation (token text PRIMARY KEY, account integer NOT NULL, until bigint NOT NULL);

-- Failures to log in, by the keyed hash of a login or an address. until: nothing is tried before.
CREATE TABLE login_attempt (
	subject text PRIMARY KEY, failures integer NOT NULL, last bigint NOT NULL, until bigint NOT NULL);
