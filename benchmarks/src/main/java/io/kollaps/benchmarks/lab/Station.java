package io.kollaps.benchmarks.lab;

import io.kollaps.linux.NetworkNamespace;
import java.net.Inet4Address;

/**
 * A place from which traffic is sent and where it is counted.
 *
 * @param namespace its network namespace
 * @param address its address there
 */
public record Station(NetworkNamespace namespace, Inet4Address address) {}
