/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts what leaves a device, for each destination address: for clsact egress of an endpoint's own device. It changes nothing
 * and lets every packet pass. Counters are those of wire packets, in IP bytes, whatever the protocol above IP.
 */
#include "packet.h"

struct destination_usage {
	__u64 bytes;
	__u64 packets;
};

/* Keyed by destination; entries come with the first packet. The loader gives the number of entries. */
MAP usage = {BPF_MAP_TYPE_HASH, sizeof(struct address), sizeof(struct destination_usage), 0, 0};

SECTION("tc/usage") int count_usage(struct __sk_buff *skb)
{
	struct packet packet = {};
	struct destination_usage *found;

	if (!read_packet(skb, &packet))
		return TC_ACT_UNSPEC;
	found = map_lookup(&usage, &packet.destination);
	if (!found) {
		struct destination_usage none = {};

		/* where another processor was faster, its entry is as good; a full map counts no more destinations */
		map_update(&usage, &packet.destination, &none, BPF_NOEXIST);
		found = map_lookup(&usage, &packet.destination);
	}
	if (found) {
		__sync_fetch_and_add(&found->bytes, packet.bytes);
		__sync_fetch_and_add(&found->packets, packet.segments);
	}
	return TC_ACT_UNSPEC;
}

const char programs_license[] SECTION("license") = "Apache-2.0";
