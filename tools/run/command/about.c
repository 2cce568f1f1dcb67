/* SPDX-License-Identifier: BSD-2-Clause */
#include "about.h"

#include <limits.h>
#include <string.h>

#include "stub/probe/facts.h"
#include "stub/probe/probe.h"
#include "tools/config_beside.h"
#include "tools/ikconfig.h"
#include "tools/linux_banner.h"
#include "tools/run/status.h"

/* Text that begins with the release; false if there is none. */
static bool
find_version(struct span bytes, struct span *ret_text)
{
	struct image im = image_of(bytes);
	struct facts facts;
	struct refusal why;

	if (kernel_probe(&im, &facts, &why) == REFUSAL_NONE && facts.format == KERNEL_BZIMAGE &&
	        facts.bz.version_off)
		return span_sub(bytes, facts.bz.version_off, bytes.size - facts.bz.version_off,
		        ret_text);
	return linux_banner_find(bytes, ret_text) &&
	       span_sub(*ret_text, strlen(LINUX_BANNER), ret_text->size - strlen(LINUX_BANNER),
	               ret_text);
}

/* A release becomes part of a path: what would leave its folder is none. */
static void
read_release(struct span bytes, char *ret_release)
{
	struct span text;
	size_t n = 0;

	if (find_version(bytes, &text))
		while (n < ABOUT_RELEASE && span_u8(text, n) > ' ' && span_u8(text, n) <= '~' &&
		        span_u8(text, n) != '/')
			n++;
	if (n == ABOUT_RELEASE)
		n = 0;
	if (n)
		memcpy(ret_release, text.base, n);
	ret_release[n] = 0;
}

int
about_read(const char *path, struct span bytes, struct about *ret_about)
{
	struct about *a = ret_about;
	struct budget budget = budget_of(path, BUDGET_LIMIT);
	char beside[PATH_MAX], why[UNPACK_WHY];
	int status;

	memset(a, 0, sizeof(*a));
	read_release(bytes, a->release);
	if (config_beside_find(path,
	            (struct span){(const uint8_t *)a->release, strlen(a->release)}, beside,
	            sizeof(beside)))
		status = file_read_text(beside, &a->config);
	else
		status = ikconfig_read(bytes, &budget, &a->config, why);
	return status == STATUS_OK || status == STATUS_REFUSED ? STATUS_GO_ON : status;
}

void
about_free(struct about *a)
{
	file_free(&a->config);
}
