/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim measure: what a TPM's PCRs will hold after a boot by kshim.efi, event by event.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "stub/input/uki.h"
#include "tools/cmd.h"
#include "tools/file.h"
#include "tools/find_image.h"
#include "tools/measure/media.h"
#include "tools/measure/show.h"
#include "tools/option.h"

struct options {
	bool json;
	const char *log;
	bank_set banks;
	struct measure_wishes wishes;
};

static bool
take_bank(struct options *o)
{
	enum bank b;

	if (!bank_parse(optarg, &b)) {
		option_bad("--bank", optarg, BANK_LIST);
		return false;
	}
	o->banks |= 1u << b;
	return true;
}

static bool
take_profile(struct options *o)
{
	o->wishes.has_profile = uki_profile_number(optarg, &o->wishes.profile);
	if (!o->wishes.has_profile)
		option_bad("--profile", optarg, "@0, @1 ...");
	return o->wishes.has_profile;
}

/* An option; false after a complaint. */
static bool
take(struct options *o, int opt)
{
	switch (opt) {
	case 'j':
		o->json = true;
		return true;
	case 'b':
		return take_bank(o);
	case 'l':
		o->log = optarg;
		return true;
	case 'a':
		o->wishes.words = optarg;
		return true;
	case 'p':
		return take_profile(o);
	case 's':
		o->wishes.secure = true;
		return true;
	case 'i':
		o->wishes.image = optarg;
		return true;
	case 'm':
		o->wishes.smbios = optarg;
		return true;
	case 'v':
		o->wishes.volume = optarg;
		return true;
	case 'e':
		o->wishes.entry = optarg;
		return true;
	case 'f':
		o->wishes.before = optarg;
		return true;
	default:
		usage_error("measure");
		return false;
	}
}

/* What the first file is, if it is no kernel: where kshim.efi is, or kshim.efi. */
static int
take_first(struct options *o, const char *path, bool *ret_taken)
{
	struct measure_wishes *w = &o->wishes;
	struct stat st;
	struct file f;
	int status = STATUS_OK;

	*ret_taken = true;
	if (!w->volume && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		w->volume = path;
		return STATUS_OK;
	}
	status = file_read(path, &f);
	if (status != STATUS_OK)
		return status;
	if (!w->image && foretell_is_stub(file_span(&f)))
		w->image = path;
	else if (!w->volume && media_is_image(file_span(&f)))
		w->volume = path;
	else
		*ret_taken = false;
	file_free(&f);
	return STATUS_OK;
}

/* [VOLUME | kshim.efi] [KERNEL] [INITRD...] */
static int
take_files(struct options *o, char **files, int count)
{
	static char installed[PATH_MAX];
	struct measure_wishes *w = &o->wishes;
	bool taken = false, named = w->volume != NULL;
	int status = count ? take_first(o, files[0], &taken) : STATUS_OK;

	if (status != STATUS_OK)
		return status;
	if (!w->image && (named || !w->volume))
		w->image = find_image("kshim.efi", installed, sizeof(installed));
	if (!w->image && !w->volume)
		return fail(STATUS_HOST, "no kshim.efi was found; --image names it");
	w->file = (const char *const *)files + taken;
	w->files = (uint32_t)(count - taken);
	return STATUS_OK;
}

static int
compare_log(const struct options *o, const struct events *all, struct comparison *ret)
{
	struct file f;
	struct refusal why;
	int status = file_read(o->log, &f);

	if (status != STATUS_OK)
		return status;
	if (compare(all, file_span(&f), ret, &why))
		status = fail_refusal(o->log, why);
	else if (file_unchanged(&f) != STATUS_OK)
		status = STATUS_HOST;
	else if (ret->first)
		status = STATUS_REFUSED;
	if (status == STATUS_HOST)
		ret->banks = 0;
	for (unsigned i = 0; i < FORETOLD_PCRS; i++) /* of the file, which goes */
		ret->pcr[i].event.data = (struct span){NULL, 0};
	file_free(&f);
	return status;
}

static int
measure(const struct options *o)
{
	static struct comparison comparison;
	struct events all = {.banks = o->banks};
	struct measure_shown s = {.wishes = &o->wishes, .all = &all};
	int status = foretell(&o->wishes, &all);

	if (status == STATUS_OK && o->log) {
		status = compare_log(o, &all, &comparison);
		if (comparison.banks) {
			s.log = o->log;
			s.comparison = &comparison;
		}
	}
	s.status = status;
	if (all.count && (status == STATUS_OK || s.comparison))
		(o->json ? measure_show_json : measure_show_text)(&s);
	events_free(&all);
	return status;
}

int
cmd_measure(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
	        {"bank", required_argument, NULL, 'b'}, {"log", required_argument, NULL, 'l'},
	        {"append", required_argument, NULL, 'a'},
	        {"profile", required_argument, NULL, 'p'},
	        {"secure-boot", no_argument, NULL, 's'},
	        {"image", required_argument, NULL, 'i'},
	        {"smbios", required_argument, NULL, 'm'},
	        {"volume", required_argument, NULL, 'v'},
	        {"entry", required_argument, NULL, 'e'},
	        {"before", required_argument, NULL, 'f'}, {"help", no_argument, NULL, 'h'},
	        {0}};
	struct options o = {.wishes.words = ""};
	int opt, status;

	while ((opt = option_next(argc, argv, "a:p:h", options)) != -1) {
		if (opt == 'h')
			return usage_ok(argv[0]);
		if (!take(&o, opt))
			return STATUS_USAGE;
	}
	if (argc == optind && !o.wishes.image && !o.wishes.volume)
		return usage_error(argv[0]);
	if (!o.banks)
		o.banks = 1u << BANK_SHA256;
	status = take_files(&o, argv + optind, argc - optind);
	return status == STATUS_OK ? measure(&o) : status;
}
