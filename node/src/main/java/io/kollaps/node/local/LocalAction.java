package io.kollaps.node.local;

/**
 * Something that commands can ask of the daemon. Both sides know it by this one value.
 *
 * @param name in the request; never given to anything else later
 * @param request what a command says with it
 * @param line what the daemon answers, once or many times
 */
public record LocalAction<Q, R>(String name, Class<Q> request, Class<R> line) {}
