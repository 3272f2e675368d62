// The seconds that DuckDB needs to find the NIK that stand in a roll's CSV more than once: what bench/link.sh measures the exact pass against.
//   NODE_PATH=$(bench/link_duckdb.sh) node bench/link_duckdb_nik.js ROLL.csv
'use strict';
const { DuckDBInstance } = require('@duckdb/node-api');

async function main() {
	const instance = await DuckDBInstance.create(':memory:', { threads: process.env.THREADS || '2' });
	const con = await instance.connect();
	await con.run('SET preserve_insertion_order = false');
	const start = performance.now();
	await con.runAndReadAll(`SELECT count(*), sum(n) FROM (SELECT NIK, count(*) AS n FROM read_csv('${process.argv[2]}', header = true,
		all_varchar = true, delim = ',', quote = '"') WHERE NIK <> '' GROUP BY NIK HAVING count(*) > 1)`);
	console.log(((performance.now() - start) / 1000).toFixed(2));
}
main().catch(error => { console.error(error.message); process.exit(1); });
