package io.kollaps.emulation;

import java.util.List;

/** What an emulation core wants done. */
public sealed interface CoreCommand {

  /** Set rates of this part's paths; paths that are not named keep theirs. */
  record SetRates(List<PathRate> rates) implements CoreCommand {
    /** Copies the list. */
    public SetRates {
      rates = List.copyOf(rates);
    }
  }

  /**
   * One path's new rate.
   *
   * @param pathId dense path id
   * @param rateBitsPerSecond the rate, above 0; {@code Long.MAX_VALUE} when nothing limits it
   */
  record PathRate(int pathId, long rateBitsPerSecond) {}

  /** Tell the other parts. */
  record TellPeers(FlowReport report) implements CoreCommand {}
}
