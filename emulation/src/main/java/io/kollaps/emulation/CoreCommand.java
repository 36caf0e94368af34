package io.kollaps.emulation;

/** What an emulation core wants done. */
public sealed interface CoreCommand {

  /**
   * Set the rates of this part's paths.
   *
   * @param pathIds dense path ids
   * @param ratesBitsPerSecond new rates, same length
   */
  record SetRates(int[] pathIds, long[] ratesBitsPerSecond) implements CoreCommand {}

  /** Tell the other parts. */
  record TellPeers(FlowReport report) implements CoreCommand {}
}
