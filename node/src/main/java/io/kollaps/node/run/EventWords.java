package io.kollaps.node.run;

import io.kollaps.topology.Action;
import java.util.Optional;

/** The words by which the results name what happens to the network. */
final class EventWords {
  private EventWords() {}

  /**
   * Words for one event.
   *
   * @param kind what happened
   * @param subject to what
   * @param detail how
   */
  record Words(String kind, String subject, String detail) {}

  /** Words for an action on the network, empty for all others. */
  static Optional<Words> ofNetwork(Action action) {
    return switch (action) {
      case Action.BridgeJoin join -> Optional.of(new Words("bridge-join", join.bridge(), ""));
      case Action.BridgeLeave leave -> Optional.of(new Words("bridge-leave", leave.bridge(), ""));
      case Action.LinkJoin join ->
          Optional.of(new Words("link-join", link(join.from(), join.to()), change(join.change())));
      case Action.LinkLeave leave ->
          Optional.of(new Words("link-leave", link(leave.from(), leave.to()), ""));
      case Action.LinkSet set ->
          Optional.of(new Words("link-set", link(set.from(), set.to()), change(set.change())));
      case Action.OnEndpoints _, Action.Stop _ -> Optional.empty();
    };
  }

  private static String link(String from, String to) {
    return from + "->" + to;
  }

  private static String change(Action.LinkChange change) {
    StringBuilder text = new StringBuilder();
    change.latencyNanos().ifPresent(v -> text.append("latency ").append(v / 1e6).append(" ms "));
    change
        .jitter()
        .ifPresent(v -> text.append("jitter ").append(v.deviationNanos() / 1e6).append(" ms "));
    change.lossProbability().ifPresent(v -> text.append("loss ").append(v * 100).append(" % "));
    change
        .rateBitsPerSecond()
        .ifPresent(v -> text.append("rate ").append(v / 1e6).append(" Mbit/s "));
    change.queueLimit().ifPresent(v -> text.append("queue "));
    return text.toString().strip();
  }
}
