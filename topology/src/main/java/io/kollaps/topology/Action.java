package io.kollaps.topology;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What a timeline event does. */
public sealed interface Action {

  /** An action on endpoints of a service. */
  sealed interface OnEndpoints extends Action {
    /** The service. */
    String service();

    /** Which of its endpoints. */
    Selection selection();
  }

  /** Starts endpoints. */
  record Join(String service, Selection selection) implements OnEndpoints {}

  /** Asks endpoints to end (SIGTERM), kills them after their grace. */
  record Leave(String service, Selection selection) implements OnEndpoints {}

  /** Kills endpoints at once. */
  record Crash(String service, Selection selection) implements OnEndpoints {}

  /** Cuts the network of running endpoints without stopping them. */
  record Disconnect(String service, Selection selection) implements OnEndpoints {}

  /** Restores the network of disconnected endpoints. */
  record Reconnect(String service, Selection selection) implements OnEndpoints {}

  /** A bridge that left is there again, with its links. */
  record BridgeJoin(String bridge) implements Action {}

  /** A bridge and its links go away, and stay away until it joins again. */
  record BridgeLeave(String bridge) implements Action {}

  /**
   * A link direction is there (again): one that left returns with its last properties, changed by
   * {@code change}; one that never existed is made from {@code change} over {@link
   * LinkProperties#IDEAL}.
   */
  record LinkJoin(String from, String to, LinkChange change) implements Action {}

  /** A link direction goes away. */
  record LinkLeave(String from, String to) implements Action {}

  /** Properties of a link direction change. */
  record LinkSet(String from, String to, LinkChange change) implements Action {}

  /** The run ends. */
  record Stop() implements Action {}

  /** Which endpoints of a service an action means. */
  sealed interface Selection {
    /** All to which the action can apply. */
    record All() implements Selection {}

    /**
     * That many, chosen by the run's seed among those to which the action can apply.
     *
     * @param count at least 1
     */
    record Amount(int count) implements Selection {}

    /**
     * One endpoint by its replica number.
     *
     * @param replica 1 to the service's replicas
     */
    record Replica(int replica) implements Selection {}
  }

  /** New values of link properties; what is empty stays as it is. */
  record LinkChange(
      OptionalLong latencyNanos,
      Optional<Jitter> jitter,
      OptionalDouble lossProbability,
      OptionalLong rateBitsPerSecond,
      Optional<QueueLimit> queueLimit) {

    /** Changes nothing. */
    public static final LinkChange NONE =
        new LinkChange(
            OptionalLong.empty(),
            Optional.empty(),
            OptionalDouble.empty(),
            OptionalLong.empty(),
            Optional.empty());

    /** The properties after this change. */
    public LinkProperties applyTo(LinkProperties before) {
      return new LinkProperties(
          latencyNanos.orElse(before.latencyNanos()),
          jitter.orElse(before.jitter()),
          lossProbability.orElse(before.lossProbability()),
          rateBitsPerSecond.orElse(before.rateBitsPerSecond()),
          before.framing(),
          queueLimit.orElse(before.queueLimit()));
    }
  }
}
