/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim measure: what a TPM's PCRs will hold after a boot by kshim.efi, event by event.
 */
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "stub/input/uki.h"
#include "tools/cmd.h"
#include "tools/file.h"
#include "tools/find_image.h"
#include "tools/measure/show.h"
#include "tools/option.h"

struct options {
	bool json;
	const char *log, *image;
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
		o->image = optarg;
		return true;
	case 'm':
		o->wishes.smbios = optarg;
		return true;
	case 'v':
		o->wishes.volume = optarg;
		return true;
	default:
		usage_error("measure");
		return false;
	}
}

/* Is the first file kshim.efi, rather than a kernel? */
static int
is_image(const char *path, bool *ret_is)
{
	struct file f;
	int status = file_read(path, &f);

	if (status != STATUS_OK)
		return status;
	*ret_is = foretell_is_stub(file_span(&f));
	file_free(&f);
	return STATUS_OK;
}

/* Has the image a kernel of its own, so that all further files are initrds? */
static int
has_kernel(const char *path, bool *ret_has)
{
	static struct pe pe;
	struct refusal why;
	struct file f;
	bool found;
	int status = file_read(path, &f);

	if (status != STATUS_OK)
		return status;
	*ret_has =
	        !pe_read(file_span(&f), &found, &pe, &why) && found && pe_find(&pe, ".linux");
	file_free(&f);
	return STATUS_OK;
}

/* [kshim.efi] [KERNEL] [INITRD...] */
static int
take_files(struct options *o, char **files, int count)
{
	static char installed[PATH_MAX];
	bool is = false, has = false;
	int status = o->image ? STATUS_OK : is_image(files[0], &is);

	if (status != STATUS_OK)
		return status;
	o->wishes.image = o->image ? o->image : is ? files[0] : NULL;
	if (!o->wishes.image)
		o->wishes.image = find_image("kshim.efi", installed, sizeof(installed));
	if (!o->wishes.image)
		return fail(STATUS_HOST, "no kshim.efi was found; --image names it");
	files += is;
	count -= is;
	status = has_kernel(o->wishes.image, &has);
	if (status != STATUS_OK)
		return status;
	if (!has && !count)
		return fail(STATUS_USAGE, "%s has no kernel in it, and none is named",
		        o->wishes.image);
	if (!has) {
		o->wishes.kernel = files[0];
		files++;
		count--;
	}
	o->wishes.initrd = (const char *const *)files;
	o->wishes.initrds = (uint32_t)count;
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
	else if (ret->first)
		status = STATUS_REFUSED;
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
	        {"volume", required_argument, NULL, 'v'}, {"help", no_argument, NULL, 'h'},
	        {0}};
	struct options o = {.wishes.words = ""};
	int opt, status;

	while ((opt = getopt_long(argc, argv, "a:p:h", options, NULL)) != -1) {
		if (opt == 'h')
			return usage_ok(argv[0]);
		if (!take(&o, opt))
			return STATUS_USAGE;
	}
	if (argc == optind && !o.image)
		return usage_error(argv[0]);
	if (!o.banks)
		o.banks = 1u << BANK_SHA256;
	status = take_files(&o, argv + optind, argc - optind);
	return status == STATUS_OK ? measure(&o) : status;
}
