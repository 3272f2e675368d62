# Makes the CSV files of the demo election from a rule pack (what each TPS is owed) and a list of villages. The same each time.
#   awk -v out=FOLDER -f demo-data/generate.awk rules/PACK/pack.def demo-data/villages.csv
# Gaps are planted by the running number n of the TPS: see `planted`.

function planted(n, what) {
	if (what == "silent") return n == 26                # nobody has reported from there
	if (what == "no_ink") return n >= 28 && n <= 30     # a whole village waits for its ink
	if (what == "few_ballots") return n == 7 || n == 41 # fewer than the roll asks
	if (what == "wet_ballots") return n == 18           # some arrived damaged
	if (what == "no_officer") return n == 12 || n == 13 || n == 44
	if (what == "untrained") return n % 9 == 0
	if (what == "no_police") return n == 20 || n == 52
	if (what == "no_stage") return n == "campaign"      # over, and not declared
}

function write(file, line) { print line >(out "/" file ".csv") }

# The pack: `code LIST CODE "Label" [rule WORD] [amount N] [end DATE]`.
/^code/ && FILENAME ~ /\.def$/ {
	gsub(/"[^"]*"/, "")
	list = $2; name = $3; rule = ""; amount = 0; end = ""
	for (i = 4; i < NF; i++) {
		if ($i == "rule") rule = $(i + 1)
		if ($i == "amount") amount = $(i + 1)
		if ($i == "end") end = $(i + 1)
	}
	if (list == "contest") contests++
	if (list == "logistics") { item[++items] = name; item_rule[items] = rule; item_amount[items] = amount }
	if (list == "officer") { role[++roles] = name; role_amount[roles] = amount; posts[name] = amount }
	if (list == "security_category") { category[++categories] = name; police[categories] = amount }
	if (list == "stage" && end != "") { stage[++stages] = name; stage_end[stages] = end }
}

BEGIN {
	write("tps", "tps,number,kind,border,no_internet,access_mode,access_hours")
	write("roll_count", "tps,version,male,female,total,decision")
	write("delivery", "tps,item,received,damaged,at,note")
	write("officer_count", "tps,role,filled,sworn_in,trained")
	write("security_count", "tps,category,police,linmas,reserve")
	write("stage", "area,stage,declared,declared_by,evidence")
}

function quantity(i, total) {
	if (item_rule[i] == "pct_of_roll") return int((total * (1000 + item_amount[i]) + 999) / 1000)
	return item_amount[i] * (item_rule[i] == "per_kind" ? contests : 1)
}

function station(tps, number, n,   male, female, total, i, q, bad, kind, filled) {
	boat = tps ~ /^157105/ # across the river
	write("tps", tps "," number ",regular,0," (boat && n % 4 == 0) "," (boat ? "boat" : "road") "," (boat ? "1.5" : "0.5"))
	if (planted(n, "silent")) return
	male = 180 + n * 37 % 90; female = 185 + n * 53 % 95; total = male + female
	write("roll_count", tps ",final," male "," female "," total ",made up for the demo")
	for (i = 1; i <= items; i++) {
		q = quantity(i, total); bad = 0; note = ""
		if (item[i] == "ink" && planted(n, "no_ink")) continue
		if (item[i] ~ /^ballot_governor/ && planted(n, "few_ballots")) { q -= 20; note = "the rest follows" }
		if (item[i] ~ /^ballot_regent/ && planted(n, "wet_ballots")) { bad = 35; note = "wet in transit" }
		write("delivery", tps "," item[i] "," q "," bad ",2024-11-" (23 + n % 2) "T" (10 + n % 8) ":30+07:00," note)
	}
	for (i = 1; i <= roles; i++) {
		filled = role_amount[i] - (role[i] == "kpps" && planted(n, "no_officer") ? 2 : 0)
		write("officer_count", tps "," role[i] "," filled "," filled "," (planted(n, "untrained") ? filled - 1 : filled))
	}
	kind = n % 20 == 0 ? 3 : n % 7 == 0 ? 2 : 1
	write("security_count", tps "," category[kind] "," (planted(n, "no_police") ? 0 : police[kind]) "," posts["linmas"] ",0")
}

FILENAME ~ /\.csv$/ && /^[0-9]/ {
	split($0, cell, ",")
	for (k = 1; k <= cell[2]; k++) {
		number = sprintf("%03d", k)
		station(cell[1] number, number, ++stations)
	}
}

END {
	for (i = 1; i <= stages; i++)
		if (stage_end[i] <= "2024-11-25" && !planted(stage[i], "no_stage"))
			write("stage", "1571," stage[i] "," stage_end[i] ",KPU Kota Jambi (demo)," )
}
