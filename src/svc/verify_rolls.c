/* verify_rolls: each version of the voter roll is there as it was imported, byte for byte. Its key is not needed. */
#include "svc/roll_private.h"
#include "svc/verify_private.h"

bool
verify_rolls(Verify *v, VerifyThread *t, Err *err)
{
	RollVersion *version;
	size_t n;
	(void)t;
	if (!roll_versions(v->w, v->a, &version, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		Sha256 hash;
		const char *path = roll_path(v->w, &version[i], v->a);
		if (!file_exists(path))
			return err_set(err, E_CONFLICT, "the file of version %lld of the roll is missing: '%s'",
				(long long)version[i].number, path);
		if (roll_file_hash(path, v->ask->threads, &hash, err))
			if (roll_is_version(&version[i], &hash, path, err))
				continue;
		if (err && err->code == E_INPUT)
			err->code = E_CONFLICT;
		return false;
	}
	return true;
}
