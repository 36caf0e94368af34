package io.kollaps.fabric.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.linux.bpf.BpfObject;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The compiled programs in the tree belong to the sources in the tree. Needs no compiler. */
class CompiledProgramsTest {

  @ParameterizedTest
  @ValueSource(strings = {"path", "usage"})
  void shouldBeCompiledFromTheseSources(String name) throws Exception {
    Path recorded = Path.of("src/main/resources/io/kollaps/fabric/bpf/" + name + ".sources.sha256");
    assertThat(Files.readString(recorded).strip())
        .as("the compiled %s.o is stale: run scripts/build-bpf and commit what it made", name)
        .isEqualTo(hashOfSources());
  }

  /** As {@code sha256sum *.c *.h | sha256sum}. */
  private static String hashOfSources() throws Exception {
    List<Path> files;
    try (Stream<Path> all = Files.list(Path.of("src/main/bpf"))) {
      files = all.toList();
    }
    ByteArrayOutputStream list = new ByteArrayOutputStream();
    for (String kind : new String[] {".c", ".h"}) {
      for (Path file : files.stream().filter(f -> f.toString().endsWith(kind)).sorted().toList()) {
        String line = sha256(Files.readAllBytes(file)) + "  " + file.getFileName() + "\n";
        list.writeBytes(line.getBytes(StandardCharsets.UTF_8));
      }
    }
    return sha256(list.toByteArray());
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void shouldAgreeOnTheLayoutOfSharedMemory() throws Exception {
    BpfObject object =
        BpfObject.parse(
            Files.readAllBytes(Path.of("src/main/resources/io/kollaps/fabric/bpf/path.o")));
    ByteBuffer numbers = ByteBuffer.wrap(object.data("layout")).order(ByteOrder.LITTLE_ENDIAN);
    int[] compiled = new int[numbers.capacity() / Integer.BYTES];
    numbers.asIntBuffer().get(compiled);
    assertThat(PathLayout.inOrder()).isEqualTo(compiled);
    assertThat(object.map("chunk").valueBytes()).isEqualTo(PathLayout.PATH_BYTES);
    assertThat(object.map("chunk").mostEntries()).isEqualTo(PathLayout.CHUNK_PATHS);
    assertThat(object.map("endpoints").valueBytes()).isEqualTo(PathLayout.ENDPOINT_BYTES);
    assertThat(object.map("totals").valueBytes()).isEqualTo(PathLayout.TOTALS_BYTES);
    assertThat(object.map("settings").valueBytes()).isEqualTo(PathLayout.SETTINGS_BYTES);
  }
}
