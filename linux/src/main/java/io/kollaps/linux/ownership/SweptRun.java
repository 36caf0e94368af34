package io.kollaps.linux.ownership;

import java.util.List;

/**
 * What became of a run that ended.
 *
 * @param run its id
 * @param removed what was removed, one readable line each, e.g. {@code process 4711 (iperf3 -s)}
 * @param remaining what could not be removed, each with the reason
 * @param remarks what was not as expected and needs nothing, e.g. a half-written journal line
 */
public record SweptRun(
    RunId run, List<String> removed, List<String> remaining, List<String> remarks) {
  /** Copies the lists. */
  public SweptRun {
    removed = List.copyOf(removed);
    remaining = List.copyOf(remaining);
    remarks = List.copyOf(remarks);
  }
}
