package io.kollaps.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NetworkNamespacesTest {

  private static String ofThisThread() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String run(NetworkNamespace namespace, String... command) throws Exception {
    List<String> line = new ArrayList<>(List.of("nsenter", "--net=" + namespace.path()));
    line.addAll(List.of(command));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  @Test
  void shouldMakeANamespaceThatIsNotTheCallersAndHasOnlyLoopbackUp() throws Exception {
    String ours = ofThisThread();
    try (NetworkNamespace made = NetworkNamespaces.create()) {
      assertThat(ofThisThread()).isEqualTo(ours);
      assertThat(made.inside(NetworkNamespacesTest::ofThisThread)).isNotEqualTo(ours);
      assertThat(run(made, "ip", "-o", "link"))
          .startsWith("1: lo: <LOOPBACK,UP,LOWER_UP>")
          .hasLineCount(1);
    }
  }

  @Test
  void shouldBeEnterableByOtherProcessesThroughItsPath() throws Exception {
    try (NetworkNamespace made = NetworkNamespaces.create()) {
      assertThat(run(made, "readlink", "/proc/self/ns/net"))
          .isEqualTo(made.inside(NetworkNamespacesTest::ofThisThread));
    }
  }

  @Test
  void shouldOpenOneThatExists() throws Exception {
    try (NetworkNamespace made = NetworkNamespaces.create();
        NetworkNamespace again = NetworkNamespaces.open(made.path())) {
      assertThat(again.inside(NetworkNamespacesTest::ofThisThread))
          .isEqualTo(made.inside(NetworkNamespacesTest::ofThisThread));
    }
  }

  @Test
  void shouldRefuseUseAfterClose() throws Exception {
    NetworkNamespace made = NetworkNamespaces.create();
    made.close();
    made.close();
    assertThatThrownBy(made::path).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> made.inside(() -> 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldSayWhatFailed() {
    assertThatThrownBy(() -> NetworkNamespaces.open("/proc/1/ns/none"))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
        .hasMessageContaining("open(/proc/1/ns/none")
        .hasMessageContaining("ENOENT");
  }

  @Test
  void shouldPassTheBodysFailureOn() throws Exception {
    try (NetworkNamespace made = NetworkNamespaces.create()) {
      assertThatThrownBy(
              () ->
                  made.inside(
                      () -> {
                        throw new LinuxException("as asked", 7);
                      }))
          .isInstanceOfSatisfying(LinuxException.class, e -> assertThat(e.errno()).isEqualTo(7))
          .hasMessage("as asked");
    }
  }
}
