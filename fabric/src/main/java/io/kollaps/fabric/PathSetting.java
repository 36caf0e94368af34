package io.kollaps.fabric;

import java.util.Optional;

/**
 * One path's setting in a batch.
 *
 * @param from index of the sending endpoint
 * @param to index of the receiving endpoint
 * @param shape what to do with its packets; empty to drop them all (no path)
 */
public record PathSetting(int from, int to, Optional<PathShape> shape) {}
