package io.kollaps.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel that the tests with this tag run in has what they need. */
@Tag("test-kernel")
class TestKernelTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "tc qdisc replace dev lo root fq",
        "tc qdisc replace dev lo root netem delay 1ms 1ms distribution normal loss 1%",
        "tc qdisc replace dev lo root handle 1: htb default 1",
        "tc qdisc add dev lo clsact",
        "ip link add d0 type dummy",
        "ip link add v0 type veth peer name v1",
        "ip link add x0 type vxlan external dstport 4789",
        "ip link add d0 type dummy && ip link add i0 link d0 type ipvlan mode l3",
        "ip link add b0 type bridge",
      })
  void shouldHaveWhatFabricsNeed(String command) throws Exception {
    try (NetworkNamespace namespace = NetworkNamespaces.create()) {
      ProcessBuilder inside =
          new ProcessBuilder("nsenter", "--net=" + namespace.path(), "sh", "-c", command);
      Process process = inside.redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor()).as(said).isZero();
    }
  }

  @Test
  void shouldNotWriteTheMachinesFiles() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    for (Path folder : new Path[] {here, Path.of("/"), Path.of("/etc"), Path.of("/usr")}) {
      assertThatThrownBy(() -> Files.createTempFile(folder, "guest", ".test"))
          .as("%s", folder)
          .isInstanceOf(IOException.class);
    }
    Files.delete(Files.createTempFile("guest", ".test"));
  }
}
