package io.kollaps.linux.traffic;

/**
 * Counters of a queueing discipline or a class.
 *
 * @param link index of its device
 * @param handle its handle
 * @param parent its parent's handle
 * @param bytes bytes that left it
 * @param packets packets that left it, each segment of a super-packet counted
 * @param drops packets that it dropped, modulo 2^32
 * @param waitingPackets packets in it now
 * @param waitingBytes their bytes, modulo 2^32
 */
public record TrafficStatistics(
    int link,
    int handle,
    int parent,
    long bytes,
    long packets,
    int drops,
    int waitingPackets,
    int waitingBytes) {}
