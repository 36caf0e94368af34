/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel fabric's packet path.
 *
 * `shape` sits at the host end of every endpoint's device. It finds the packet's path, draws its loss, and either fixes its
 * departure or lets it wait; then it hands a clone to the fabric device, whose queueing discipline (fq) holds every packet
 * until its time. A clone, because the original carries the sender's socket: held for the whole latency, it would choke the
 * sender (TCP small queues, SO_SNDBUF). `deliver` sits where packets leave the fabric device.
 *
 * A departure, once fixed, does not follow a change of the rate. So only the near future is fixed: a packet that would depart
 * later than LOOK_AHEAD waits without a departure, and is looked at again at the path's next tick, at the rate of then. All
 * that wait on a path have the same tick and stay in their order: fq keeps the order of packets of one time, and those that
 * arrive meanwhile have a time one nanosecond later. What fq takes for a flow is a path, by the packet's hash.
 *
 * A timer that wakes a sleeping processor is late, by some ten microseconds on most machines. A path's packets are so alike that
 * the next one will be as late as those before: `deliver` sees by how much, and `shape` gives fq the times that much earlier. Only
 * the delay gets this credit, never the rate, and never more than the latency.
 *
 * On the way through the fabric device a packet carries its path in its mark, and the sum of its endpoints' generations in its
 * tc_index: both stay within a network namespace, and no endpoint can set them.
 */
#include "packet.h"
#include "path.h"

#define NANOS_PER_MILLI 1000000ull
#define WORK_PER_BYTE 8000000000ull /* a rate of r bits per second does r units of work in a nanosecond */

#define TICK (10 * NANOS_PER_MILLI)
#define LONGEST_TICK (1000 * NANOS_PER_MILLI)
#define TICKS_OF_BACKLOG_SHIFT 3     /* a long queue is looked at when an eighth of it should be gone */
#define SLACK (TICK / 4)             /* fixed beyond the next tick, so that a late tick leaves no gap */
#define LOOK_AHEAD (TICK + SLACK)
#define TICK_LOST (2000 * NANOS_PER_MILLI)

#define MOST_BACKLOG_BYTES 1000000000ull
#define LONGEST_BACKLOG (1ull << 33) /* nanoseconds; times RATE_SPLIT it fits 64 bits */
#define RATE_SPLIT (1ull << 30)

#define MOST_EARLY 200000u           /* nanoseconds; a timer that is later than this is no mere wake-up */
#define EARLY_UP_SHIFT 5
#define EARLY_DOWN_SHIFT 2

#define WAITS 0x80000000u            /* in a mark: has no departure yet */
#define LOCK_TRIES 256
#define MOST_HEADER_BYTES 128        /* Ethernet, IPv6 and the longest TCP header; of IPv4 with options what matters */

MAP ports = {BPF_MAP_TYPE_HASH, sizeof(__u32), sizeof(__u32), 0, BPF_F_NO_PREALLOC};
MAP addresses = {BPF_MAP_TYPE_HASH, sizeof(struct address), sizeof(__u32), 0, BPF_F_NO_PREALLOC};
MAP endpoints = {BPF_MAP_TYPE_ARRAY, sizeof(__u32), sizeof(struct endpoint), 0, BPF_F_MMAPABLE};
/* For each sending endpoint a row, for each receiving one the path's slot plus 1, or 0. */
MAP rows = {BPF_MAP_TYPE_ARRAY_OF_MAPS, sizeof(__u32), sizeof(__u32), 0, 0};
MAP row = {BPF_MAP_TYPE_ARRAY, sizeof(__u32), sizeof(__u64), 0, BPF_F_MMAPABLE};
/* Paths by slot, in chunks that are made when they are needed. */
MAP chunks = {BPF_MAP_TYPE_ARRAY_OF_MAPS, sizeof(__u32), sizeof(__u32), 0, 0};
MAP chunk = {BPF_MAP_TYPE_ARRAY, sizeof(__u32), sizeof(struct path), CHUNK_PATHS, BPF_F_MMAPABLE};
/* A bit for each slot whose counters grew since Java last took it. */
MAP touched = {BPF_MAP_TYPE_ARRAY, sizeof(__u32), sizeof(__u64), 0, BPF_F_MMAPABLE};
MAP totals = {BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(__u32), sizeof(struct totals), 1, 0};
MAP peers = {BPF_MAP_TYPE_ARRAY, sizeof(__u32), sizeof(struct peer), 0, BPF_F_MMAPABLE};
MAP settings = {BPF_MAP_TYPE_ARRAY, sizeof(__u32), sizeof(struct settings), 1, BPF_F_MMAPABLE};

