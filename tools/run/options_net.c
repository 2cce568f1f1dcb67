/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --net, --vsock.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "tools/option.h"
#include "tools/run/options.h"

#define CID_MIN 3u /* those below are the hypervisor's and the host's; virtio 1.2, 5.10.4 */
#define CID_MAX 0xfffffffeu

int
options_net(struct options *o, const char *text)
{
	struct option_net *n = &o->net[o->nets];

	if (o->nets == OPTIONS_NETS)
		return fail(STATUS_USAGE, "--net: more than %d of them", OPTIONS_NETS);
	if (!strncmp(text, "tap=", 4))
		n->interface = text + 4;
	else if (strcmp(text, "user") != 0)
		return option_bad("--net", text, "user or tap=INTERFACE");
	if (n->interface && (!*n->interface || strlen(n->interface) >= IFNAMSIZ))
		return option_bad("--net", text, "an interface's name of 1 to 15 bytes");
	o->nets++;
	return STATUS_GO_ON;
}

int
options_vsock(struct options *o, const char *text)
{
	char *end;
	unsigned long cid;

	errno = 0;
	cid = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || cid < CID_MIN || cid > CID_MAX)
		return option_bad("--vsock", text, "a number from 3 to 4294967294");
	o->vsock = (uint32_t)cid;
	return STATUS_GO_ON;
}
