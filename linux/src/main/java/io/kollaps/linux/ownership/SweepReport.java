package io.kollaps.linux.ownership;

import java.util.List;

/**
 * What a sweep did.
 *
 * @param swept dead runs, in order of their ids
 * @param live runs that live, or that another sweep just clears; they were not touched
 * @param ignored what else stands in the state folder; it was not touched
 * @param problems runs that could not be looked at, each with the reason
 */
public record SweepReport(
    List<SweptRun> swept, List<RunId> live, List<String> ignored, List<String> problems) {
  /** Copies the lists. */
  public SweepReport {
    swept = List.copyOf(swept);
    live = List.copyOf(live);
    ignored = List.copyOf(ignored);
    problems = List.copyOf(problems);
  }

  /** True when nothing of any dead run is left. */
  public boolean clean() {
    return problems.isEmpty() && swept.stream().allMatch(run -> run.remaining().isEmpty());
  }
}
