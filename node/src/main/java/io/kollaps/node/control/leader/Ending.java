package io.kollaps.node.control.leader;

import io.kollaps.node.control.EndKind;
import java.util.Optional;

/**
 * Why an attempt of a run ends.
 *
 * @param kind as the parts are told
 * @param reason for people
 */
record Ending(EndKind kind, String reason) {

  /**
   * How an attempt must end by what its parts say; empty when it goes on. An end that another
   * leader decided is adopted, but not before all nodes have told: some may know of a graver one.
   *
   * @param mayHaveStarted whether the record says that programs may have begun
   * @param mayReplace whether the run is to be placed again after a loss
   */
  static Optional<Ending> of(Parts parts, boolean mayHaveStarted, boolean mayReplace) {
    Optional<String> failure = parts.failure();
    if (failure.isPresent()) {
      return Optional.of(new Ending(EndKind.ABORTED, failure.get()));
    }
    if (!parts.allToldOrGone()) {
      return Optional.empty();
    }
    EndKind byLoss = mayReplace ? EndKind.REPLACED : EndKind.ABORTED;
    return decided(parts, EndKind.STOPPED)
        .or(() -> decided(parts, EndKind.FINISHED))
        .or(
            () ->
                parts
                    .endedBy(EndKind.REPLACED)
                    .or(() -> parts.loss(mayHaveStarted))
                    .map(reason -> new Ending(byLoss, reason)));
  }

  private static Optional<Ending> decided(Parts parts, EndKind kind) {
    return parts.endedBy(kind).map(reason -> new Ending(kind, reason));
  }
}