INLINE void add(__u64 *counter, __u64 value)
{
	__sync_fetch_and_add(counter, value);
}

INLINE struct totals *my_totals(void)
{
	__u32 zero = 0;

	return map_lookup(&totals, &zero);
}

INLINE struct settings *my_settings(void)
{
	__u32 zero = 0;

	return map_lookup(&settings, &zero);
}

INLINE __u32 fabric_device(void)
{
	struct settings *found = my_settings();

	return found ? found->fabric_device : 0;
}

INLINE struct path *path_at(__u32 slot)
{
	__u32 index = slot >> CHUNK_PATHS_SHIFT;
	void *paths = map_lookup(&chunks, &index);

	if (!paths)
		return 0;
	index = slot & (CHUNK_PATHS - 1);
	return map_lookup(paths, &index);
}

/* The slot of a path plus 1, or 0 when there never was one. */
INLINE __u32 find_slot(__u32 from, __u32 to)
{
	void *slots = map_lookup(&rows, &from);
	__u64 *slot;

	if (!slots)
		return 0;
	slot = map_lookup(slots, &to);
	return slot ? *(volatile __u64 *)slot : 0;
}

INLINE void touch(__u32 slot)
{
	__u32 index = slot >> 6;
	__u64 bit = 1ull << (slot & 63), *word = map_lookup(&touched, &index);

	if (word && !(*(volatile __u64 *)word & bit))
		__sync_fetch_and_or(word, bit);
}

/*
 * The critical sections are some ten instructions long, and nothing interrupts one to run another on the same processor. Should
 * a hypervisor stop a processor that holds a lock, the others go on without it after a while: an inexact queue for a moment
 * harms less than packets that nobody asked to lose.
 */
INLINE void lock(struct path *path)
{
	int i;

	for (i = 0; i < LOCK_TRIES; i++)
		if (__sync_val_compare_and_swap(&path->lock, 0, 1) == 0)
			return;
	struct totals *all = my_totals();
	if (all)
		all->contended++;
}

INLINE void unlock(struct path *path)
{
	/* an exchange, because a plain store may pass the stores before it on some machines */
	__sync_lock_test_and_set(&path->lock, 0);
}

/* SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014). */
INLINE __u64 draw(__u64 *state)
{
	__u64 z = *state;

	*state = z + 0x9e3779b97f4a7c15ull;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* Sum of the four 16-bit numbers in a word. */
INLINE __s64 sum16(__u64 word)
{
	return (word & 0xffff) + (word >> 16 & 0xffff) + (word >> 32 & 0xffff) + (word >> 48);
}

/*
 * Latency and jitter. Normal: twelve 16-bit uniform numbers have a variance of 12 (65536^2 - 1) / 12, so their sum less its mean
 * is, to one part in 10^9, a deviation of 65536 (central limit; cut at six deviations). Uniform: 24 bits of the amplitude.
 */
INLINE __u64 draw_delay(struct path *path, __u32 flags)
{
	__s64 jitter = path->jitter, sum;
	__u64 first, latency = path->latency;

	if (!jitter)
		return latency;
	first = draw(&path->jitter_random);
	if (flags & PATH_UNIFORM) {
		jitter = (((__s64)(first >> 40) - (1 << 23)) * jitter) >> 23;
	} else {
		sum = sum16(first) - 12 * 65535 / 2;
		sum += sum16(draw(&path->jitter_random));
		sum += sum16(draw(&path->jitter_random));
		jitter = (sum * jitter) >> 16;
	}
	jitter += latency;
	return jitter > 0 ? jitter : 0;
}

/* When fq is to let a packet go that is through with the rate at a time. */
INLINE __u64 departure(struct path *path, __u32 flags, __u64 time)
{
	__u64 last = path->last_departure, delay = draw_delay(path, flags), early = *(volatile __u32 *)&path->early;

	time += delay - (early < delay ? early : delay);
	if (time > last)
		path->last_departure = time;
	else if (!(flags & PATH_REORDERS))
		time = last;
	return time;
}

/* Bytes that a rate serves in a time. */
INLINE __u64 bytes_in(__u64 nanos, __u64 rate)
{
	if (nanos > LONGEST_BACKLOG)
		nanos = LONGEST_BACKLOG;
	if (rate > RATE_SPLIT)
		return nanos * (rate >> 10) / (WORK_PER_BYTE >> 10);
	return nanos * rate / WORK_PER_BYTE;
}

/*
 * Whether the queue has room. A limit in time admits a packet that waits at most that long at the rate of now; a limit in bytes
 * one with which it is not exceeded. Two packets of this size, or two full ones, always fit.
 */
INLINE int has_room(struct path *path, __u32 flags, __u64 rate, __u64 now, __u64 charged, __u64 full)
{
	__u64 waiting = path->waiting_bytes, next = path->next, limit = path->limit;
	__u64 service = next > now ? next - now : 0;
	__u64 backlog = waiting + bytes_in(service, rate);

	if (backlog + charged <= 2 * (charged > full ? charged : full))
		return 1;
	if (backlog + charged > MOST_BACKLOG_BYTES)
		return 0;
	if (flags & PATH_LIMIT_IN_TIME)
		return service + waiting * WORK_PER_BYTE / rate <= limit;
	return backlog + charged <= limit;
}

/*
 * Fixes the time at which the rate is through with a packet, if that is not after the horizon; 0 else. A queue that never got
 * empty goes on where it was, however late it is looked at.
 */
INLINE __u64 commit(struct path *path, __u64 rate, __u64 now, __u64 charged, int queued, __u64 horizon)
{
	__u64 base = path->next, work, nanos;
	int idle = base <= now && !queued;

	if (!rate) {
		path->committed_bytes += charged;
		return now;
	}
	if (idle) {
		base = now;
		path->carry = 0;
	}
	work = charged * WORK_PER_BYTE + (path->carry < rate ? path->carry : 0);
	nanos = work / rate;
	if (base + nanos > horizon)
		return 0;
	if (idle)
		path->busy_since = now;
	path->carry = work - nanos * rate;
	path->next = base + nanos;
	path->committed_bytes += charged;
	return base + nanos;
}

INLINE void forget_waiting(struct path *path, __u32 charged)
{
	__u32 packets = path->waiting_packets, bytes = path->waiting_bytes;

	if (packets <= 1) {
		path->waiting_packets = 0;
		path->waiting_bytes = 0;
	} else {
		path->waiting_packets = packets - 1;
		/* the overhead may have been changed meanwhile */
		path->waiting_bytes = bytes > charged ? bytes - charged : 0;
	}
}

/* Sets the tick after one that has passed. */
INLINE void wind(struct path *path, __u64 rate, __u64 now)
{
	__u64 step = TICK;

	if (path->tick > now)
		return;
	if (rate) {
		step = path->waiting_bytes * WORK_PER_BYTE / rate >> TICKS_OF_BACKLOG_SHIFT;
		if (step < TICK)
			step = TICK;
		if (step > LONGEST_TICK)
			step = LONGEST_TICK;
	}
	path->tick = now + step;
}

#define LOST 0
#define NO_ROOM 1

/* What happens to a packet that arrives: LOST, NO_ROOM, or its time in fq, with WAITS in *mark when it is no departure. */
INLINE __u64 admit(struct path *path, __u32 flags, __u64 now, __u64 charged, __u64 full, __u32 *mark)
{
	__u64 rate = path->rate, loss = path->loss, time = 0;
	__u32 waiting;

	if (loss && (draw(&path->loss_random) >> 1) < loss)
		return LOST;
	if (path->waiting_packets && path->tick + TICK_LOST < now) {
		/* they were lost in fq: nothing will come and be looked at */
		path->waiting_packets = 0;
		path->waiting_bytes = 0;
	}
	waiting = path->waiting_packets;
	if (rate && !has_room(path, flags, rate, now, charged, full))
		return NO_ROOM;
	if (!waiting)
		time = commit(path, rate, now, charged, 0, now + LOOK_AHEAD);
	if (time)
		return departure(path, flags, time);
	if (!waiting && path->next <= now) {
		/* a packet that takes longer than what is looked ahead begins a busy period */
		path->next = now;
		path->carry = 0;
		path->busy_since = now;
	}
	path->waiting_packets = waiting + 1;
	path->waiting_bytes += charged;
	wind(path, rate, now);
	*mark |= WAITS;
	return path->tick + 1;
}

/* What happens to a packet whose tick has come: its time in fq, with WAITS in *mark when it is no departure. */
INLINE __u64 look_again(struct path *path, __u32 flags, __u64 now, __u64 charged, __u32 *mark)
{
	__u64 rate = path->rate, time;

	wind(path, rate, now);
	time = commit(path, rate, now, charged, 1, path->tick + SLACK);
	if (!time)
		return path->tick;
	forget_waiting(path, charged);
	*mark &= ~WAITS;
	return departure(path, flags, time);
}

INLINE __u32 bucket(__u64 nanos)
{
	__u32 power = 0;
	__u64 rest = nanos;

	if (nanos < BUCKETS_PER_POWER)
		return nanos;
	if (nanos >> (LONGEST_POWER + 1))
		return BUCKETS - 1;
	if (rest >> 32) { power += 32; rest >>= 32; }
	if (rest >> 16) { power += 16; rest >>= 16; }
	if (rest >> 8) { power += 8; rest >>= 8; }
	if (rest >> 4) { power += 4; rest >>= 4; }
	if (rest >> 2) { power += 2; rest >>= 2; }
	if (rest >> 1) power += 1;
	power -= BUCKETS_SHIFT;
	return (power << BUCKETS_SHIFT) + (nanos >> power);
}

struct mac {
	__u16 prefix;
	__u16 number[2];
};

struct ethernet {
	struct mac to, from;
	__u16 type;
};

INLINE struct mac mac_of(__u32 endpoint)
{
	struct mac mac = {MAC_PREFIX, {NETWORK16(endpoint >> 16), NETWORK16(endpoint & 0xffff)}};

	return mac;
}

INLINE __u32 number_of(const struct mac *mac)
{
	return (__u32)NETWORK16(mac->number[0]) << 16 | NETWORK16(mac->number[1]);
}

/* Hands a packet to the node of the endpoint it is for: the overlay's device knows the node by the hardware address. */
INLINE int send_away(struct __sk_buff *skb, struct path *path, struct packet *packet, struct totals *all)
{
	struct settings *set = my_settings();
	struct mac macs[2] = {mac_of(path->to), mac_of(path->from)};

	if (!set || store_bytes(skb, 0, macs, sizeof(macs), 0))
		return TC_ACT_SHOT;
	if (all)
		all->sent += packet->segments;
	return redirect(set->overlay_device, 0);
}

/*
 * Learns from how much later than fq's time a packet came. The estimate settles where packets are early by an eighth of what they
 * are late by, all added up: better a little late than early. One that was very late says that the machine had no time, and
 * nothing about its timers.
 */
INLINE void learn_early(struct path *path, __u64 late)
{
	__u32 early = *(volatile __u32 *)&path->early;

	if (late > 2 * MOST_EARLY)
		return;
	if (late > MOST_EARLY)
		late = MOST_EARLY;
	if (!early)
		early = late / 2;
	else if (late > early)
		early += ((__u32)late - early) >> EARLY_UP_SHIFT;
	else
		early -= (early - (__u32)late) >> EARLY_DOWN_SHIFT;
	*(volatile __u32 *)&path->early = early;
}

/* Hands a packet to the endpoint it is for. */
INLINE int hand_over(struct __sk_buff *skb, struct path *path, struct packet *packet, struct endpoint *to, __u64 late)
{
	struct totals *all = my_totals();
	__u32 index = bucket(late);

	add(&path->delivered_packets, packet->segments);
	add(&path->delivered_bytes, packet->bytes);
	if (all) {
		all->delivered_buffers++;
		if (late > all->lateness_max)
			all->lateness_max = late;
		if (index < BUCKETS)
			all->lateness[index]++;
	}
	skb->mark = 0;
	if (to->peer)
		return send_away(skb, path, packet, all);
	return redirect(to->device, 0);
}

SECTION("tc/shape") int shape(struct __sk_buff *skb)
{
	struct packet packet = {};
	struct endpoint *from, *to;
	struct totals *all = my_totals();
	struct path *path;
	__u32 device = skb->ifindex, slot, mark, flags, *found;
	__u64 now, charged, time;

	if (!all || !read_packet(skb, &packet))
		return TC_ACT_SHOT;
	found = map_lookup(&ports, &device);
	if (!found)
		return TC_ACT_SHOT;
	from = map_lookup(&endpoints, found);
	device = *found;
	found = map_lookup(&addresses, &packet.destination);
	if (!found) {
		if (!packet.multicast)
			all->unrouted++;
		return TC_ACT_SHOT;
	}
	to = map_lookup(&endpoints, found);
	slot = find_slot(device, *found);
	path = slot ? path_at(slot - 1) : 0;
	if (!path || !from || !to) {
		all->pathless += packet.segments;
		return TC_ACT_SHOT;
	}
	mark = slot - 1;
	add(&path->offered_packets, packet.segments);
	add(&path->offered_bytes, packet.bytes);
	touch(mark);
	flags = path->flags;
	if (!(flags & PATH_EXISTS) || (from->flags & to->flags & ENDPOINT_UP) != ENDPOINT_UP) {
		add(&path->cut, packet.segments);
		return TC_ACT_SHOT;
	}
	charged = packet.bytes + (__u64)packet.segments * path->overhead;
	now = now_nanos();
	if (!path->rate && !path->loss && !path->jitter && !path->waiting_packets) {
		add(&path->committed_bytes, charged);
		time = departure(path, flags, now);
		/* fq need not see it; where the path was another one a moment ago, it may overtake what is late in fq */
		if (time <= now)
			return hand_over(skb, path, &packet, to, 0);
	} else {
		lock(path);
		time = admit(path, flags, now, charged, (__u64)from->mtu + path->overhead, &mark);
		unlock(path);
		if (time == LOST) {
			add(&path->lost, packet.segments);
			return TC_ACT_SHOT;
		}
		if (time == NO_ROOM) {
			add(&path->queue_dropped, packet.segments);
			return TC_ACT_SHOT;
		}
	}
	skb->mark = mark;
	skb->tc_index = (__u16)(from->generation + to->generation);
	set_hash(skb, slot);
	if (set_time(skb, time, BPF_SKB_TSTAMP_DELIVERY_MONO) || clone_redirect(skb, fabric_device(), 0)) {
		if (mark & WAITS) {
			lock(path);
			forget_waiting(path, charged);
			unlock(path);
		}
		__sync_fetch_and_add(&path->limit_dropped, packet.segments);
		return TC_ACT_SHOT;
	}
	return TC_ACT_STOLEN;
}

SECTION("tc/deliver") int deliver(struct __sk_buff *skb)
{
	struct packet packet = {};
	struct endpoint *from, *to;
	struct totals *all = my_totals();
	struct path *path;
	__u32 mark = skb->mark, flags, index;
	__u64 now, charged, time, early, due;

	if (skb->tstamp_type != BPF_SKB_TSTAMP_DELIVERY_MONO)
		return TC_ACT_SHOT;
	time = skb->tstamp;
	path = path_at(mark & ~WAITS);
	if (!all || !path || !read_packet(skb, &packet))
		return TC_ACT_SHOT;
	touch(mark & ~WAITS);
	index = path->from;
	from = map_lookup(&endpoints, &index);
	index = path->to;
	to = map_lookup(&endpoints, &index);
	if (!from || !to)
		return TC_ACT_SHOT;
	flags = path->flags;
	charged = packet.bytes + (__u64)packet.segments * path->overhead;
	now = now_nanos();
	if (skb->tc_index != (__u16)(from->generation + to->generation) ||
	    ((mark & WAITS) && !(flags & PATH_EXISTS))) {
		if (mark & WAITS) {
			lock(path);
			forget_waiting(path, charged);
			unlock(path);
		}
		add(&path->cut, packet.segments);
		return TC_ACT_SHOT;
	}
	if (mark & WAITS) {
		all->recirculated++;
		lock(path);
		time = look_again(path, flags, now, charged, &mark);
		unlock(path);
		/* also when it is late: those before it may still be in fq, which knows the order */
		skb->mark = mark;
		if (set_time(skb, time, BPF_SKB_TSTAMP_DELIVERY_MONO)) {
			__sync_fetch_and_add(&path->limit_dropped, packet.segments);
			return TC_ACT_SHOT;
		}
		return redirect(fabric_device(), 0);
	}
	due = now > time ? now - time : 0;
	early = *(volatile __u32 *)&path->early;
	if (path->latency)
		learn_early(path, due);
	due = due > early ? due - early : 0;
	set_time(skb, 0, BPF_SKB_TSTAMP_UNSPEC);
	forget_hash(skb);
	skb->tc_index = 0;
	return hand_over(skb, path, &packet, to, due);
}

/* The probe of a peer: a request goes back as an answer, an answer is counted. */
INLINE int probe(struct __sk_buff *skb, struct settings *set, __u32 sender, struct ethernet *frame, struct totals *all)
{
	struct { __u32 magic; __u8 kind; __u8 unused; __u16 number; } payload;
	struct mac macs[2];
	__u32 bytes = skb->len - ETH_HLEN, number;
	struct peer *asked;
	__u8 answer = PROBE_ANSWER;

	if (bytes < SMALLEST_PROBE || bytes > set->overlay_mtu || load_bytes(skb, ETH_HLEN, &payload, sizeof(payload)) ||
	    payload.magic != PROBE_MAGIC) {
		all->malformed++;
		return TC_ACT_SHOT;
	}
	if (payload.kind == PROBE_ANSWER) {
		number = NETWORK16(payload.number);
		asked = map_lookup(&peers, &number);
		if (asked && number == sender)
			__sync_fetch_and_add(bytes == set->overlay_mtu ? &asked->full_answers : &asked->small_answers, 1);
		return TC_ACT_SHOT;
	}
	if (payload.kind != PROBE_REQUEST)
		return TC_ACT_SHOT;
	macs[0] = frame->from;
	macs[1] = frame->to;
	if (store_bytes(skb, 0, macs, sizeof(macs), 0) || store_bytes(skb, ETH_HLEN + 4, &answer, 1, 0))
		return TC_ACT_SHOT;
	return redirect(set->overlay_device, 0);
}

/* Whether an IP packet is as long as its header says; what is behind it does no harm. */
INLINE int is_whole(struct __sk_buff *skb)
{
	__u8 *ip = (__u8 *)(long)skb->data + ETH_HLEN, *end = (__u8 *)(long)skb->data_end;
	__u32 bytes = skb->len - ETH_HLEN;

	if (ip + IPV4_HEADER_BYTES > end)
		return 0;
	if (skb->protocol == NETWORK16(ETH_P_IP))
		return NETWORK16(*(__u16 *)(ip + 2)) <= bytes;
	return NETWORK16(*(__u16 *)(ip + 4)) + IPV6_HEADER_BYTES <= bytes;
}

/*
 * Takes packets of other nodes and hands them to endpoints here: their path was emulated where they come from. `arrive` sits at
 * the device where the overlay's datagrams come in.
 */
SECTION("tc/arrive") int arrive(struct __sk_buff *skb)
{
	struct bpf_tunnel_key key = {};
	struct packet packet = {};
	struct ethernet frame;
	struct settings *set = my_settings();
	struct totals *all = my_totals();
	struct endpoint *from, *to;
	struct peer *peer;
	/* all eth0 have this address, so that nobody has to ask for any */
	struct mac everybody = mac_of(1);
	__u32 number, *found;

	if (!set || !all)
		return TC_ACT_SHOT;
	/* the size that kernels before 6.0 know */
	if (get_tunnel(skb, &key, __builtin_offsetof(struct bpf_tunnel_key, local_ipv4), set->over_ipv6 ? BPF_F_TUNINFO_IPV6 : 0) ||
	    key.tunnel_id != set->vni) {
		all->foreign++;
		return TC_ACT_SHOT;
	}
	if (load_bytes(skb, 0, &frame, sizeof(frame))) {
		all->malformed++;
		return TC_ACT_SHOT;
	}
	number = number_of(&frame.from);
	from = frame.from.prefix == MAC_PREFIX ? map_lookup(&endpoints, &number) : 0;
	number = from ? from->peer - 1 : ~0u;
	peer = map_lookup(&peers, &number);
	if (!peer || key.remote_ipv6[0] != peer->address[0] ||
	    (set->over_ipv6 && (key.remote_ipv6[1] != peer->address[1] || key.remote_ipv6[2] != peer->address[2] ||
				key.remote_ipv6[3] != peer->address[3]))) {
		all->foreign++;
		return TC_ACT_SHOT;
	}
	if (frame.type == NETWORK16(PROBE_TYPE))
		return probe(skb, set, number, &frame, all);
	/* the headers may lie apart from each other */
	if (pull_data(skb, skb->len < MOST_HEADER_BYTES ? skb->len : MOST_HEADER_BYTES) || !read_packet(skb, &packet) ||
	    !is_whole(skb)) {
		all->malformed++;
		return TC_ACT_SHOT;
	}
	number = number_of(&frame.to);
	to = frame.to.prefix == MAC_PREFIX ? map_lookup(&endpoints, &number) : 0;
	found = map_lookup(&addresses, &packet.destination);
	if (!to || !found || *found != number || to->peer || (to->flags & ENDPOINT_UP) != ENDPOINT_UP) {
		all->undelivered += packet.segments;
		return TC_ACT_SHOT;
	}
	everybody.prefix = EVERYBODY_PREFIX;
	if (store_bytes(skb, 0, &everybody, sizeof(everybody), 0)) {
		all->undelivered += packet.segments;
		return TC_ACT_SHOT;
	}
	all->received += packet.segments;
	skb->mark = 0;
	return redirect(to->device, 0);
}

/* For the test that compares both sides: size and offsets in the order of declaration. */
#define AT(type, field) __builtin_offsetof(struct type, field)
const __u32 shared_layout[] SECTION("layout") = {
	sizeof(struct path), AT(path, flags), AT(path, overhead), AT(path, rate), AT(path, latency), AT(path, jitter),
	AT(path, loss), AT(path, limit), AT(path, from), AT(path, to), AT(path, early), AT(path, busy_since), AT(path, limit_dropped),
	AT(path, next), AT(path, waiting_bytes), AT(path, waiting_packets), AT(path, loss_random), AT(path, jitter_random),
	AT(path, last_departure), AT(path, offered_packets), AT(path, offered_bytes), AT(path, delivered_packets),
	AT(path, delivered_bytes), AT(path, lost), AT(path, queue_dropped), AT(path, cut), AT(path, committed_bytes),
	sizeof(struct endpoint), AT(endpoint, device), AT(endpoint, flags), AT(endpoint, generation), AT(endpoint, mtu),
	AT(endpoint, peer),
	sizeof(struct totals), AT(totals, delivered_buffers), AT(totals, unrouted), AT(totals, pathless),
	AT(totals, contended), AT(totals, recirculated), AT(totals, lateness_max), AT(totals, lateness), BUCKETS,
	AT(totals, sent), AT(totals, received), AT(totals, foreign), AT(totals, malformed), AT(totals, undelivered),
	sizeof(struct settings), AT(settings, fabric_device), AT(settings, overlay_device), AT(settings, vni),
	AT(settings, over_ipv6), AT(settings, overlay_mtu),
	sizeof(struct peer), AT(peer, address), AT(peer, small_answers), AT(peer, full_answers), CHUNK_PATHS,
};

const char programs_license[] SECTION("license") = "Apache-2.0";
