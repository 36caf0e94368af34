package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.node.control.RunRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** A leader's term: its clock and bounds, and what is to be done since it was last asked. */
final class Term {
  private static final long MILLI = 1_000_000L;

  private final ControllerSettings settings;
  private final RandomGenerator random;
  private final NodeId self;
  private final long number;
  private final List<ControllerCommand> commands = new ArrayList<>();
  private long nowNanos;
  private long nowMillis;
  private long millisAtNanos;

  Term(ControllerSettings settings, RandomGenerator random, NodeId self, long number) {
    this.settings = settings;
    this.random = random;
    this.self = self;
    this.number = number;
  }

  ControllerSettings settings() {
    return settings;
  }

  RandomGenerator random() {
    return random;
  }

  /** This node, the leader. */
  NodeId self() {
    return self;
  }

  /** The term's number in the replicated state's protocol. */
  long number() {
    return number;
  }

  /** It is now this instant, by both clocks. */
  void clock(long nanos, long millis) {
    nowNanos = nanos;
    nowMillis = millis;
    millisAtNanos = nanos;
  }

  /** It is now this instant; the time of day goes on from where it was told last. */
  void clock(long nanos) {
    nowNanos = nanos;
  }

  long nowNanos() {
    return nowNanos;
  }

  long nowMillis() {
    return nowMillis + (nowNanos - millisAtNanos) / MILLI;
  }

  /** Something is to be done. */
  void emit(ControllerCommand command) {
    commands.add(command);
  }

  /** A call is to be answered. */
  void answer(long call, ControllerCommand.CallAnswer answer) {
    emit(new ControllerCommand.Answer(call, answer));
  }

  /** Who follows the cluster's events is to hear of a run. */
  void tell(RunRecord record, String text) {
    emit(
        new ControllerCommand.Tell(
            new ControllerCommand.Happening(
                record.run(), record.attempt(), record.phase(), record.policy(), text)));
  }

  /** What is to be done since the last time. */
  List<ControllerCommand> drain() {
    List<ControllerCommand> result = List.copyOf(commands);
    commands.clear();
    return result;
  }
}
