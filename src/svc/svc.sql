-- name: workspace_get
SELECT value FROM workspace WHERE name = :name
-- name: workspace_set
INSERT INTO workspace (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
-- name: workspace_unset
DELETE FROM workspace WHERE name = :name
-- name: area_insert
INSERT INTO area (code, name, level) VALUES (:code, :name, :level)
-- name: area_get
SELECT name FROM area WHERE code = :code
-- name: area_range
SELECT code, name FROM area WHERE code >= :lo AND code < :hi ORDER BY code
-- name: area_rows
SELECT code, name, level FROM area ORDER BY code
-- name: boundary_read
SELECT area, rings FROM boundary WHERE level = :level AND area >= :lo AND area < :hi ORDER BY area
-- name: boundary_get
SELECT rings FROM boundary WHERE area = :area
-- name: boundary_put
INSERT INTO boundary (area, level, event, rings) VALUES (:area, :level, :event, :rings)
ON CONFLICT (area) DO UPDATE SET event = excluded.event, rings = excluded.rings
-- name: boundary_event
SELECT COALESCE(max(event), 0) FROM boundary
-- name: boundary_all
SELECT area, level, event, rings FROM boundary ORDER BY area
-- name: boundary_mark
UPDATE boundary SET event = :event WHERE event = 0
-- name: area_all
SELECT code, level FROM area ORDER BY code
-- name: tps_all
SELECT tps FROM tps ORDER BY tps
-- name: tps_get
SELECT 1 FROM tps WHERE tps = :tps
-- name: tps_from
SELECT tps FROM tps WHERE tps >= :tps ORDER BY tps LIMIT :most
-- name: alias_get
SELECT area, change FROM area_alias WHERE old = :old
-- name: rule_limit_clear
DELETE FROM rule_limit
-- name: rule_code_clear
DELETE FROM rule_code
-- name: rule_limit_insert
INSERT INTO rule_limit (name, value) VALUES (:name, :value)
-- name: rule_number_clear
DELETE FROM rule_number
-- name: rule_day_clear
DELETE FROM rule_day
-- name: rule_code_insert
INSERT INTO rule_code (list, code, position, label, rule, amount, starts, ends, set_by, after_code, days, working)
VALUES (:list, :code, :position, :label, :rule, :amount, :starts, :ends, :set_by, :after_code, :days, :working)
-- name: rule_number_insert
INSERT INTO rule_number (list, code, name, value) VALUES (:list, :code, :name, :value)
-- name: rule_day_insert
INSERT INTO rule_day (day, number, worked, working) VALUES (:day, :number, :worked, :working)
-- name: unit_seats
SELECT f.area FROM unit_area AS u JOIN police_force AS f ON f.unit = u.unit
WHERE (u.area <= :area AND :area < u.area || ':') OR (u.area >= :area AND u.area < :area || ':')
UNION
SELECT f.area FROM unit_area AS u JOIN army_force AS f ON f.unit = u.unit
WHERE (u.area <= :area AND :area < u.area || ':') OR (u.area >= :area AND u.area < :area || ':')
-- name: definition_insert
INSERT INTO definition (hash, kind, name, body) VALUES (:hash, :kind, :name, :body)
ON CONFLICT (hash) DO NOTHING
-- name: event_last
SELECT max(seq) FROM event
-- name: event_newest
SELECT seq, at FROM event ORDER BY seq DESC LIMIT 1
-- name: event_at
SELECT at FROM event WHERE seq = :seq
-- name: event_from
SELECT seq, at FROM event WHERE seq >= :seq ORDER BY seq LIMIT 1
-- name: replay
SELECT e.seq, e.at, e.op, o.dataset, e.area, e.open, e.key, e.sealed, e.base, e.device_clock, o.device, o.request, o.batch
FROM event AS e JOIN origin AS o ON o.id = e.origin WHERE e.seq > :after AND e.seq <= :upto ORDER BY e.seq
-- name: conflicts_between
SELECT dataset, key, area, event, over, resolved, restricted FROM conflict
WHERE (event > :after AND event <= :upto) OR (event <= :upto AND resolved > :after AND resolved <= :upto)
-- name: origin_last
SELECT max(id) FROM origin
-- name: origin_insert
INSERT INTO origin (id, actor, agency, on_behalf_of, source, device, request, batch, dataset, definition, why)
VALUES (:id, :actor, :agency, :on_behalf_of, :source, :device, :request, :batch, :dataset, :definition, :why)
-- name: event_insert
INSERT INTO event (seq, at, origin, key, area, op, base, undoes, device_clock, open, sealed, leaf)
VALUES (:seq, :at, :origin, :key, :area, :op, :base, :undoes, :device_clock, :open, :sealed, :leaf)
-- name: event_channel
SELECT o.source, o.actor, o.agency, e.at, e.undoes FROM event AS e JOIN origin AS o ON o.id = e.origin WHERE e.seq = :seq
-- name: event_step
SELECT e.at, e.op, e.base, c.over, e.undoes, e.open, e.sealed,
       o.actor, o.agency, o.on_behalf_of, o.source, o.device, o.why, o.batch, j.file
FROM   event AS e JOIN origin AS o ON o.id = e.origin
LEFT   JOIN conflict AS c ON c.area = e.area AND c.dataset = o.dataset AND c.key = e.key AND c.event = e.seq
LEFT   JOIN import_job AS j ON j.id = o.batch
WHERE  e.seq = :seq
-- name: event_open
SELECT open FROM event WHERE seq = :seq
-- name: event_and_before
SELECT o.dataset, e.seq, e.op, e.key, e.open, e.sealed, p.op, p.open, p.sealed
FROM   event AS e JOIN origin AS o ON o.id = e.origin
LEFT   JOIN conflict AS c ON c.area = e.area AND c.dataset = o.dataset AND c.key = e.key AND c.event = e.seq
LEFT   JOIN event AS p ON p.seq = COALESCE(c.over, e.base)
WHERE  e.seq = :seq
-- name: event_before_undone
SELECT COALESCE(c.over, u.base)
FROM   event AS e JOIN event AS u ON u.seq = e.undoes JOIN origin AS o ON o.id = u.origin
LEFT   JOIN conflict AS c ON c.area = u.area AND c.dataset = o.dataset AND c.key = u.key AND c.event = u.seq
WHERE  e.seq = :seq
-- name: events_of_origin
SELECT o.dataset, e.seq, e.op, e.key, e.open, e.sealed, p.op, p.open, p.sealed
FROM   event AS e JOIN origin AS o ON o.id = e.origin
LEFT   JOIN conflict AS c ON c.area = e.area AND c.dataset = o.dataset AND c.key = e.key AND c.event = e.seq
LEFT   JOIN event AS p ON p.seq = COALESCE(c.over, e.base)
WHERE  e.seq > :after AND e.seq < :before AND e.origin = :origin ORDER BY e.seq DESC LIMIT :most
-- name: events_after
SELECT e.seq, o.dataset, e.area, e.op, e.base
FROM event AS e JOIN origin AS o ON o.id = e.origin WHERE e.seq > :after AND e.seq <= :upto ORDER BY e.seq
-- name: events_sum
SELECT o.dataset, count(*), count(*) FILTER (WHERE e.op = 2 OR e.op = 3 OR e.base IS NULL)
FROM event AS e JOIN origin AS o ON o.id = e.origin WHERE e.seq > :after AND e.seq <= :upto GROUP BY o.dataset
-- name: row_key_get
SELECT wrapped FROM row_key WHERE area = :area AND dataset = :dataset AND key = :key
-- name: row_key_delete
DELETE FROM row_key WHERE area = :area AND dataset = :dataset AND key = :key
-- name: row_key_insert
INSERT INTO row_key (area, dataset, key, wrapped) VALUES (:area, :dataset, :key, :wrapped)
-- name: conflict_insert
INSERT INTO conflict (dataset, key, area, event, over, restricted) VALUES (:dataset, :key, :area, :event, :over, NULLIF(:restricted, 0))
-- name: conflict_copy
INSERT INTO conflict (dataset, key, area, event, over, resolved, restricted)
VALUES (:dataset, :key, :area, :event, :over, NULLIF(:resolved, 0), NULLIF(:restricted, 0))
ON CONFLICT (area, dataset, key, event) DO UPDATE SET resolved = excluded.resolved
-- name: conflict_open
SELECT event, over FROM conflict WHERE area = :area AND dataset = :dataset AND key = :key AND resolved IS NULL ORDER BY event
-- name: conflicts_open
SELECT c.dataset, c.key, c.area, c.event, e.at
FROM  (SELECT dataset, key, area, max(event) AS event FROM conflict
       WHERE resolved IS NULL AND area >= :lo AND area < :hi GROUP BY dataset, key, area) AS c
JOIN   event AS e ON e.seq = c.event ORDER BY c.event DESC LIMIT :most
-- name: conflict_settled
SELECT max(resolved) FROM conflict WHERE area = :area AND dataset = :dataset AND key = :key
-- name: conflict_settled_by
UPDATE conflict SET resolved = :resolved WHERE dataset || '/' || key = :row AND resolved IS NULL
-- name: conflict_settle
UPDATE conflict SET resolved = :resolved WHERE area = :area AND dataset = :dataset AND key = :key AND resolved IS NULL
-- name: closed_get
SELECT event FROM closed_row WHERE dataset = :dataset AND area = :area AND key = :key
-- name: closed_range
SELECT key, event FROM closed_row WHERE dataset = :dataset AND area >= :first AND area <= :last LIMIT :most
-- name: closed_insert
INSERT INTO closed_row (dataset, area, key, event) VALUES (:dataset, :area, :key, :event)
-- name: closed_move
UPDATE closed_row SET event = :event WHERE dataset = :dataset AND area = :area AND key = :key
-- name: closed_delete
DELETE FROM closed_row WHERE dataset = :dataset AND area = :area AND key = :key
-- name: job_last
SELECT max(id) FROM import_job
-- name: job_insert
INSERT INTO import_job (id, dataset, file, content, at, origin, rows, applied, position,
	added, changed, same, conflicts, state)
VALUES (:id, :dataset, :file, :content, :at, :origin, :rows, 0, 0, 0, 0, 0, 0, 'staged')
-- name: job_advance
UPDATE import_job SET applied = :applied, position = :position, added = :added, changed = :changed,
	same = :same, conflicts = :conflicts, state = :state WHERE id = :id
-- name: jobs_open
SELECT id, dataset, origin, rows, applied, position, added, changed, same, conflicts
FROM import_job WHERE state = 'staged' ORDER BY id
-- name: origin_get
SELECT actor, agency, on_behalf_of, source, device, request, dataset, definition, why, batch FROM origin WHERE id = :id
-- name: job_get
SELECT dataset, origin, at, state, added + changed + conflicts FROM import_job WHERE id = :id
-- name: jobs_last
SELECT j.id, j.at, j.dataset, j.file, j.rows, j.added, j.changed, j.conflicts, o.actor, o.agency
FROM import_job AS j JOIN origin AS o ON o.id = j.origin ORDER BY j.id DESC LIMIT :most
-- name: job_stop
UPDATE import_job SET state = 'stopped' WHERE id = :id
-- name: job_waits
SELECT 1 FROM import_job WHERE id = :id AND state = 'staged'
-- name: stages
SELECT p.stage, p.starts, p.ends, p.set_by, d.declared, d.declared_by, d.evidence, COALESCE(p.rule, 'main'), d.stage
FROM   stage_plan p
LEFT   JOIN stage d ON d.area = p.area AND d.stage = p.stage
WHERE  p.area = :area ORDER BY p.position
-- name: daily_put
INSERT INTO daily_total (area, series, day, need, have, heard) VALUES (:area, :series, :day, :need, :have, :heard)
ON CONFLICT (area, series, day) DO UPDATE SET need = excluded.need, have = excluded.have, heard = excluded.heard
-- name: daily_all
SELECT area, series, need, have, heard FROM daily_total ORDER BY area, series, day
-- name: daily_of
SELECT day, series, need, have, heard FROM daily_total WHERE area = :area AND day < :day ORDER BY day, series
-- name: daily_at
SELECT need, have FROM daily_total WHERE area = :area AND series = :series AND day <= :day ORDER BY day DESC LIMIT 1
-- name: leaves
SELECT seq, leaf FROM event WHERE seq > :after AND seq <= :upto ORDER BY seq
-- name: event_body
SELECT base, open FROM event WHERE seq = :seq
-- name: log_tile_get
SELECT hashes FROM log_tile WHERE level = :level AND tile = :tile
-- name: log_tile_put
INSERT INTO log_tile (level, tile, hashes) VALUES (:level, :tile, :hashes)
ON CONFLICT (level, tile) DO UPDATE SET hashes = excluded.hashes
-- name: log_checkpoint_put
INSERT INTO log_checkpoint (size, at, note) VALUES (:size, :at, :note)
ON CONFLICT (size) DO UPDATE SET at = excluded.at, note = excluded.note
-- name: log_checkpoint_get
SELECT note FROM log_checkpoint WHERE size = :size
-- name: log_checkpoint_note
UPDATE log_checkpoint SET note = :note WHERE size = :size
-- name: log_checkpoint_all
SELECT size, note FROM log_checkpoint ORDER BY size
-- name: definition_all
SELECT hash, name, body FROM definition ORDER BY hash
-- name: origin_all
SELECT id, actor, agency, on_behalf_of, source, device, request, dataset, definition, why, batch FROM origin ORDER BY id
-- name: verify_events
SELECT seq, at, origin, key, area, op, base, undoes, device_clock, open, sealed, leaf FROM event
WHERE seq > :after AND seq <= :upto ORDER BY seq
-- name: verify_tiles
SELECT tile, hashes FROM log_tile WHERE level = :level ORDER BY tile
-- name: verify_conflicts
SELECT c.event, c.over, COALESCE(c.resolved, 0), c.dataset || '/' || c.key, o.dataset || '/' || e.key, c.area, e.area
FROM conflict AS c LEFT JOIN event AS e ON e.seq = c.event LEFT JOIN origin AS o ON o.id = e.origin ORDER BY c.event
-- name: verify_rule_limit
SELECT name, value FROM rule_limit ORDER BY name
-- name: verify_rule_code
SELECT list, code, position, label, rule, amount, starts, ends, set_by, after_code, days, working FROM rule_code
ORDER BY list, code
-- name: verify_rule_number
SELECT list, code, name, value FROM rule_number ORDER BY list, code, name
-- name: verify_rule_day
SELECT day, number, worked, working FROM rule_day ORDER BY day
-- name: verify_area
SELECT code, name, level FROM area ORDER BY code
-- name: log_checkpoint_drop
DELETE FROM log_checkpoint
-- name: log_backwards
SELECT e.seq, e.at, e.base, e.undoes, o.batch, e.op, o.dataset, e.key, e.area, o.actor, o.agency, o.on_behalf_of, o.source, o.device, o.why
FROM event AS e JOIN origin AS o ON o.id = e.origin
WHERE e.seq > :after AND e.seq < :before AND e.area >= :lo AND e.area < :hi
	AND (:dataset = '' OR o.dataset = :dataset) AND (:agency = '' OR o.agency = :agency)
ORDER BY e.seq DESC LIMIT :most
-- name: log_forwards
SELECT e.seq, e.at, e.base, e.undoes, o.batch, e.op, o.dataset, e.key, e.area, o.actor, o.agency, o.on_behalf_of, o.source, o.device, o.why
FROM event AS e JOIN origin AS o ON o.id = e.origin
WHERE e.seq > :after AND e.seq < :before AND e.area >= :lo AND e.area < :hi
	AND (:dataset = '' OR o.dataset = :dataset) AND (:agency = '' OR o.agency = :agency)
ORDER BY e.seq
-- name: conflict_of
SELECT over FROM conflict WHERE area = :area AND dataset = :dataset AND key = :key AND event = :event
-- name: log_checkpoint_newest
SELECT size, note FROM log_checkpoint WHERE size >= :event ORDER BY size DESC LIMIT 1
-- name: definition_get
SELECT body FROM definition WHERE hash = :hash
-- name: events_whole
SELECT e.seq, e.at, e.key, e.area, e.op, e.base, e.undoes, e.device_clock, e.open, e.sealed, e.leaf, o.id,
	o.actor, o.agency, o.on_behalf_of, o.source, o.device, o.request, o.dataset, o.definition, o.why, o.batch
FROM event AS e JOIN origin AS o ON o.id = e.origin WHERE e.seq > :after AND e.seq <= :upto ORDER BY e.seq
-- name: verify_closed
SELECT c.event, c.dataset, c.area, c.key, o.dataset, e.area, e.key
FROM closed_row AS c LEFT JOIN event AS e ON e.seq = c.event LEFT JOIN origin AS o ON o.id = e.origin ORDER BY c.event
-- name: device_edit_insert
INSERT INTO device_edit (area, device, request, event, own, wall, counter, ahead, behind)
VALUES (:area, :device, :request, :event, :own, :wall, :counter, :ahead, :behind)
ON CONFLICT (area, device, request, event) DO NOTHING
-- name: device_edit_again
SELECT event FROM device_edit WHERE area = :area AND device = :device AND request = :request
	AND wall = :wall AND counter = :counter ORDER BY event DESC LIMIT :most
-- name: device_edit_after
SELECT d.event FROM device_edit AS d JOIN event AS e ON e.seq = d.event JOIN origin AS o ON o.id = e.origin
WHERE d.area = :area AND d.device = :device AND d.request = :request AND e.key = :key AND o.dataset = :dataset
ORDER BY d.event DESC LIMIT 1
-- name: device_edit_behind
SELECT event FROM device_edit WHERE device = :device AND own = 1 AND (wall > :wall OR (wall = :wall AND counter > :counter))
ORDER BY wall DESC, counter DESC, event LIMIT 1
-- name: device_edits_between
SELECT area, device, request, event, own, wall, counter, ahead, behind FROM device_edit
WHERE own = 1 AND event > :after AND event <= :upto
-- name: verify_device
SELECT event, area, device, request, wall, counter, ahead, behind FROM device_edit WHERE own = 1 ORDER BY event
-- name: verify_device_same
SELECT d.event FROM device_edit AS d LEFT JOIN event AS e ON e.seq = d.event
WHERE d.own <> 1 AND (d.own <> 0 OR d.ahead <> 0 OR d.behind <> 0 OR e.seq IS NULL OR e.area <> d.area)
ORDER BY d.event LIMIT 1
-- name: event_whole
SELECT e.seq, e.at, e.key, e.area, e.op, e.base, e.undoes, e.device_clock, e.open, e.sealed,
	o.actor, o.agency, o.on_behalf_of, o.source, o.device, o.request, o.dataset, o.definition, o.why, o.batch
FROM event AS e JOIN origin AS o ON o.id = e.origin WHERE e.seq = :seq
-- name: account_get
SELECT id, login, name, agency, language, role, closed, epoch, must_change,
	CASE WHEN password = '' THEN 1 ELSE 0 END, CASE WHEN totp = '' THEN 0 ELSE 1 END, handle FROM account WHERE id = :id
-- name: account_of_login
SELECT id, login, name, agency, language, role, closed, epoch, must_change,
	CASE WHEN password = '' THEN 1 ELSE 0 END, CASE WHEN totp = '' THEN 0 ELSE 1 END, handle FROM account WHERE login = :login
-- name: accounts_from
SELECT id, login, name, agency, language, role, closed, epoch, must_change,
	CASE WHEN password = '' THEN 1 ELSE 0 END, CASE WHEN totp = '' THEN 0 ELSE 1 END, handle FROM account AS c
WHERE login > :after AND (:agency = '' OR agency = :agency)
	AND (:area = '' OR EXISTS (SELECT 1 FROM account_area AS x WHERE x.account = c.id
		AND ((x.area >= :area AND x.area < :hi) OR (x.area <= :area AND :area < x.area || ':') OR x.area = '0')))
ORDER BY login
-- name: account_logins
SELECT login FROM account ORDER BY login
-- name: account_areas
SELECT area FROM account_area WHERE account = :account ORDER BY area
-- name: account_datasets
SELECT dataset FROM account_dataset WHERE account = :account ORDER BY dataset
-- name: account_epoch
SELECT epoch, closed FROM account WHERE id = :id
-- name: account_secret
SELECT id, password, totp, totp_next, totp_step, login, handle, closed FROM account WHERE id = :id
-- name: account_secret_of
SELECT id, password, totp, totp_next, totp_step, login, handle, closed FROM account WHERE login = :login
-- name: account_last
SELECT max(id) FROM account
-- name: account_insert
INSERT INTO account (id, handle, login, name, agency, role, language, closed, epoch, password, must_change, totp, totp_next, totp_step)
VALUES (:id, :handle, :login, :name, :agency, :role, '', 0, 0, :password, :must_change, '', '', 0)
-- name: account_name
UPDATE account SET name = :name WHERE id = :id
-- name: account_language
UPDATE account SET language = :language WHERE id = :id
-- name: account_rights
UPDATE account SET role = :role, closed = :closed, epoch = :epoch WHERE id = :id
-- name: account_password
UPDATE account SET password = :password, must_change = :must_change WHERE id = :id
-- name: account_password_again
UPDATE account SET password = :password WHERE id = :id AND password = :before
-- name: account_area_insert
INSERT INTO account_area (account, area) VALUES (:account, :area)
-- name: account_area_clear
DELETE FROM account_area WHERE account = :account
-- name: account_dataset_insert
INSERT INTO account_dataset (account, dataset) VALUES (:account, :dataset)
-- name: account_dataset_clear
DELETE FROM account_dataset WHERE account = :account
-- name: totp_next
UPDATE account SET totp_next = :totp WHERE id = :id
-- name: totp_set
UPDATE account SET totp = :totp, totp_next = '', totp_step = :step WHERE id = :id
-- name: totp_step
UPDATE account SET totp_step = :step WHERE id = :id AND totp_step < :step
-- name: recovery_insert
INSERT INTO account_recovery (account, code) VALUES (:account, :code)
-- name: recovery_take
DELETE FROM account_recovery WHERE account = :account AND code = :code
-- name: recovery_clear
DELETE FROM account_recovery WHERE account = :account
-- name: session_last
SELECT max(id) FROM session
-- name: session_insert
INSERT INTO session (id, token, account, made, seen, device, pending) VALUES (:id, :token, :account, :made, :made, :device, :pending)
-- name: session_get
SELECT id, account, made, seen, pending, device FROM session WHERE token = :token
-- name: sessions_of
SELECT id, made, seen, device FROM session WHERE account = :account AND pending = 0 ORDER BY id DESC
-- name: session_seen
UPDATE session SET seen = :seen WHERE id = :id AND seen < :seen
-- name: session_delete
DELETE FROM session WHERE token = :token
-- name: session_end
DELETE FROM session WHERE account = :account AND id = :id
-- name: sessions_end
DELETE FROM session WHERE account = :account AND id <> :but
-- name: sessions_old
DELETE FROM session WHERE seen < :idle OR made < :oldest OR (pending = 1 AND made < :waiting)
-- name: invitation_insert
INSERT INTO invitation (token, account, until) VALUES (:token, :account, :until)
-- name: invitation_get
SELECT account, until FROM invitation WHERE token = :token
-- name: invitations_clear
DELETE FROM invitation WHERE account = :account
-- name: invitations_old
DELETE FROM invitation WHERE until < :now
-- name: attempt_get
SELECT failures, last, until FROM login_attempt WHERE subject = :subject
-- name: attempt_put
INSERT INTO login_attempt (subject, failures, last, until) VALUES (:subject, :failures, :last, :until)
ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, last = excluded.last, until = excluded.until
-- name: attempt_forgive
UPDATE login_attempt SET failures = failures - 1, until = :until WHERE subject = :subject AND failures > 0
-- name: attempt_clear
DELETE FROM login_attempt WHERE subject = :subject
-- name: attempts_old
DELETE FROM login_attempt WHERE last < :oldest AND until < :now
-- name: verify_accounts
SELECT epoch, id FROM account ORDER BY epoch, id

-- name: paper_insert
INSERT INTO paper (event, dataset, key, area, batch, about, file, kind, bytes, note, name)
VALUES (:event, :dataset, :key, :area, :batch, :about, :file, :kind, :bytes, :note, :name)

-- name: paper_known
SELECT event FROM paper WHERE dataset = :dataset AND key = :key AND file = :file

-- name: paper_shown
SELECT event FROM paper WHERE file = :file LIMIT 1

-- name: papers_of_row
SELECT p.event, e.at, p.dataset, p.key, p.area, p.batch, p.about, p.file, p.kind, p.bytes, p.note, p.name, o.actor, o.agency, o.on_behalf_of
FROM   paper p JOIN event e ON e.seq = p.event JOIN origin o ON o.id = e.origin
WHERE  (p.dataset = :dataset AND p.key = :key)
   OR  (p.dataset = :dataset AND p.key = '' AND p.batch = (SELECT b.batch FROM event r JOIN origin b ON b.id = r.origin WHERE r.seq = :event))
ORDER  BY p.event DESC LIMIT :most

-- name: papers_of_file
SELECT p.event, e.at, p.dataset, p.key, p.area, p.batch, p.about, p.file, p.kind, p.bytes, p.note, p.name, o.actor, o.agency, o.on_behalf_of
FROM   paper p JOIN event e ON e.seq = p.event JOIN origin o ON o.id = e.origin
WHERE  p.file = :file
ORDER  BY p.event DESC LIMIT :most

-- name: papers_of_batch
SELECT p.event, e.at, p.dataset, p.key, p.area, p.batch, p.about, p.file, p.kind, p.bytes, p.note, p.name, o.actor, o.agency, o.on_behalf_of
FROM   paper p JOIN event e ON e.seq = p.event JOIN origin o ON o.id = e.origin
WHERE  p.batch = :batch AND p.key = ''
ORDER  BY p.event DESC LIMIT :most

-- name: verify_papers
SELECT p.event, p.dataset, p.key, p.area, p.batch, p.about, p.file, p.kind, p.bytes, p.note, e.open, e.area
FROM   paper p LEFT JOIN event e ON e.seq = p.event
ORDER  BY p.event
