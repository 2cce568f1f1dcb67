/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tap device that is there already: who it belongs to is for `ip tuntap` to say.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/run/net/nets.h"
#include "tools/run/virtio/net_frames.h"

static const char *
why(int error)
{
	switch (error) {
	case EPERM:
		return "it is another user's: run as that one, or make it by `ip tuntap add NAME mode tap user YOU`";
	case EBUSY:
		return "another program has it";
	case EINVAL:
		return "it is no tap device, or one of several queues";
	default:
		return strerror(error);
	}
}

/* The frames have virtio-net's header; the kernel knows its length for each. */
static bool
attach(int fd, const char *interface, uint8_t *address)
{
	struct ifreq r = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	int header = WIRE_HEADER;

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", interface);
	if (ioctl(fd, TUNSETIFF, &r) < 0 || ioctl(fd, TUNSETVNETHDRSZ, &header) < 0 ||
	        ioctl(fd, SIOCGIFHWADDR, &r) < 0)
		return false;
	/* The guest's end: the host's own address, which is unique here, but for one byte. */
	memcpy(address, r.ifr_hwaddr.sa_data, NET_ADDRESS);
	address[0] = address[0] == 0x52 ? 0x56 : 0x52;
	return true;
}

int
net_open_tap(struct net_host *h, const char *interface)
{
	int fd;

	snprintf(h->name, sizeof(h->name), "net tap=%s", interface);
	h->is_tap = true;
	/* The kernel would make one, for root, that is down and leads nowhere. */
	if (!if_nametoindex(interface))
		return fail(STATUS_HOST,
		        "--net tap=%s: there is no such interface: make it by `ip tuntap add %s mode tap user YOU`",
		        interface, interface);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fail(STATUS_HOST, "--net tap=%s: /dev/net/tun: %s", interface,
		        strerror(errno));
	wire_init(&h->wire, fd, false);
	if (!attach(fd, interface, h->address))
		return fail(STATUS_HOST, "--net tap=%s: %s", interface, why(errno));
	vhost_kernel_open(&h->vhost, "/dev/vhost-net"); /* else this process moves the frames */
	return STATUS_GO_ON;
}

bool
net_tap_offload(const struct net_host *h, uint64_t accepted)
{
	unsigned offload = 0;

	offload |= accepted & NET_GUEST_CSUM ? TUN_F_CSUM : 0;
	offload |= accepted & NET_GUEST_TSO4 ? TUN_F_TSO4 : 0;
	offload |= accepted & NET_GUEST_TSO6 ? TUN_F_TSO6 : 0;
	offload |= accepted & NET_GUEST_ECN ? TUN_F_TSO_ECN : 0;
	return ioctl(h->wire.fd, TUNSETOFFLOAD, (unsigned long)offload) == 0;
}
