package io.kollaps.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShortFlowsBenchmarkTest {
  @Test
  void shouldReadTheTimeOfEveryWholeFlow(@TempDir Path folder) throws IOException {
    Path log = folder.resolve("c2.out.log");
    Files.writeString(
        log,
        """
        { "start": {}, "end": { "sum_sent": { "seconds": 0.05 }, "sum_received": { "seconds": 0.125 } } }
        { "start": {}, "end": {}, "error": "unable to connect to server" }
        {
          "end": { "sum_received": { "seconds": 0.0625, "bytes": 307200 } }
        }
        { "end": { "sum_rec""");

    assertThat(ShortFlowsBenchmark.completionMillis(log)).containsExactly(125.0, 62.5);
  }
}
