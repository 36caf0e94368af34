package io.kollaps.node.control.leader;

import io.kollaps.node.control.RunRecord;
import io.kollaps.node.load.FileContent;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes a run's record, one at a time, until the newest is safe. A writing of which nobody knows
 * whether it came through is settled by what the state says afterwards.
 */
final class RecordWriter {
  private long version;
  private @Nullable RunRecord stored;
  private @Nullable RunRecord inFlight;
  private @Nullable RunRecord wanted;
  private boolean delayed;
  private long againNanos;

  /** Nothing is stored. */
  RecordWriter() {}

  /** This is stored. */
  RecordWriter(RunRecord stored, long version) {
    this.stored = stored;
    this.version = version;
  }

  /** Wants this record to be stored, whatever was wanted before. */
  void want(RunRecord record) {
    wanted = record;
  }

  /** What is stored, as far as is known. */
  Optional<RunRecord> stored() {
    return Optional.ofNullable(stored);
  }

  /** Whether this very record is safe, and nothing else is on its way. */
  boolean holds(RunRecord record) {
    return inFlight == null && record.equals(stored);
  }

  /** The next command, when one is due. */
  Optional<ControllerCommand> next(long nowNanos, Optional<FileContent> file) {
    RunRecord next = wanted;
    if (next == null
        || inFlight != null
        || next.equals(stored)
        || (delayed && nowNanos - againNanos < 0)) {
      return Optional.empty();
    }
    inFlight = next;
    delayed = false;
    return Optional.of(
        new ControllerCommand.WriteRecord(
            next, version, version == 0 && !next.phase().ended() ? file : Optional.empty()));
  }

  /** The record on its way is safe. */
  void recorded(long newVersion) {
    if (inFlight != null) {
      stored = inFlight;
      version = newVersion;
      inFlight = null;
    }
  }

  /** The record on its way may not be safe. */
  void failed(Optional<RunRecord> current, long currentVersion, long retryNanos) {
    if (inFlight != null) {
      stored = current.orElse(null);
      version = currentVersion;
      inFlight = null;
      delayed = true;
      againNanos = retryNanos;
    }
  }
}
