-- name: limit_set
INSERT INTO rule_limit (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value
