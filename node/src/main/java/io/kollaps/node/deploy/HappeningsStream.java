package io.kollaps.node.deploy;

import io.kollaps.node.generated.HappeningMessage;
import io.kollaps.node.generated.HappeningsRequest;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Sends what happens while this node leads. */
final class HappeningsStream {
  private static final long LOOK_MILLIS = 500;

  private final Happenings happenings;
  private final ClusterAccess cluster;

  HappeningsStream(Happenings happenings, ClusterAccess cluster) {
    this.happenings = happenings;
    this.cluster = cluster;
  }

  /** Takes one after the other; may wait. */
  @FunctionalInterface
  interface Sink<M> {
    /** Takes one. */
    void accept(M message) throws InterruptedException;
  }

  /**
   * Sends those after a number, and where it is wanted what follows, until this node leads no more.
   */
  void send(HappeningsRequest request, Sink<HappeningMessage> to, BooleanSupplier over)
      throws InterruptedException {
    long last = request.getAfter() > happenings.newest() ? 0 : request.getAfter();
    List<Happenings.Numbered> next = happenings.after(last);
    do {
      for (Happenings.Numbered each : next) {
        to.accept(message(each));
        last = each.number();
      }
      if (!request.getFollow()) {
        return;
      }
      next = happenings.await(last, LOOK_MILLIS);
    } while (!over.getAsBoolean() && cluster.status().leading());
  }

  private static HappeningMessage message(Happenings.Numbered happening) {
    return HappeningMessage.newBuilder()
        .setNumber(happening.number())
        .setAtMillis(happening.atMillis())
        .setRun(happening.run())
        .setAttempt(happening.attempt())
        .setPhase(happening.phase())
        .setText(happening.text())
        .build();
  }
}
