package io.kollaps.cluster.simulate.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.simulate.world.Story;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole clusters under faults. More seeds: {@code -Dkollaps.simulate.clusters=N}, or {@code kollaps
 * bench simulate}, which prints the same seeds.
 */
class CampaignTest {
  private static final int SEEDS = Integer.getInteger("kollaps.simulate.clusters", 300);
  private static final int LINES = 80;
  private static final int MOST_SABOTAGED = 60;

  private static int nodes(long seed) {
    return 3 + (int) (seed % 28);
  }

  private static Optional<String> broken(Campaign.Result result) {
    return result.played().failure().map(failure -> failure.report(LINES));
  }

  @Test
  void shouldHoldItsInvariantsInSmallClustersUnderFaults() {
    long admissions = 0;
    long leaders = 0;
    long losses = 0;
    long checked = 0;
    List<Campaign.Result> results =
        LongStream.range(0, SEEDS)
            .parallel()
            .mapToObj(seed -> Campaign.play(ClusterPlan.of(nodes(seed), seed), seed))
            .toList();
    for (Campaign.Result result : results) {
      assertThat(broken(result)).isEmpty();
      admissions += result.admissions();
      leaders += result.terms();
      losses += result.losses();
      checked += result.checkedEntries();
    }
    assertThat(admissions).as("admissions").isGreaterThan(5L * SEEDS);
    assertThat(leaders).as("leaders").isGreaterThan(2L * SEEDS);
    assertThat(losses).as("losses").isGreaterThan(SEEDS);
    assertThat(checked).as("entries compared with the network").isGreaterThan(500L * SEEDS);
  }

  @Test
  void shouldHoldItsInvariantsWithManyNodesUnderFaults() {
    Campaign.Result result = Campaign.play(ClusterPlan.of(300, 1), 1);
    assertThat(broken(result)).isEmpty();
    assertThat(result.admissions()).isGreaterThan(200);
  }

  @Test
  void shouldPlayASeedExactlyAgain() {
    Set<Long> digests = new HashSet<>();
    for (long seed = 0; seed < 10; seed++) {
      ClusterPlan plan = ClusterPlan.of(12, seed);
      Story.Played first = Campaign.play(plan, seed).played();
      Story.Played second = Campaign.play(plan, seed).played();
      assertThat(second).isEqualTo(first);
      digests.add(first.digest());
    }
    assertThat(digests).hasSize(10);
  }

  @Test
  void shouldPlayASeedExactlyAgainInAnotherProcess() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                OtherProcess.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      String there = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(other.waitFor()).isZero();
      assertThat(there.strip()).isEqualTo(OtherProcess.digests());
    } finally {
      other.destroyForcibly();
    }
  }

  /** Sets and maps of the JDK have another order in each process. */
  static final class OtherProcess {
    private OtherProcess() {}

    static String digests() {
      return LongStream.range(0, 10)
          .mapToObj(seed -> Campaign.play(ClusterPlan.of(15, seed), seed).played().digest())
          .map(String::valueOf)
          .collect(Collectors.joining(" "));
    }

    public static void main(String[] args) {
      System.out.println(digests());
    }
  }

  /** Each kind of faulty behaviour is found, by the invariant that it breaks. */
  @ParameterizedTest
  @CsvSource({
    "ADMIT_BEFORE_WRITE, is admitted without a row",
    "NEVER_FREE, and still: ",
    "REMOVE_LOST, and nobody wanted that",
    "NO_CONFIRMATION, which it could reach all the time",
    "BLIND_LEADER, and still: ",
    "LYING_PROBES, the map says ",
    "PROBES_TOGETHER, two probes share a link",
    "OWN_MAJORITY, two leaders in term",
  })
  void shouldFindFaultyBehaviour(Sabotage sabotage, String found) {
    Map<Long, String> reasons = new TreeMap<>();
    for (long seed = 0; seed < MOST_SABOTAGED; seed++) {
      ClusterPlan plan = ClusterPlan.of(3 + (int) (seed % 10), seed).with(sabotage);
      Campaign.Result result = Campaign.play(plan, seed);
      String reason = result.played().failure().map(Story.Failure::reason).orElse("");
      if (reason.contains(found)) {
        assertThat(Campaign.play(plan, seed).played().digest())
            .as("the seed that found it plays again")
            .isEqualTo(result.played().digest());
        return;
      }
      reasons.put(seed, reason);
    }
    assertThat(reasons).as(sabotage + " is not found").isEmpty();
  }
}
