#!/bin/sh
# What deploy/ promises: units that systemd takes and that let Siap do all it does; nginx in front of a served desk, by a certificate
# made here; a backup made while it serves, restored and equal.
set -eu
cd "$(dirname "$0")/.."
command -v nginx >/dev/null || { echo "nginx is not installed: apt-get install nginx"; exit 77; }
siap=$PWD/build/siap root=$PWD
dir=$(mktemp -d)
server= front=
end() {
	for pid in $server $front; do kill "$pid" 2>/dev/null || true; done
	wait
	rm -rf "$dir"
}
trap end EXIT
trap 'exit 130' INT TERM
export SIAP_KEYS="$dir/keys" SIAP_LANG=en SIAP_WORKSPACE="$dir/desk" PATH="$PATH:/usr/sbin"
unset SIAP_CLOCK || true
fail() { echo "$*"; exit 1; }

# The units, with programs that are here instead of installed ones.
skipped=
if command -v systemd-analyze >/dev/null; then
	mkdir "$dir/units"
	for unit in deploy/*.service deploy/*.timer; do
		sed -e "s,/usr/bin/siap,$siap," -e "s,/usr/lib/siap/backup,$root/deploy/backup.sh," -e '/^Documentation/d' "$unit" >"$dir/units/$(basename "$unit")"
	done
	for unit in "$dir"/units/*.service; do # with the variant for PostgreSQL too
		mkdir "$unit.d"
		systemd-analyze verify "$unit" >"$dir/said" 2>&1 && [ ! -s "$dir/said" ] || fail "$unit: $(cat "$dir/said")"
		systemd-analyze security --offline=true --threshold=15 "$unit" >"$dir/said" 2>&1 || fail "$unit is exposed: $(tail -n 1 "$dir/said"; grep '✗' "$dir/said")"
		sed 's/^#\([A-Z]\)/\1/' deploy/siap-postgres.conf >"$unit.d/postgres.conf"
		systemd-analyze verify "$unit" >"$dir/said" 2>&1 && [ ! -s "$dir/said" ] || fail "$unit with PostgreSQL: $(cat "$dir/said")"
	done
	systemd-analyze verify "$dir/units/siap-backup.timer" >"$dir/said" 2>&1 || fail "the timer: $(cat "$dir/said")"
	# The server may take ten seconds to end (GRACE_US): systemd must wait for longer.
	grace=$(sed -n 's/.*GRACE_US = \([0-9]*\)000000.*/\1/p' src/web/*.c)
	stop=$(sed -n 's/^TimeoutStopSec=//p' deploy/siap.service)
	[ "$grace" ] && [ "$stop" -gt "$grace" ] || fail "TimeoutStopSec=$stop, the server's grace is '$grace' s"
else
	skipped="systemd-analyze is not installed: units and system calls unchecked"
fi

"$siap" init "$dir/desk" --rules pilkada2024 --area 1571091002 >/dev/null
"$siap" enter tps tps=1571091002001 contact=081234500001 >/dev/null

# Served under strace where it is: every system call must be one that the unit lets through.
trace=
command -v strace >/dev/null || skipped="${skipped:-strace is not installed: system calls unchecked}"
if [ -z "$skipped" ]; then trace="strace -D -f -qq -o $dir/calls"; fi
$trace "$siap" serve --listen 127.0.0.1:0 --behind-https >"$dir/serve" 2>"$dir/serve.err" &
server=$!
for i in $(seq 200); do
	grep -q http: "$dir/serve" && break
	kill -0 $server 2>/dev/null || fail "the server ended: $(cat "$dir/serve.err")"
	sleep 0.1
done
port=$(sed -n 's,.*http://127.0.0.1:\([0-9]*\)/.*,\1,p' "$dir/serve")

