package io.kollaps.topology;

/**
 * One direction of a link between two elements (services or bridges), named as in the file:
 * replicas are expanded later.
 *
 * @param from element that sends
 * @param to element that receives
 * @param properties what the link does to packets
 * @param position where it was declared
 */
public record Link(String from, String to, LinkProperties properties, SourcePosition position) {}
