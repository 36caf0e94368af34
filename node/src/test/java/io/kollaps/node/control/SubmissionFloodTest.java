package io.kollaps.node.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.leader.ControllerCommand;
import io.kollaps.node.control.leader.ControllerCommand.CallAnswer;
import io.kollaps.node.control.leader.ControllerSettings;
import io.kollaps.node.control.leader.RunView;
import io.kollaps.node.load.FileContent;
import io.kollaps.placement.Reservations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Submissions of what is broken, too large, impossible or there already, at the real controller
 * with the real reader, compiler and placer; as many as the property {@code
 * kollaps.submissions.flood} says.
 */
class SubmissionFloodTest {
  private static final int SUBMISSIONS = Integer.getInteger("kollaps.submissions.flood", 2_000);
  private static final long SEED = Long.getLong("kollaps.flood.seed", 42);
  private static final Path EXAMPLES = Path.of("..", "examples");
  private static final long MAX_GROWTH_BYTES = 100L * 1024 * 1024;

  private enum Kind {
    MUTATED,
    NOISE,
    NESTED,
    OVERSIZED,
    IMPOSSIBLE,
    NO_SUCH_FABRIC,
    NO_SUCH_NODE,
    BAD_REQUEST,
    REPEATED,
    SAME_AS_THE_RUNNING
  }

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final TinyCluster cluster = new TinyCluster(4, 20, ControllerSettings.DEFAULT);
  private final List<byte[]> files = examples();
  private final Map<String, CallAnswer> refused = new HashMap<>();
  private final List<Submission> asked = new ArrayList<>();