# nginx as configured, but for ports, paths and the name.
ports=$(node -e 'const s = [1, 2, 3].map(() => require("net").createServer().listen(0, "127.0.0.1"));
	setTimeout(() => { console.log(s.map((x) => x.address().port).join(" ")); s.forEach((x) => x.close()); }, 50)')
set -- $ports
plain=$1 tls=$2 echo=$3
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost -keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
mkdir "$dir/nginx"
[ "$(id -u)" != 0 ] || chmod 755 "$dir"
conf() { # port of the server behind
	cat <<CONF
$([ "$(id -u)" != 0 ] || echo 'user root;')
daemon off;
pid $dir/nginx/pid;
error_log $dir/nginx/error.log;
events { worker_connections 256; }
http {
	include /etc/nginx/mime.types;
	client_body_temp_path $dir/nginx/body;
	proxy_temp_path $dir/nginx/proxy;
	fastcgi_temp_path $dir/nginx/1;
	uwsgi_temp_path $dir/nginx/2;
	scgi_temp_path $dir/nginx/3;
	include $dir/nginx/siap.conf;
}
CONF
	sed -e '/listen \[::\]/d' -e "s/listen 443/listen 127.0.0.1:$tls/" -e "s/listen 80/listen 127.0.0.1:$plain/" \
		-e "s,/etc/letsencrypt/live/[^ ;]*/fullchain.pem,$dir/cert.pem," -e "s,/etc/letsencrypt/live/[^ ;]*/privkey.pem,$dir/key.pem," \
		-e 's/desk.example.go.id/localhost/' -e "s/server 127.0.0.1:8080/server 127.0.0.1:$1/" \
		-e "s,/var/cache/nginx,$dir/nginx," -e "s,/var/log/nginx,$dir/nginx," deploy/nginx.conf >"$dir/nginx/siap.conf"
}
front_start() {
	conf "$1" >"$dir/nginx/nginx.conf"
	nginx -t -q -p "$dir/nginx" -c "$dir/nginx/nginx.conf" >"$dir/said" 2>&1 || fail "nginx -t: $(cat "$dir/said")"
	! grep -E 'warn|emerg' "$dir/said" || fail "nginx -t warns"
	nginx -p "$dir/nginx" -c "$dir/nginx/nginx.conf" 2>>"$dir/nginx/error.log" &
	front=$!
	for i in $(seq 100); do
		[ ! -s "$dir/nginx/pid" ] || break
		sleep 0.05
	done
}
front_stop() {
	kill $front
	wait $front || true
	front=
}
front_start "$port"
node t/deploy.js "$dir/cert.pem" "$plain" "$tls" "$port" >"$dir/said" 2>&1 || fail "$(cat "$dir/said" "$dir/nginx/error.log" "$dir/serve.err")"
cat "$dir/said"
! grep -E '127\.0\.0\.1|081234500001' "$dir/nginx/siap.log" || fail "addresses or numbers are in the log of nginx"
front_stop
front_start "$echo"
node t/deploy.js "$dir/cert.pem" "$plain" "$tls" "$echo" echo >"$dir/said" 2>&1 || fail "$(cat "$dir/said" "$dir/nginx/error.log")"
cat "$dir/said"
front_stop

# The backup, beside the server.
mkdir "$dir/backups"
backup() { SIAP=$siap SIAP_BACKUPS=$dir/backups SIAP_BACKUPS_KEPT=2 deploy/backup.sh >"$dir/said" 2>&1; }
for old in 20240101T000000Z 20240101T010000Z 20240101T020000Z; do echo old >"$dir/backups/desk-$old.siap"; done
backup || fail "the backup: $(cat "$dir/said")"
[ "$(ls "$dir/backups" | wc -l)" = 2 ] && [ -e "$dir/backups/desk-20240101T020000Z.siap" ] || fail "kept: $(ls "$dir/backups")"
made=$(ls "$dir/backups/"*.siap | tail -n 1)
"$siap" restore "$made" "$dir/restored" >"$dir/said" || fail "restoring: $(cat "$dir/said")"
"$siap" export tps - >"$dir/a" 2>/dev/null
"$siap" -w "$dir/restored" export tps - >"$dir/b" 2>/dev/null
cmp "$dir/a" "$dir/b"
# One that fails removes none, and leaves nothing behind.
mv "$dir/keys" "$dir/lost"
! backup || fail "a backup without keys: $(cat "$dir/said")"
mv "$dir/lost" "$dir/keys"
[ "$(ls "$dir/backups" | wc -l)" = 2 ] || fail "after a failed backup: $(ls "$dir/backups")"
! SIAP_BACKUPS_KEPT=0 deploy/backup.sh 2>/dev/null || fail "none are kept, and that was taken"

kill -TERM $server
status=0
wait $server || status=$?
server=
[ $status = 0 ] || fail "the server ended with $status: $(cat "$dir/serve.err")"
if [ "$trace" ]; then
	allowed() { systemd-analyze syscall-filter "$1" | sed -n 's/^ *\([a-z@0-9_-]*\)$/\1/p' | grep -v "^$1\$"; }
	expand() { # sets hold sets
		for c in $(allowed "$1"); do case $c in @*) expand "$c" ;; *) echo "$c" ;; esac; done
	}
	{ expand @privileged; expand @resources; } | sort -u >"$dir/refused"
	expand @system-service | sort -u | comm -23 - "$dir/refused" >"$dir/let"
	sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' "$dir/calls" | sort -u >"$dir/made"
	[ "$(wc -l <"$dir/made")" -gt 30 ] || fail "strace saw only: $(cat "$dir/made")"
	[ "$(id -u)" != 0 ] || echo fchown >>"$dir/let" # SQLite does this as root alone, and the service is not root
	wrong=$(sort "$dir/let" | comm -23 "$dir/made" - | tr '\n' ' ')
	[ -z "$wrong" ] || fail "system calls that siap.service refuses: $wrong"
fi
[ -z "$skipped" ] || { echo "nginx in front, backup and restore hold; $skipped"; exit 77; }
echo "deploy/ holds: units, nginx in front, backup and restore"
