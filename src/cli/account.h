/* What cmd_account.c and account_show.c share. */
#ifndef SIAP_CLI_ACCOUNT_H
#define SIAP_CLI_ACCOUNT_H

#include "cli/cli.h"

typedef struct AccountListing { /* options of the list; NULL: not given */
	const char *text, *area, *limit, *after;
	bool csv;
} AccountListing;
const char *account_line(Cli *cli, const Account *of); /* "operator of KPU, Tebo (1509)" */
bool account_list(Cli *cli, const AccountListing *l, Err *err) MUST;
bool account_show(Cli *cli, const Account *of, Err *err) MUST;
bool account_sessions(Cli *cli, const Account *of, Err *err) MUST;
bool account_may_show(Cli *cli, const Account *of, Err *err) MUST;

#endif
