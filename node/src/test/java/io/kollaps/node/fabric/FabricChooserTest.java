package io.kollaps.node.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.MissingPiece;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FabricChooserTest {

  /** Usable, lacking a piece, or for few paths only. */
  private record Fake(String name, String state, int[] probes) implements FabricFactory {
    @Override
    public List<MissingPiece> missing() {
      probes[0]++;
      return state.equals("lacks")
          ? List.of(new MissingPiece("fq", "the kernel knows no fq"))
          : List.of();
    }

    @Override
    public Optional<String> refusal(FabricDemand demand) {
      return state.equals("small") && demand.mostPathsFromOneEndpoint() > 100
          ? Optional.of("at most 100 paths from one endpoint")
          : Optional.empty();
    }

    @Override
    public Fabric start(int endpoints, long seed) {
      throw new AssertionError("a choice starts nothing");
    }
  }

  private final int[] probes = {0};

  private FabricChooser chooser(String userSpace, String kernel, String tc) {
    return new FabricChooser(
        List.of(
            new Fake("user-space", userSpace, probes),
            new Fake("kernel", kernel, probes),
            new Fake("tc", tc, probes)));
  }

  @ParameterizedTest
  @CsvSource({
    "10, works, works, works, user-space",
    "300, works, works, works, user-space",
    "301, works, works, works, kernel",
    "301, works, lacks, works, user-space",
    "10, lacks, works, works, kernel",
    "10, lacks, lacks, works, tc",
    "10, lacks, lacks, small, tc",
    "1000, lacks, works, small, kernel",
  })
  void shouldPreferAccuracyThenScale(
      int endpoints, String userSpace, String kernel, String tc, String chosen) throws Exception {
    FabricChoice choice =
        chooser(userSpace, kernel, tc).choose("auto", FabricDemand.allPairs(endpoints));
    assertThat(choice.factory().name()).isEqualTo(chosen);
    assertThat(choice.reason()).isNotBlank();
  }

  @Test
  void shouldSayWhatItPassedOver() throws Exception {
    FabricChoice choice =
        chooser("works", "lacks", "works").choose("auto", FabricDemand.allPairs(400));
    assertThat(choice.reason()).contains("kernel: fq: the kernel knows no fq");
  }

  @Test
  void shouldProbeNoFabricThatItDoesNotNeed() throws Exception {
    chooser("works", "works", "works").choose("auto", FabricDemand.allPairs(3));
    assertThat(probes[0]).isEqualTo(1);
  }

  @Test
  void shouldTakeTheOneAskedFor() throws Exception {
    FabricChoice choice = chooser("works", "works", "works").choose("tc", FabricDemand.allPairs(3));
    assertThat(choice.factory().name()).isEqualTo("tc");
    assertThat(choice.reason()).contains("--fabric tc");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kernel | the kernel knows no fq",
        "tc | at most 100 paths",
        "netem | no fabric is named 'netem'",
      })
  void shouldRefuseTheOneAskedForWithTheReason(String name, String reason) {
    assertThatThrownBy(
            () -> chooser("works", "lacks", "small").choose(name, FabricDemand.allPairs(500)))
        .isInstanceOf(FabricRefusedException.class)
        .hasMessageContaining(reason)
        .hasMessageContaining("auto");
  }

  @Test
  void shouldSayWhyNoneCanBeUsed() {
    assertThatThrownBy(
            () -> chooser("lacks", "lacks", "small").choose("auto", FabricDemand.allPairs(500)))
        .isInstanceOf(FabricRefusedException.class)
        .hasMessageContaining("user-space: fq")
        .hasMessageContaining("tc: at most 100 paths");
  }
}
