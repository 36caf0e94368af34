package io.kollaps.topology;

/**
 * A start condition: an endpoint of {@code service} listens on {@code port} (TCP). It holds when
 * every endpoint of that service that has joined listens.
 *
 * @param service name of the service that must listen
 * @param port TCP port, 1 to 65535
 */
public record WaitFor(String service, int port) {}
