/* measure: runs a command and prints its wall seconds, CPU seconds and peak memory in MB as one line on stderr. */
#include "base/base.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: measure COMMAND [ARGUMENT...]\n");
		return 64;
	}
	int64_t start = clock_us();
	pid_t child = fork();
	if (child == 0) {
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	int status;
	struct rusage r;
	NEED(child > 0 && wait4(child, &status, 0, &r) == child);
	double cpu = (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
		(double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
	fprintf(stderr, "%.2f %.2f %.0f\n", (double)(clock_us() - start) / 1e6, cpu,
		(double)r.ru_maxrss / 1024);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
