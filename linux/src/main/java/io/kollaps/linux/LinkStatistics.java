package io.kollaps.linux;

/**
 * Counters of a network device, as the kernel keeps them. For a TUN device {@code transmitted} is
 * what programs sent, {@code received} what was written to the descriptor.
 *
 * @param receivedPackets packets that came in
 * @param transmittedPackets packets that went out
 * @param receivedBytes bytes that came in
 * @param transmittedBytes bytes that went out
 * @param receiveDropped packets that came in and were dropped
 * @param transmitDropped packets to go out that were dropped
 */
public record LinkStatistics(
    long receivedPackets,
    long transmittedPackets,
    long receivedBytes,
    long transmittedBytes,
    long receiveDropped,
    long transmitDropped) {}
