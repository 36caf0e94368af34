package io.kollaps.topology.path;

import io.kollaps.topology.Service;
import java.net.InetAddress;

/**
 * One running instance of a service.
 *
 * @param index 0-based, dense, in service order then replica order
 * @param name the service's name when it has one replica, else {@code service-N}
 * @param service what it runs
 * @param replica 1-based
 * @param address its own address inside the experiment
 */
public record Endpoint(int index, String name, Service service, int replica, InetAddress address) {}
