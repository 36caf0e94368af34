package io.kollaps.node.results;

import java.nio.file.Path;

/** A process that records until it is killed. */
final class EndlessRun {
  private EndlessRun() {}

  public static void main(String[] arguments) throws Exception {
    ResultsFolder folder =
        ResultsFolder.create(Path.of(arguments[0]), TestRuns.facts("endless", true), new byte[0]);
    for (long i = 1; i < 10_000_000; i++) {
      folder.flow(TestRuns.sample(i * 100_000_000L, "a", "b", 1_000, 999, FlowSample.Limit.SHARE));
      if (i % 1000 == 0) {
        Thread.sleep(1);
      }
    }
  }
}
