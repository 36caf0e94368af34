package io.kollaps.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @Test
  void shouldMakeANamespaceThatIsNotTheCallersAndHasOnlyLoopbackUp() throws Exception {
    String ours = ofThisThread();
    try (NetworkNamespace made = NetworkNamespaces.create()) {
      assertThat(ofThisThread()).isEqualTo(ours);
      assertThat(made.inside(NetworkNamespacesTest::ofThisThread)).isNotEqualTo(ours);
      List<String> up =
          made.inside(
              () -> {
                try {
                  return NetworkInterface.networkInterfaces()
                      .filter(
                          i -> {
                            try {
                              return i.isUp();
                            } catch (SocketException e) {
                              throw new UncheckedIOException(e);
                            }
                          })
                      .map(NetworkInterface::getName)
                      .toList();
                } catch (SocketException e) {
                  throw new UncheckedIOException(e);
                }
              });
      assertThat(up).containsExactly("lo");
    }
  }

  @Test
  void shouldBeEnterableByOtherProcessesThroughItsPath() throws Exception {
    try (NetworkNamespace made = NetworkNamespaces.create()) {
      Process process =
          new ProcessBuilder("nsenter", "--net=" + made.path(), "readlink", "/proc/self/ns/net")
              .redirectErrorStream(true)
              .start();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      String seen = new String(process.getInputStream().readAllBytes()).strip();
      assertThat(seen).isEqualTo(made.inside(NetworkNamespacesTest::ofThisThread));
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
