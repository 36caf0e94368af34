package io.kollaps.node.control.manager;

import io.kollaps.cluster.NodeId;
import io.kollaps.emulation.start.RingMessage;
import io.kollaps.emulation.start.StartAgreement;
import io.kollaps.emulation.start.StartCommand;
import io.kollaps.emulation.start.StartEvent;
import io.kollaps.emulation.start.StartSettings;
import io.kollaps.node.control.PartDescription;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One part and its start agreement. */
final class ManagedPart {
  private final PartKey key;
  private final Optional<PartDescription> description;
  private final StartSettings startSettings;
  private PartState state;
  private long sinceNanos;
  private boolean idle;
  private int overlayPort;
  private boolean forgotten;
  private StartAgreement agreement;
  private long number;
  private boolean begun;
  private @Nullable NodeId clock;
  private long offsetNanos;
  private long boundNanos;

  ManagedPart(
      PartKey key,
      Optional<PartDescription> description,
      PartState state,
      StartSettings startSettings,
      long nowNanos) {
    this.key = key;
    this.description = description;
    this.state = state;
    this.startSettings = startSettings;
    this.sinceNanos = nowNanos;
    this.agreement = new StartAgreement(startSettings, number);
  }

  PartKey key() {
    return key;
  }

  Optional<PartDescription> description() {
    return description;
  }

  PartState state() {
    return state;
  }

  /** When it came to its state. */
  long sinceNanos() {
    return sinceNanos;
  }

  void become(PartState next, long nowNanos) {
    state = next;
    sinceNanos = nowNanos;
    if (next instanceof PartState.Ending || next instanceof PartState.Ended) {
      agreement.handle(new StartEvent.Cancel());
    }
  }

  /** UDP port at which it hears packets of the other parts; known when it is ready. */
  int overlayPort() {
    return overlayPort;
  }

  void overlayPort(int port) {
    overlayPort = port;
  }

  boolean idle() {
    return idle;
  }

  void idle(boolean now) {
    idle = now;
  }

  /** Whether nobody wants to hear of it any more. */
  boolean forgotten() {
    return forgotten;
  }

  void forget() {
    forgotten = true;
  }

  int endpoints() {
    return description.map(PartDescription::endpoints).orElse(0);
  }

  /** The next in the ring. */
  NodeId successor() {
    PartDescription part = description.orElseThrow();
    return part.nodes().get((part.self() + 1) % part.nodes().size()).id();
  }

  /** The clock of its agreement. */
  Optional<NodeId> clock() {
    return Optional.ofNullable(clock);
  }

  /** An instant of the agreement's clock on this machine's. */
  long local(long instantNanos) {
    return instantNanos - offsetNanos;
  }

  /** How wrong {@link #local} may be, both ways. */
  long boundNanos() {
    return boundNanos;
  }

  /** Whether an agreement with this number is newer than what it takes part in. */
  boolean mayBegin(long agreementNumber) {
    return agreementNumber > number || (agreementNumber == number && !begun);
  }

  List<StartCommand> begin(
      long nowNanos, long agreementNumber, NodeId onClock, ClockReading reading) {
    moveTo(agreementNumber);
    PartDescription part = description.orElseThrow();
    begun = true;
    clock = onClock;
    offsetNanos = reading.offsetNanos();
    boundNanos = reading.boundNanos();
    return agreement.handle(
        new StartEvent.Begin(
            nowNanos + offsetNanos, part.self(), part.nodes().size(), reading.boundNanos()));
  }

  /** Leaves an older agreement for a newer one. */
  void moveTo(long agreementNumber) {
    if (agreementNumber > number) {
      agreement.handle(new StartEvent.Cancel());
      agreement = new StartAgreement(startSettings, agreementNumber);
      number = agreementNumber;
      begun = false;
    }
  }

  /** Number of its agreement: the term of the leader that began it; 0 before the first. */
  long number() {
    return number;
  }

  /**
   * Gives a message to the agreement.
   *
   * @return empty when it belongs to another agreement
   */
  Optional<List<StartCommand>> hear(long nowNanos, NodeId onClock, RingMessage message) {
    if (message.attempt() != number || (begun && !onClock.equals(clock))) {
      return Optional.empty();
    }
    return Optional.of(agreement.handle(new StartEvent.Heard(nowNanos + offsetNanos, message)));
  }

  List<StartCommand> taken(long nowNanos, NodeId onClock, RingMessage message) {
    return onClock.equals(clock)
        ? agreement.handle(new StartEvent.Taken(nowNanos + offsetNanos, message))
        : List.of();
  }

  List<StartCommand> successorGone(long nowNanos) {
    return agreement.handle(new StartEvent.SuccessorUnreachable(nowNanos + offsetNanos));
  }

  List<StartCommand> timePassed(long nowNanos) {
    return agreement.handle(new StartEvent.TimePassed(nowNanos + offsetNanos));
  }

  OptionalLong wakeNanos() {
    OptionalLong wake = agreement.wakeNanos();
    return wake.isEmpty() ? wake : OptionalLong.of(wake.getAsLong() - offsetNanos);
  }
}
