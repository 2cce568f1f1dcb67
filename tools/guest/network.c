/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses for a command that has no DHCP client: those of a network of its own, because passt
 * answers for every other address in it and makes all connections itself.
 *
 * Sources: netdevice(7), for requests; passt(1). Addresses of version 6 the kernel gets by
 * itself.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/guest/init.h"

/* 10.0.2.15 of 10.0.2.0/24, its gateway 10.0.2.2; the next card's are in 10.0.3.0/24. */
#define NETWORK(card) (0x0a000200u + 0x100u * (card))
#define MASK          0xffffff00u
#define OWN           15u
#define GATEWAY       2u
#define CARDS         32u

static struct sockaddr
address_of(uint32_t number)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(number)};
	struct sockaddr out;

	memcpy(&out, &in, sizeof(out));
	return out;
}

static bool
raise_up(int fd, struct ifreq *r)
{
	r->ifr_flags = IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, r) == 0;
}

/* False with errno. Of several cards the first has the route to everywhere. */
static bool
start_card(int fd, struct ifreq *r, unsigned card, bool is_first)
{
	struct rtentry everywhere = {.rt_flags = RTF_UP | RTF_GATEWAY,
	        .rt_dst = address_of(0),
	        .rt_genmask = address_of(0),
	        .rt_gateway = address_of(NETWORK(card) + GATEWAY)};

	r->ifr_addr = address_of(NETWORK(card) + OWN);
	if (ioctl(fd, SIOCSIFADDR, r) < 0)
		return false;
	r->ifr_netmask = address_of(MASK);
	if (ioctl(fd, SIOCSIFNETMASK, r) < 0 || !raise_up(fd, r))
		return false;
	return !is_first || ioctl(fd, SIOCADDRT, &everywhere) == 0;
}

void
setup_network(uint32_t cards)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = {.ifr_name = "lo"};
	bool is_first = true;

	if (fd >= 0)
		raise_up(fd, &r); /* else it is a kernel without a network */
	for (unsigned i = 0; i < CARDS; i++) {
		if (!(cards & 1u << i))
			continue;
		snprintf(r.ifr_name, sizeof(r.ifr_name), "eth%u", i);
		if (fd < 0 || !start_card(fd, &r, i, is_first))
			die("the network card", r.ifr_name);
		is_first = false;
	}
	if (fd >= 0)
		close(fd);
}
