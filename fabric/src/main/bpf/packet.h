/* SPDX-License-Identifier: Apache-2.0 */
/* What a packet is: where it goes, and what it is on the wire. */
#ifndef KOLLAPS_PACKET_H
#define KOLLAPS_PACKET_H

#include "kernel.h"

#define IPV4_HEADER_BYTES 20
#define IPV6_HEADER_BYTES 40
#define TCP_HEADER_BYTES 20
#define TCP_FLAGS_AT 12
#define UDP_HEADER_BYTES 8

/* An IPv6 address, or an IPv4 address as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
struct address {
	__u32 words[4];
};

/*
 * bytes: IP bytes of all wire packets, each with its own headers; segments: wire packets (a super-packet stands for many).
 */
struct packet {
	struct address destination;
	__u64 bytes;
	__u32 segments;
	__u32 multicast;
};

/* Reads a packet; 0 when it is neither IPv4 nor IPv6, or cut short. */
INLINE int read_packet(struct __sk_buff *skb, struct packet *packet)
{
	__u8 *data = (__u8 *)(long)skb->data, *end = (__u8 *)(long)skb->data_end;
	__u8 *ip = data + ETH_HLEN, *transport;
	__u32 headers, protocol, segments = skb->gso_segs;

	if (skb->protocol == NETWORK16(ETH_P_IP)) {
		if (ip + IPV4_HEADER_BYTES > end)
			return 0;
		packet->destination.words[0] = 0;
		packet->destination.words[1] = 0;
		packet->destination.words[2] = 0xffff0000;
		packet->destination.words[3] = *(__u32 *)(ip + 16);
		packet->multicast = ip[16] >= 224;
		headers = (ip[0] & 0xf) * 4;
		protocol = ip[9];
		/* options are rare, and then the segments' own headers count without them */
		transport = ip + IPV4_HEADER_BYTES;
		if (headers != IPV4_HEADER_BYTES)
			protocol = 0;
	} else if (skb->protocol == NETWORK16(ETH_P_IPV6)) {
		if (ip + IPV6_HEADER_BYTES > end)
			return 0;
		packet->destination.words[0] = *(__u32 *)(ip + 24);
		packet->destination.words[1] = *(__u32 *)(ip + 28);
		packet->destination.words[2] = *(__u32 *)(ip + 32);
		packet->destination.words[3] = *(__u32 *)(ip + 36);
		packet->multicast = ip[24] == 0xff;
		headers = IPV6_HEADER_BYTES;
		protocol = ip[6];
		transport = ip + IPV6_HEADER_BYTES;
	} else {
		return 0;
	}
	packet->bytes = skb->len - ETH_HLEN;
	packet->segments = 1;
	if (segments > 1) {
		if (protocol == IPPROTO_TCP && transport + TCP_HEADER_BYTES <= end)
			headers += (transport[TCP_FLAGS_AT] >> 4) * 4;
		else if (protocol == IPPROTO_TCP || protocol == 0)
			headers += TCP_HEADER_BYTES;
		else
			headers += UDP_HEADER_BYTES;
		packet->bytes += (__u64)(segments - 1) * headers;
		packet->segments = segments;
	}
	return 1;
}

#endif