  private static List<byte[]> examples() {
    try (var found = Files.list(EXAMPLES)) {
      List<byte[]> all = new ArrayList<>();
      for (Path path : found.sorted().toList()) {
        all.add(Files.readAllBytes(path));
      }
      all.add(TinyCluster.star("plain", 5, "10 Mbit/s").getBytes(StandardCharsets.UTF_8));
      return all;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void shouldAnswerEachOnceAndNotDisturbWhatRuns() {
    Submission first = TinyCluster.three("running", LossPolicy.ABORT);
    RunId running = cluster.accepted(first);
    cluster.play(2 * TinyCluster.SECOND);
    assertThat(cluster.phase(running)).isEqualTo(RunPhase.RUNNING);
    RunView before = cluster.view(running);
    List<Reservations.LimitUse> usesBefore = cluster.desk.reservations().uses();
    long heapBefore = usedHeap();
    cluster.log.clear();

    Map<Kind, Integer> accepted = new EnumMap<>(Kind.class);
    for (int i = 0; i < SUBMISSIONS; i++) {
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      Submission submission = submission(kind, i, first);
      CallAnswer answer = cluster.answer(cluster.submit(submission));
      check(kind, submission, answer, running);
      if (answer instanceof CallAnswer.Accepted(RunId run) && !run.equals(running)) {
        accepted.merge(kind, 1, Integer::sum);
        cluster.stop(Optional.of(run));
      }
      cluster.answers.clear();
      checkRunning(running);
    }

    // Only what is still a whole experiment after its mutation may have run.
    assertThat(accepted.keySet()).as("seed %d", SEED).isSubsetOf(Kind.MUTATED);
    cluster.play(5 * TinyCluster.SECOND);
    assertThat(cluster.view(running)).isEqualTo(before);
    assertThat(cluster.desk.reservations().uses()).isEqualTo(usesBefore);
    assertThat(cluster.desk.reservations().runs()).containsExactly(before.record().reservation());
    assertThat(cluster.files.keySet()).containsExactly(running);
    assertThat(cluster.records.size())
        .isLessThanOrEqualTo(1 + ControllerSettings.DEFAULT.maxEndedRecords());
    assertThat(usedHeap() - heapBefore).isLessThan(MAX_GROWTH_BYTES);
  }

  private void check(Kind kind, Submission submission, CallAnswer answer, RunId running) {
    switch (answer) {
      case CallAnswer.Accepted(RunId run) -> {
        if (kind == Kind.SAME_AS_THE_RUNNING) {
          assertThat(run).isEqualTo(running);
        }
      }
      case CallAnswer.Refused no -> {
        assertThat(no.reason()).isNotBlank().hasSizeLessThanOrEqualTo(2000);
        assertThat(no.problems()).hasSizeLessThanOrEqualTo(100);
        assertThat(no.problems())
            .allSatisfy(problem -> assertThat(problem.length()).isLessThan(501));
        assertThat(no.reason()).doesNotContain("mistake in Kollaps");
        if (kind == Kind.REPEATED && refused.containsKey(submission.request())) {
          assertThat(no).isEqualTo(refused.get(submission.request()));
        }
        refused.put(submission.request(), no);
      }
      case CallAnswer.TryAgain _, CallAnswer.Stopping _ ->
          throw new AssertionError(kind + " is answered by " + answer);
    }
  }

  /** Nobody tells the running run's nodes anything about it. */
  private void checkRunning(RunId running) {
    for (ControllerCommand command : cluster.log) {
      if (command instanceof ControllerCommand.Instruct instruct) {
        assertThat(instruct.instruction().order().toString()).doesNotContain(running.value());
      }
    }
    cluster.log.clear();
    assertThat(cluster.phase(running)).isEqualTo(RunPhase.RUNNING);
  }

  private static long usedHeap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private Submission submission(Kind kind, int number, Submission first) {
    String request = "flood-" + number;
    Submission result =
        switch (kind) {
          case MUTATED -> made(request, mutated());
          case NOISE -> made(request, noise(random.nextInt(3000)));
          case NESTED -> made(request, nested());
          case OVERSIZED ->
              made(request, new byte[ControllerSettings.DEFAULT.maxFileBytes() + 1 + number % 7]);
          case IMPOSSIBLE -> impossible(request);
          case NO_SUCH_FABRIC -> with(first, request, "no-such-fabric", Map.of());
          case NO_SUCH_NODE ->
              with(first, request, "auto", Map.of("a" + random.nextInt(4), "n" + 99));
          case BAD_REQUEST ->
              with(first, random.nextBoolean() ? " " : "x".repeat(101), "auto", Map.of());
          case REPEATED -> asked.isEmpty() ? impossible(request) : again();
          case SAME_AS_THE_RUNNING -> first;
        };
    if (kind == Kind.IMPOSSIBLE || kind == Kind.NOISE) {
      asked.add(result);
      if (asked.size() > 20) {
        asked.removeFirst();
      }
    }
    return result;
  }

  private Submission again() {
    return asked.get(random.nextInt(asked.size()));
  }

  private static Submission made(String request, byte[] file) {
    return new Submission(
        request,
        request + ".yaml",
        new FileContent(file),
        OptionalLong.of(1),
        "auto",
        LossPolicy.ABORT,
        Map.of());
  }

  private static Submission with(
      Submission like, String request, String fabric, Map<String, String> pins) {
    return new Submission(
        request, like.fileName(), like.file(), like.seed(), fabric, like.policy(), pins);
  }

  /** More endpoints than slots, more than a link carries to a pinned endpoint, or more memory. */
  private Submission impossible(String request) {
    if (random.nextBoolean()) {
      return TinyCluster.submission(
          request,
          TinyCluster.star("crowd", 81 + random.nextInt(20), "1 Mbit/s"),
          LossPolicy.ABORT);
    }
    Submission wide =
        TinyCluster.submission(
            request, TinyCluster.star("wide", 4, "40 Gbit/s"), LossPolicy.REPLACE);
    return with(wide, request, "auto", Map.of("a0", "n0", "a1", "n1", "a2", "n2", "a3", "n3"));
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    if (length > 0 && random.nextBoolean()) {
      bytes[0] = '<';
    }
    return bytes;
  }

  private byte[] nested() {
    int depth = 1 + random.nextInt(300);
    return switch (random.nextInt(3)) {
      case 0 -> "[".repeat(depth).getBytes(StandardCharsets.UTF_8);
      case 1 -> "<experiment>".repeat(depth).getBytes(StandardCharsets.UTF_8);
      default -> {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 30; i++) {
          bomb.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
        }
        yield bomb.toString().getBytes(StandardCharsets.UTF_8);
      }
    };
  }

  /** One of the project's examples with some bytes, lines or numbers changed. */
  private byte[] mutated() {
    byte[] bytes = files.get(random.nextInt(files.size())).clone();
    int changes = 1 + random.nextInt(6);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(bytes.length);
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> replaced(bytes, at, 1, new byte[] {(byte) random.nextInt(256)});
            case 1 -> replaced(bytes, at, random.nextInt(40), new byte[0]);
            case 2 ->
                replaced(bytes, at, 0, "-99999999999999999999".getBytes(StandardCharsets.UTF_8));
            case 3 -> replaced(bytes, at, bytes.length, new byte[0]);
            default -> {
              int from = random.nextInt(bytes.length);
              int length = Math.min(60, bytes.length - from);
              byte[] piece = java.util.Arrays.copyOfRange(bytes, from, from + length);
              yield replaced(bytes, at, 0, piece);
            }
          };
      if (bytes.length == 0) {
        return bytes;
      }
    }
    return bytes;
  }

  private static byte[] replaced(byte[] bytes, int at, int length, byte[] by) {
    int end = Math.min(bytes.length, at + length);
    byte[] result = new byte[bytes.length - (end - at) + by.length];
    System.arraycopy(bytes, 0, result, 0, at);
    System.arraycopy(by, 0, result, at, by.length);
    System.arraycopy(bytes, end, result, at + by.length, bytes.length - end);
    return result;
  }
}
