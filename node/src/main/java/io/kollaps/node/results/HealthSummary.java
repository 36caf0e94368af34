package io.kollaps.node.results;

import io.kollaps.fabric.FabricHealth;
import java.util.OptionalLong;

/**
 * How well the run's machinery worked.
 *
 * @param fabric the fabric's own figures at the end
 * @param host the machine
 * @param loop the sharing loop
 * @param gcPauseMaxNanos longest pause of our own garbage collection; empty where not observed
 */
public record HealthSummary(
    FabricHealth fabric, HostHealth host, LoopHealth loop, OptionalLong gcPauseMaxNanos) {

  /** Figures of a fabric that did nothing. */
  public static final FabricHealth NO_FABRIC = new FabricHealth(0, 0, 0, 0, 0, 0, 0, 0, false, 0);

  /** Nothing observed. */
  public static final HealthSummary NONE =
      new HealthSummary(NO_FABRIC, HostHealth.NONE, LoopHealth.NONE, OptionalLong.empty());
}
