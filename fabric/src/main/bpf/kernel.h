/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What programs need of the kernel: its numbers of helper functions (linux/bpf.h, stable), and how this project declares
 * maps. Only the kernel's own headers are used, so that the compiler is all that a build needs.
 */
#ifndef KOLLAPS_KERNEL_H
#define KOLLAPS_KERNEL_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/pkt_cls.h>
#include <linux/types.h>

#define SECTION(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the programs are for little-endian machines"
#endif
#define NETWORK16(value) __builtin_bswap16(value)

/* A map, as the loader finds it in the section "maps"; sizes of 0 are given by the loader. */
struct map_definition {
	__u32 type;
	__u32 key_bytes;
	__u32 value_bytes;
	__u32 most_entries;
	__u32 flags;
};
#define MAP struct map_definition SECTION("maps")

static void *(*const map_lookup)(const void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long (*const map_update)(void *map, const void *key, const void *value, __u64 flags) =
	(void *)BPF_FUNC_map_update_elem;
static __u64 (*const now_nanos)(void) = (void *)BPF_FUNC_ktime_get_ns;
static long (*const redirect)(__u32 device, __u64 flags) = (void *)BPF_FUNC_redirect;
static long (*const clone_redirect)(struct __sk_buff *skb, __u32 device, __u64 flags) =
	(void *)BPF_FUNC_clone_redirect;
static long (*const get_tunnel)(struct __sk_buff *skb, struct bpf_tunnel_key *key, __u32 bytes, __u64 flags) =
	(void *)BPF_FUNC_skb_get_tunnel_key;
static long (*const load_bytes)(const struct __sk_buff *skb, __u32 at, void *to, __u32 bytes) =
	(void *)BPF_FUNC_skb_load_bytes;
static long (*const store_bytes)(struct __sk_buff *skb, __u32 at, const void *from, __u32 bytes, __u64 flags) =
	(void *)BPF_FUNC_skb_store_bytes;
static long (*const pull_data)(struct __sk_buff *skb, __u32 bytes) = (void *)BPF_FUNC_skb_pull_data;
static long (*const set_time)(struct __sk_buff *skb, __u64 time, __u32 type) = (void *)BPF_FUNC_skb_set_tstamp;
static long (*const set_hash)(struct __sk_buff *skb, __u32 hash) = (void *)BPF_FUNC_set_hash;
static void (*const forget_hash)(struct __sk_buff *skb) = (void *)BPF_FUNC_set_hash_invalid;

#endif
