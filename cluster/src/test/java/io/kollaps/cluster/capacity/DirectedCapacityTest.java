package io.kollaps.cluster.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.PhysicalTrees;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class DirectedCapacityTest {

  @Test
  void shouldInferOnlyTheTruthOnRandomDirectedTrees() {
    int applied = 0;
    for (int seed = 1; seed <= 400; seed++) {
      PhysicalTree network = PhysicalTrees.directed(8, seed);
      long[][] real = new long[8][];
      for (int i = 0; i < 8; i++) {
        real[i] = network.capacitiesFrom(i);
      }
      for (int a = 0; a < 8; a++) {
        for (int b = 0; b < 8; b++) {
          for (int c = 0; c < 8; c++) {
            if (a != b && b != c && a != c) {
              OptionalDouble told =
                  DirectedCapacity.inferred(
                      exact(real[a][b]),
                      exact(real[b][a]),
                      exact(real[b][c]),
                      exact(real[c][b]),
                      0);
              if (told.isPresent()) {
                applied++;
                assertThat(told.getAsDouble())
                    .as("seed %d: %d to %d by %d", seed, a, c, b)
                    .isEqualTo((double) real[a][c]);
              }
            }
          }
        }
      }
    }
    assertThat(applied).isGreaterThan(10_000);
  }

  private static DirectedCapacity exact(long bitsPerSecond) {
    return new DirectedCapacity((double) bitsPerSecond, true);
  }
}
