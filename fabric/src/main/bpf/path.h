/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs and the Java side share, by plain loads and stores to the same memory. io.kollaps.fabric.kernel.PathLayout
 * has the same numbers; a test compares them with the section "layout" of the object.
 */
#ifndef KOLLAPS_PATH_H
#define KOLLAPS_PATH_H

#include "kernel.h"

#define PATH_EXISTS 1u
#define PATH_UNIFORM 2u        /* jitter: uniform over plus or minus the amplitude; else normal with that deviation */
#define PATH_REORDERS 4u       /* a packet may overtake an earlier one */
#define PATH_LIMIT_IN_TIME 8u  /* the queue limit is in nanoseconds; else in bytes */

/*
 * Three cache lines: written by Java (but for its last two values), by the programs under the lock, by the programs with atomic
 * adds.
 */
struct path {
	__u32 flags;
	__u32 overhead;          /* bytes that the rate counts for each packet beside its IP bytes */
	__u64 rate;              /* bits per second, 0 for unlimited */
	__u64 latency;           /* nanoseconds */
	__u64 jitter;            /* nanoseconds: deviation or amplitude */
	__u64 loss;              /* probability times 2^63 */
	__u64 limit;             /* of the queue: nanoseconds or bytes */
	__u16 from, to;          /* endpoints */
	__u32 early;             /* nanoseconds that fq gets packets' times early, by the programs */
	__u64 busy_since;        /* when the queue was empty last; by the programs, once for each busy period */

	__u32 lock;
	__u32 limit_dropped;     /* no room in the fabric device */
	__u64 next;              /* when the rate is through with all packets whose departure is fixed */
	__u32 waiting_bytes;     /* charged bytes of packets whose departure is not fixed yet, and how many of them */
	__u32 waiting_packets;
	__u64 tick;              /* when those are looked at next */
	__u64 carry;             /* work left over by rounding, in billionths of a bit */
	__u64 loss_random;
	__u64 jitter_random;
	__u64 last_departure;

	__u64 offered_packets;
	__u64 offered_bytes;
	__u64 delivered_packets;
	__u64 delivered_bytes;
	__u64 lost;
	__u64 queue_dropped;
	__u64 cut;
	__u64 committed_bytes;   /* charged bytes whose departure was fixed */
};

#define ENDPOINT_ATTACHED 1u
#define ENDPOINT_CONNECTED 2u
#define ENDPOINT_UP (ENDPOINT_ATTACHED | ENDPOINT_CONNECTED)

struct endpoint {
	__u32 device;            /* index of the host end that leads to it */
	__u32 flags;
	__u32 generation;        /* grows whenever what is on its way must not arrive any more */
	__u32 mtu;               /* bytes of the largest IP packet */
	__u32 peer;              /* number of the peer where it is plus 1; 0 for here */
	__u32 unused[3];
};

/* Another node: its address as struct bpf_tunnel_key has it, IPv4 in the first word and in the machine's order. */
struct peer {
	__u32 address[4];
	__u32 small_answers;     /* probes that came back */
	__u32 full_answers;
	__u32 unused[2];
};

#define CHUNK_PATHS_SHIFT 10
#define CHUNK_PATHS (1u << CHUNK_PATHS_SHIFT)

/* Lateness in buckets of which 8 lie between every power of two and the next: a quantile is at most 1/8 too high. */
#define BUCKETS_SHIFT 3
#define BUCKETS_PER_POWER (1u << BUCKETS_SHIFT)
#define LONGEST_POWER 40
#define BUCKETS ((LONGEST_POWER - BUCKETS_SHIFT + 2) * BUCKETS_PER_POWER)

/* One of each processor; not of paths. */
struct totals {
	__u64 delivered_buffers;
	__u64 unrouted;          /* packets to addresses that no endpoint has */
	__u64 pathless;          /* wire packets between endpoints that never had a path */
	__u64 contended;         /* packets for which a path's lock was not to be had in time */
	__u64 recirculated;      /* how often a waiting packet was looked at */
	__u64 lateness_max;
	__u64 lateness[BUCKETS];
	__u64 sent;              /* wire packets to other nodes */
	__u64 received;          /* wire packets from other nodes */
	__u64 foreign;           /* not of a peer, or of another run */
	__u64 malformed;
	__u64 undelivered;       /* to nobody here */
};

struct settings {
	__u32 fabric_device;     /* the device with fq */
	__u32 overlay_device;    /* the device that leads to other nodes */
	__u32 vni;
	__u32 over_ipv6;
	__u32 overlay_mtu;
	__u32 unused;
};

/*
 * Frames between nodes, as io.kollaps.fabric.overlay.InnerFrame has them: the hardware address of endpoint n is 02:4b and n in
 * network order; a probe is sent back as an answer.
 */
#define MAC_PREFIX 0x4b02u   /* as a little-endian word */
#define EVERYBODY_PREFIX 0x0002u /* 02:00, of all eth0, with the number 1 */
#define PROBE_TYPE 0x88b5
#define PROBE_MAGIC 0x4c4c4f4bu
#define PROBE_REQUEST 1
#define PROBE_ANSWER 2
#define SMALLEST_PROBE 64

#endif
