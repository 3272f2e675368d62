#!/bin/sh
# Nothing personal or private in the repository: no NIK-like number, key, token, absolute home path; the data folder beside the repository is named only in t/.
# A synthetic NIK starts with 99, a province that does not exist.
set -eu
cd "$(dirname "$0")/.."
{
	git -c safe.directory='*' ls-files -co --exclude-standard -z 2>/dev/null || # without git: everything but what make and npm make
		find . -name .git -prune -o -path ./build -prune -o -path ./node_modules -prune -o -type f -printf '%P\0'
} | xargs -0 -r grep -IHnE -e '[0-9]{16}' -e 'PRIVATE' \
	-e '/(home|Users)/[A-Za-z]' -e '/(root|work)/' -e '\.\./shared' -e '(ghp|gho|github_pat)_[A-Za-z0-9]{20}' -e 'AKIA[A-Z0-9]{16}' \
	-e '://[^/ @:]+:[^/ @:]+@' 2>/dev/null | awk '
function finding(what) { print place ": " what; bad = 1 }
{
	file = $0; sub(/:.*/, "", file)
	line = $0; sub(/^[^:]*:/, "", line); text = line; sub(/:.*/, "", line); sub(/^[^:]*:/, "", text)
	place = file ":" line
	if (file == "package-lock.json" || file == "tools/secrets.sh") next
	rest = " " text " "
	while (match(rest, /[^0-9A-Za-z_.][0-9][0-9]*[^0-9A-Za-z_.]/)) { # province 11-97, day 1-31 or 41-71, month 1-12
		number = substr(rest, RSTART + 1, RLENGTH - 2); rest = substr(rest, RSTART + RLENGTH - 1)
		if (length(number) != 16) continue
		province = substr(number, 1, 2) + 0; day = substr(number, 7, 2) % 40; month = substr(number, 9, 2) + 0
		if (province >= 11 && province <= 97 && day >= 1 && day <= 31 && month >= 1 && month <= 12)
			finding("a number like a NIK; synthetic ones start with 99")
	}
	if (text ~ /BEGIN [A-Z ]*PRIVATE KEY/ || text ~ /PRIVATE\+KEY\+[^+]+\+[0-9a-f]+\+[A-Za-z0-9]/) finding("a private key")
	if (text ~ /(ghp|gho|github_pat)_[A-Za-z0-9]{20}/ || text ~ /AKIA[A-Z0-9]+/) finding("an access token")
	if (text ~ /:\/\/[^\/ @:]+:[^\/ @:$%{<]+@/) finding("a password in an address")
	if (text ~ /(^|[^A-Za-z0-9_.\/-])\/(home|Users)\/[A-Za-z]/ || text ~ /(^|[^A-Za-z0-9_.\/})-])\/(root|work)\//) finding("an absolute path of one machine")
	if (text ~ /\.\.\/share[d]/ && file !~ /^t\//) finding("the data folder beside the repository, outside t/")
}
END { exit bad }'
