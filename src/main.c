/* The program: hands the real clock, randomness, terminal and embedded files to the command line. */
#include "base/base.h"
#include "cli/cli.h"

int
main(int argc, char **argv)
{
	Env env = env_real();
	env.files = embedded_files;
	env.n_files = embedded_count;
	return cli_main(env, argc, argv);
}
