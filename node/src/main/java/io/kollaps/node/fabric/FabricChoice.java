package io.kollaps.node.fabric;

/**
 * The fabric of a run.
 *
 * @param factory makes it
 * @param reason why this one: a sentence for the results
 */
public record FabricChoice(FabricFactory factory, String reason) {}
