package io.kollaps.topology;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Hard limits of one endpoint.
 *
 * @param cpus processors it may use, e.g. 0.5; empty for no limit
 * @param memoryBytes memory it may use; empty for no limit
 */
public record ResourceLimits(OptionalDouble cpus, OptionalLong memoryBytes) {
  /** No limits. */
  public static final ResourceLimits NONE =
      new ResourceLimits(OptionalDouble.empty(), OptionalLong.empty());
}
