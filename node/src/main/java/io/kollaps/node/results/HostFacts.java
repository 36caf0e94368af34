package io.kollaps.node.results;

/**
 * The machine that a run was made on.
 *
 * @param kernel kernel name and release
 * @param cpus processors that this process may use
 * @param memoryBytes memory of the machine, 0 where unknown
 * @param java version of the Java runtime
 * @param root true when the run had root's rights on the host, false in namespaces of a user's own
 */
public record HostFacts(String kernel, int cpus, long memoryBytes, String java, boolean root) {}
