package io.kollaps.node.control;

/**
 * Where a part hears packets of the others.
 *
 * @param host the node's address
 * @param port UDP port
 */
public record PartAddress(String host, int port) {}
