package io.kollaps.emulation;

import io.kollaps.topology.path.Paths;
import java.util.List;

/** What happens to an emulation core. Times are nanoseconds on one monotonic clock. */
public sealed interface CoreEvent {

  /** When it happened. */
  long nowNanos();

  /**
   * Usage of this part's paths since the last reading; paths without traffic are left out.
   *
   * @param nowNanos time of the reading
   * @param intervalNanos time since the last reading, above 0
   * @param usages one for each path with traffic or with packets that waited all the time
   */
  record UsageRead(long nowNanos, long intervalNanos, List<PathUsage> usages)
      implements CoreEvent {}

  /** The timeline's next epoch holds from now on. */
  record EpochBegan(long nowNanos, Paths paths) implements CoreEvent {}

  /** Flows of another part changed. */
  record PeerFlows(long nowNanos, FlowReport report) implements CoreEvent {}

  /** A part is gone: its flows are over. */
  record PeerGone(long nowNanos, int part) implements CoreEvent {}

  /**
   * Usage of one path.
   *
   * @param pathId dense path id
   * @param servedBytes bytes that passed the rate
   * @param backlogged true when packets waited for the rate the whole time
   */
  record PathUsage(int pathId, long servedBytes, boolean backlogged) {}
}
