/* measure_own: runs a command and prints on stderr its peak memory in MB, and how much of it at most was its own at a time: not pages of mapped
 * files (RssAnon, seen every 2 ms). */
#include "base/base.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long
own_kilobytes(pid_t child)
{
	char path[64], line[256];
	long kb = 0;
	snprintf(path, sizeof path, "/proc/%d/status", (int)child);
	FILE *f = fopen(path, "r");
	if (!f)
		return 0;
	while (fgets(line, sizeof line, f))
		if (strncmp(line, "RssAnon:", 8) == 0)
			kb = strtol(line + 8, NULL, 10);
	fclose(f);
	return kb;
}

int
main(int argc, char **argv)
{
	int status;
	long most = 0;
	struct rusage r;
	if (argc < 2) {
		fprintf(stderr, "usage: measure_own COMMAND [ARGUMENT...]\n");
		return 64;
	}
	pid_t child = fork();
	if (child == 0) {
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	NEED(child > 0);
	while (wait4(child, &status, WNOHANG, &r) == 0) {
		long kb = own_kilobytes(child);
		most = kb > most ? kb : most;
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	}
	fprintf(stderr, "%.0f %.0f\n", (double)r.ru_maxrss / 1024, (double)most / 1024);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
