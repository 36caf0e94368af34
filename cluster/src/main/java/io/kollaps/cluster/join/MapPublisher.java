package io.kollaps.cluster.join;

import java.util.Optional;

/**
 * When the map is written, and who is admitted because of it. Apart because it has rules of its
 * own: one write at a time, none while the map is known to be wrong, and nobody is admitted before
 * its records are safe.
 */
final class MapPublisher {
  private static final long NOTHING = -1;

  private final long holdNanos;
  private final KnownNetwork network;
  private final MapLedger ledger;
  private final Candidates candidates;
  private final Unmeasured unmeasured;
  private final CommandList commands;
  private boolean changed = true;

  /** Revision of the network that was written last. */
  private long published = NOTHING;

  private long heldUntilNanos;

  MapPublisher(
      long holdNanos,
      KnownNetwork network,
      MapLedger ledger,
      Candidates candidates,
      Unmeasured unmeasured,
      CommandList commands) {
    this.holdNanos = holdNanos;
    this.network = network;
    this.ledger = ledger;
    this.candidates = candidates;
    this.unmeasured = unmeasured;
    this.commands = commands;
  }

  /** Something may have to be written, or somebody may be admitted. */
  void changed() {
    changed = true;
  }

  /** While members are being measured, what is written stays as it is, for a time. */
  void hold(long nowNanos) {
    heldUntilNanos = nowNanos + holdNanos;
  }

  /** A write is safe. */
  void written(long write) {
    if (ledger.written(write)) {
      changed = true; // it may have changed since the write began
      candidates.admitMeasured(candidate -> candidate.isWrittenBy(write));
    }
  }

  /** Writes what changed, and admits whose records are safe. */
  void publish(long nowNanos) {
    if (!changed || ledger.writing() || held(nowNanos)) {
      return;
    }
    changed = false;
    if (published == network.revision()) { // all is written: taking it apart again takes long
      admitWritten();
      return;
    }
    published = network.revision();
    Optional<LeaderCommand.Write> write = ledger.write(network.written());
    if (write.isPresent()) {
      commands.add(write.get());
      candidates.measured().stream()
          .filter(candidate -> network.has(candidate.id()))
          .forEach(candidate -> candidate.writtenBy(write.get().write()));
    } else {
      admitWritten();
    }
  }

  private boolean held(long nowNanos) {
    return nowNanos < heldUntilNanos && unmeasured.anyBegun();
  }

  private void admitWritten() {
    candidates.admitMeasured(candidate -> ledger.has(candidate.id()));
  }
}
