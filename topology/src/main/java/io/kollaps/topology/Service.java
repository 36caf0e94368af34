package io.kollaps.topology;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A declared program and how many endpoints run it.
 *
 * @param name unique among services and bridges
 * @param program what an endpoint runs
 * @param replicas number of endpoints, at least 1; the join-count rule of Kollaps XML is already
 *     applied
 * @param sharesLink true when all replicas hang on one common access link instead of one each
 * @param addresses addresses asked for, in replica order; may be shorter than {@code replicas}, the
 *     rest is assigned
 * @param activePaths when not empty, only paths between this service and these services exist, both
 *     directions
 * @param environment variables added to the program's environment
 * @param directory working directory, empty for the directory of the command's start
 * @param limits hard limits of each endpoint
 * @param waitFor what must be there before an endpoint of this service starts
 * @param background true when the run does not wait for this service's programs to end
 * @param stopGraceNanos time between asking an endpoint to leave and killing it
 * @param joinsAtStart true when endpoints start at time 0 without a join event
 * @param position where it was declared
 */
public record Service(
    String name,
    Program program,
    int replicas,
    boolean sharesLink,
    List<String> addresses,
    List<String> activePaths,
    Map<String, String> environment,
    Optional<String> directory,
    ResourceLimits limits,
    List<WaitFor> waitFor,
    boolean background,
    long stopGraceNanos,
    boolean joinsAtStart,
    SourcePosition position) {

  /** Default for {@link #stopGraceNanos}: 5 s. */
  public static final long DEFAULT_STOP_GRACE_NANOS = 5_000_000_000L;

  /** Copies the collections, so that a service never changes. */
  public Service {
    addresses = List.copyOf(addresses);
    activePaths = List.copyOf(activePaths);
    environment = Map.copyOf(environment);
    waitFor = List.copyOf(waitFor);
  }
}
