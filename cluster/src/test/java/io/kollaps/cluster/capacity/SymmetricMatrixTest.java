package io.kollaps.cluster.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SymmetricMatrixTest {
  private static final SymmetricMatrix THREE = SymmetricMatrix.of(3, (i, j) -> 10L * i + j);

  @Test
  void shouldHoldEachValueOnce() {
    assertThat(THREE.packed()).containsExactly(0, 10, 11, 20, 21, 22);
    assertThat(THREE.get(0, 2)).isEqualTo(20).isEqualTo(THREE.get(2, 0));
    assertThat(SymmetricMatrix.ofPacked(3, THREE.packed())).isEqualTo(THREE);
  }

  @Test
  void shouldGrowByARowAndLoseOne() {
    SymmetricMatrix four = THREE.grown(new long[] {30, 31, 32, 33});

    assertThat(four.size()).isEqualTo(4);
    assertThat(four.get(1, 3)).isEqualTo(31);
    assertThat(four.without(3)).isEqualTo(THREE);
    assertThat(four.without(1).packed()).containsExactly(0, 20, 22, 30, 32, 33);
  }

  @Test
  void shouldRefuseWhatIsNotThere() {
    assertThatThrownBy(() -> THREE.get(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> THREE.grown(new long[3])).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SymmetricMatrix.ofPacked(3, new long[5]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SymmetricMatrix.of(SymmetricMatrix.MAX_SIZE + 1, (i, j) -> 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
