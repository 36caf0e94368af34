package io.kollaps.topology;

/**
 * Something to tell the user about a topology file.
 *
 * @param position where
 * @param message what is wrong
 * @param remedy what to write instead
 */
public record Problem(SourcePosition position, String message, String remedy) {}
