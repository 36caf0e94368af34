package io.kollaps.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.cluster.security.AccessToken;
import io.kollaps.cluster.security.ClusterAuthority;
import io.kollaps.node.local.AccessActions;
import io.kollaps.node.local.AccessRole;
import io.kollaps.node.local.CommandChannel;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.NodeActions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands of another machine: over TLS, by their tokens. */
class RemoteCommandsTest {
  private static final String HOST = "127.0.0.1";

  private final long seed = Long.getLong("kollaps.seed", 20_26);
  private final SplittableRandom random = new SplittableRandom(seed);

  @TempDir private Path folder;
  private TwoNodes nodes;

  @BeforeEach
  void start() throws Exception {
    nodes = TwoNodes.start(folder, InstantSource.system());
  }

  @AfterEach
  void stop() throws Exception {
    if (nodes != null) {
      nodes.close();
    }
  }

  private CommandChannel.Remote remote(String token) throws Exception {
    return new CommandChannel.Remote(HOST, nodes.remotePort(), AccessToken.parse(token));
  }

  private AccessActions.Created create(AccessRole role) throws Exception {
    return nodes.local(1).ask(AccessActions.CREATE, new AccessActions.Create(role, 1, "test"));
  }

  private static NodeActions.Nodes nodes(CommandChannel channel) throws LocalFailure {
    return channel.ask(NodeActions.NODES, NodeActions.Nothing.NOTHING);
  }

  @Test
  void shouldDoWhatTheTokenMayAndNothingElse() throws Exception {
    AccessActions.Created reading = create(AccessRole.READ);
    CommandChannel read = remote(reading.token());
    CommandChannel control = remote(create(AccessRole.CONTROL).token());

    assertThat(nodes(read).nodes()).hasSize(2);
    assertThatThrownBy(() -> read.ask(NodeActions.DRAIN, new NodeActions.OfNode("n2")))
        .hasMessageContaining("may only read");
    assertThat(control.ask(NodeActions.DRAIN, new NodeActions.OfNode("n2"))).isNotNull();
    assertThat(nodes(read).nodes()).anyMatch(node -> node.mode().equals("drained"));
    assertThatThrownBy(
            () -> control.ask(NodeActions.ROTATE_TOKEN, new NodeActions.RotateToken(1, 1, true)))
        .hasMessageContaining("own machine");
    assertThatThrownBy(
            () ->
                control.ask(
                    AccessActions.CREATE, new AccessActions.Create(AccessRole.CONTROL, 1, "")))
        .hasMessageContaining("own machine");
    assertThat(nodes.local(2).ask(AccessActions.LIST, NodeActions.Nothing.NOTHING).tokens())
        .as("known on every node")
        .hasSize(2);

    var _ = nodes.local(2).ask(AccessActions.REVOKE, new AccessActions.Revoke(reading.id()));
    assertThatThrownBy(() -> nodes(read)).hasMessageContaining("does not count");
    assertThat(nodes(control).nodes()).hasSize(2);
    assertThat(nodes.log().toList()).anyMatch(line -> line.contains("refused command from"));
  }

  @Test
  void shouldRefuseForeignTokensAnd500ConnectionsOfGarbage() throws Exception {
    AccessActions.Created good = create(AccessRole.READ);
    ClusterAuthority other = ClusterAuthority.create("other", Instant.now(), new SecureRandom());
    String foreign = AccessToken.create(other.certificate(), new SecureRandom()).text();
    String guessed = good.token().substring(0, good.token().length() - 8) + "00000000";

    assertThatThrownBy(() -> nodes(remote(foreign))).hasMessageContaining("another cluster");
    assertThatThrownBy(() -> nodes(remote(guessed))).hasMessageContaining("does not count");
    for (int i = 0; i < 500; i++) {
      byte[] data = new byte[random.nextInt(1, 2_000)];
      random.nextBytes(data);
      try (Socket socket = new Socket(InetAddress.getByName(HOST), nodes.remotePort())) {
        socket.setSoTimeout(50);
        socket.getOutputStream().write(data);
        socket.shutdownOutput();
        var _ = socket.getInputStream().read();
      } catch (IOException e) {
        assertThat(e).hasMessageNotContaining("refused"); // it hangs up, or waits for more
      }
    }

    assertThat(nodes(remote(good.token())).nodes()).as("seed %d", seed).hasSize(2);
    assertThat(nodes.log().toList()).noneMatch(line -> line.startsWith("ERROR"));
    assertThat(nodes.log().toList().stream().filter(line -> line.contains("refused")).count())
        .isLessThan(8);
  }
}
