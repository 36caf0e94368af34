package io.kollaps.topology.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.kollaps.topology.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileInputTest {
  /** Far above what a read takes (well under 2 s for 16 MiB): only a hang or blow-up passes it. */
  private static final Duration FAR = Duration.ofSeconds(60);

  private static List<Problem> refused(byte[] content) {
    return assertTimeoutPreemptively(
        FAR,
        () ->
            switch (ExperimentReader.read("f", content)) {
              case ReadResult.Valid _ -> throw new AssertionError("read as valid");
              case ReadResult.Invalid(List<Problem> problems) -> problems;
            });
  }

  private static List<String> refused(String text) {
    return Reading.shown(refused(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void shouldRefuseDocumentTypesAndSoEntityBombs() {
    String bomb =
        """
        <?xml version="1.0"?>
        <!DOCTYPE experiment [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
        <experiment boot="&b;"/>
        """;
    assertThat(refused(bomb)).hasSize(1).first().asString().startsWith("2:1 ").contains("DOCTYPE");
    String external =
        "<!DOCTYPE experiment SYSTEM \"file:///etc/passwd\"><experiment><services/></experiment>";
    assertThat(refused(external)).hasSize(1).first().asString().contains("DOCTYPE");
  }

  @Test
  void shouldRefuseYamlAliasBombs() {
    String bomb = "a: &a [x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nservices: *c\n";
    assertThat(refused(bomb)).hasSize(1).first().asString().startsWith("1:4 ").contains("anchor");
  }

  @Test
  void shouldRefuseDeepNestingByItsLimit() {
    assertThat(refused("[".repeat(200_000))).first().asString().contains("deeper than 32");
    assertThat(refused("- ".repeat(200_000))).first().asString().contains("deeper than 32");
    assertThat(refused("{a: ".repeat(200_000))).first().asString().contains("deeper than 32");
    assertThat(refused("<a>".repeat(200_000))).first().asString().contains("deeper than 32");
  }

  @Test
  void shouldRefuseLargeFiles() {
    assertThat(refused(new byte[ExperimentReader.MAX_FILE_BYTES + 1]))
        .first()
        .extracting(Problem::remedy)
        .asString()
        .contains("16777216 bytes");
    int most = ExperimentReader.MAX_FILE_BYTES;
    assertThat(refused("[" + "a,".repeat(most / 2 - 2) + "]"))
        .first()
        .asString()
        .contains("1000000 values");
    assertThat(refused("<experiment>" + "<a/>".repeat(most / 4 - 20) + "</experiment>"))
        .first()
        .asString()
        .contains("1000000 elements");
    byte[] spaces = new byte[most];
    Arrays.fill(spaces, (byte) ' ');
    assertThat(refused(spaces)).hasSize(1);
    byte[] letters = new byte[most];
    Arrays.fill(letters, (byte) 'a');
    assertThat(refused(letters)).hasSize(1);
  }

  @Test
  void shouldReportAtMostOneHundredProblems() {
    StringBuilder xml = new StringBuilder("<experiment><services>\n");
    xml.append("<service nam='x'/>\n".repeat(300_000)).append("</services></experiment>");
    List<String> problems = refused(xml.toString());
    assertThat(problems).hasSize(101);
    assertThat(problems.getFirst()).startsWith("2:1 ");
    assertThat(problems.getLast()).contains("more problems are not shown");
    StringBuilder yaml = new StringBuilder("services:\n");
    for (int i = 0; i < 100_000; i++) {
      yaml.append(" a").append(i).append(": { comand: x }\n");
    }
    assertThat(refused(yaml.toString())).hasSize(101);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 16 * 1024 * 1024})
  void shouldRefuseBinaryGarbage(int size) {
    byte[] garbage = new byte[size];
    RandomGeneratorFactory.of("L64X128MixRandom").create(7).nextBytes(garbage);
    garbage[0] = (byte) 0xFF;
    assertThat(refused(garbage)).hasSize(1);
  }

  @Test
  void shouldPointAtTheByteThatIsNotUtf8() {
    byte[] text = "services:\n  a\u00e9: { command: x }".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Reading.shown(refused(text))).first().asString().startsWith("2:4 byte 0xE9");
    assertThat(refused(new byte[0])).hasSize(1);
  }

  @Test
  void shouldNeverThrowOrHangOnMutatedFiles() throws Exception {
    long seed = System.nanoTime();
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<byte[]> good =
        List.of(
            Files.readAllBytes(Path.of("..", "examples", "three-clients.yaml")),
            Files.readAllBytes(Path.of("..", "examples", "link-changes.yaml")),
            KollapsXmlReaderTest.DUMBBELL.getBytes(StandardCharsets.UTF_8),
            KollapsXmlReaderTest.EVENTS.getBytes(StandardCharsets.UTF_8));
    for (int round = 0; round < 4_000; round++) {
      byte[] content = mutated(good.get(round % good.size()), good, random);
      String why = "seed " + seed + " round " + round;
      ReadResult result =
          assertTimeoutPreemptively(
              FAR,
              () -> {
                try {
                  return ExperimentReader.read("f.xml", content);
                } catch (RuntimeException | StackOverflowError e) {
                  throw new AssertionError(
                      why + ": " + new String(content, StandardCharsets.UTF_8), e);
                }
              },
              why);
      if (result instanceof ReadResult.Invalid(List<Problem> problems)) {
        assertThat(problems).as(why).isNotEmpty();
      }
    }
  }

  private static byte[] mutated(byte[] original, List<byte[]> others, RandomGenerator random) {
    byte[] content = original.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(content.length);
      int length = Math.min(content.length - at, 1 + random.nextInt(20));
      switch (random.nextInt(4)) {
        case 0 -> content[at] = (byte) random.nextInt(256);
        case 1 -> content[at] = (byte) "<>&'\"[]{}:,-#*!%0 \n".charAt(random.nextInt(19));
        case 2 -> content = without(content, at, length);
        default -> {
          byte[] other = others.get(random.nextInt(others.size()));
          int from = random.nextInt(other.length);
          int count = Math.min(length, other.length - from);
          System.arraycopy(other, from, content, at, Math.min(count, content.length - at));
        }
      }
      if (content.length == 0) {
        return content;
      }
    }
    return content;
  }

  private static byte[] without(byte[] content, int at, int length) {
    byte[] shorter = new byte[content.length - length];
    System.arraycopy(content, 0, shorter, 0, at);
    System.arraycopy(content, at + length, shorter, at, content.length - at - length);
    return shorter;
  }
}
