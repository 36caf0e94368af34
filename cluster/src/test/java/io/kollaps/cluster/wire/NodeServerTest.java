package io.kollaps.cluster.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.AnnounceRequest;
import io.kollaps.cluster.generated.JoinReply;
import io.kollaps.cluster.generated.JoinRequest;
import io.kollaps.cluster.generated.ManageReply;
import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.cluster.generated.Outcome;
import io.kollaps.cluster.generated.RenewReply;
import io.kollaps.cluster.generated.RenewRequest;
import io.kollaps.cluster.generated.ReportReply;
import io.kollaps.cluster.generated.ReportRequest;
import io.kollaps.cluster.generated.StepRequest;
import io.kollaps.cluster.generated.TakeAuthorityRequest;
import io.kollaps.cluster.security.ClusterAuthority;
import io.kollaps.cluster.security.ClusterTrust;
import io.kollaps.cluster.security.JoinToken;
import io.kollaps.cluster.security.NodeCredentials;
import io.kollaps.cluster.security.NodeKey;
import io.kollaps.cluster.security.NodeKeys;
import io.kollaps.cluster.security.Refusals;
import io.kollaps.cluster.security.TokenTrust;
import io.kollaps.cluster.wire.NodeClient.CallFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real server and real clients over loopback. */
class NodeServerTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String HOST = "127.0.0.1";
  private static final NodeId SERVER = NodeId.of(1);
  private static final NodeId MEMBER = NodeId.of(2);
  private static final NodeId STRANGER = NodeId.of(3);
  private static final Duration AWAY = Duration.ofSeconds(8);

  private final ClusterAuthority authority = ClusterAuthority.create("a", Instant.now(), RANDOM);
  private final ClusterAuthority other = ClusterAuthority.create("a", Instant.now(), RANDOM);
  private final Queue<String> told = new ConcurrentLinkedQueue<>();
  private final Refusals refusals = new Refusals(told::add, System::nanoTime);
  private final Set<NodeId> banned = ConcurrentHashMap.newKeySet();
  private final List<NodeClient> clients = new ArrayList<>();
  private NodeServer server;
  private int port;

  /** Answers with who asked. */
  private static final class Echo implements NodeCalls {
    @Override
    public JoinReply join(JoinRequest request, String address) {
      return JoinReply.newBuilder().setWait("seen at " + address).build();
    }

    @Override
    public JoinReply step(StepRequest request, String address) {
      return JoinReply.newBuilder().setAborted("seen at " + address).build();
    }

    @Override
    public Outcome announce(NodeId caller, AnnounceRequest request) {
      throw new IllegalStateException("a fault of ours");
    }

    @Override
    public RenewReply renew(NodeId caller, RenewRequest request) {
      return RenewReply.getDefaultInstance();
    }

    @Override
    public Outcome takeAuthority(NodeId caller, TakeAuthorityRequest request) {
      return Outcome.newBuilder().setDone(caller.value()).build();
    }

    @Override
    public ManageReply manage(NodeId caller, ManageRequest request) {
      return ManageReply.newBuilder().setDone(caller.value()).build();
    }

    @Override
    public ReportReply report(NodeId caller) {
      return ReportReply.getDefaultInstance();
    }
  }

  @BeforeEach
  void start() throws Exception {
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    server = server();
  }

  private NodeServer server() throws Exception {
    NodeCredentials credentials = credentials(authority, SERVER);
    return NodeServer.start(
        port,
        new NodeKeys(() -> credentials),
        ClusterTrust.anyNode(authority.certificate(), banned::contains, refusals),
        id -> id.equals(MEMBER) && !banned.contains(id),
        new Echo(),
        List.of(),
        refusals);
  }

  @AfterEach
  void stop() {
    clients.forEach(NodeClient::close);
    server.close();
  }

  private static NodeCredentials credentials(ClusterAuthority by, NodeId node) throws Exception {
    NodeKey key = NodeKey.create(RANDOM);
    return NodeCredentials.of(
        key.secret(),
        by.certify(key.signingRequest(node), node, Instant.now(), Duration.ofDays(1), RANDOM),
        by.certificate());
  }

  private NodeClient client(ClusterAuthority certifiedBy, NodeId node) throws Exception {
    NodeCredentials credentials = credentials(certifiedBy, node);
    NodeClient client =
        new NodeClient(
            new NodeKeys(() -> credentials),
            ClusterTrust.anyNode(authority.certificate(), id -> false, refusals));
    clients.add(client);
    return client;
  }

  private String manage(NodeClient client, NodeId expected) throws CallFailure {
    return client
        .call(expected, HOST, port, stub -> stub.manage(ManageRequest.getDefaultInstance()))
        .getDone();
  }

  @Test
  void shouldKnowWhoCalls() throws Exception {
    assertThat(manage(client(authority, MEMBER), SERVER)).isEqualTo(MEMBER.value());
    assertThat(told).isEmpty();
  }

  @Test
  void shouldRefuseForeignCertificatesAndThoseWhoAreNoMembers() throws Exception {
    NodeClient foreign = client(other, MEMBER);
    NodeClient stranger = client(authority, STRANGER);

    assertThatThrownBy(() -> manage(foreign, SERVER)).isInstanceOf(CallFailure.class);
    assertThatThrownBy(() -> manage(stranger, SERVER))
        .isInstanceOf(CallFailure.class)
        .hasMessageContaining("no member");
    assertThat(told).anyMatch(line -> line.contains("not signed by this cluster's authority"));
  }

  @Test
  void shouldRefuseAnotherNodeAtTheAddress() throws Exception {
    NodeClient client = client(authority, MEMBER);

    assertThatThrownBy(() -> manage(client, NodeId.of(9)))
        .isInstanceOf(CallFailure.class)
        .hasMessageContaining("expected");
  }

  @Test
  void shouldPutABannedNodeOutOnItsOpenConnection() throws Exception {
    NodeClient client = client(authority, MEMBER);
    assertThat(manage(client, SERVER)).isEqualTo(MEMBER.value());
    banned.add(MEMBER);

    assertThatThrownBy(() -> manage(client, SERVER)).hasMessageContaining("no member");
  }

  @Test
  void shouldReachANodeSoonAfterItIsBack() throws Exception {
    NodeClient client = client(authority, MEMBER);
    assertThat(manage(client, SERVER)).isEqualTo(MEMBER.value());
    server.close();
    // as long as it takes until the library by itself would wait for many seconds
    long away = System.nanoTime();
    while (System.nanoTime() - away < AWAY.toNanos()) {
      assertThatThrownBy(() -> manage(client, SERVER)).isInstanceOf(CallFailure.class);
      Thread.sleep(100);
    }
    server = server();
    Thread.sleep(NodeClient.RECONNECT.plusMillis(100));

    assertThat(manage(client, SERVER)).isEqualTo(MEMBER.value());
  }

  @Test
  void shouldServeAJoinWithoutACertificateAndNothingElse() throws Exception {
    JoinToken token = JoinToken.create(authority.certificate(), RANDOM);
    JoinToken foreign = JoinToken.create(other.certificate(), RANDOM);

    JoinReply reply =
        NodeClient.join(HOST, port, new TokenTrust(token), JoinRequest.getDefaultInstance());

    assertThat(reply.getWait()).isEqualTo("seen at " + HOST);
    assertThatThrownBy(
            () ->
                NodeClient.join(
                    HOST, port, new TokenTrust(foreign), JoinRequest.getDefaultInstance()))
        .hasMessageContaining("another cluster");
  }

  @Test
  void shouldRefuseWhatIsTooLongAndGoOn() throws Exception {
    NodeClient client = client(authority, MEMBER);
    TakeAuthorityRequest big =
        TakeAuthorityRequest.newBuilder()
            .setPrivateKey(ByteString.copyFrom(new byte[NodeServer.MAX_MESSAGE_BYTES + 1]))
            .build();

    assertThatThrownBy(() -> client.call(SERVER, HOST, port, stub -> stub.takeAuthority(big)))
        .isInstanceOf(CallFailure.class);
    assertThat(manage(client, SERVER)).isEqualTo(MEMBER.value());
  }

  @Test
  void shouldTellNothingOfItsOwnFaults() throws Exception {
    NodeClient client = client(authority, MEMBER);

    assertThatThrownBy(
            () ->
                client.call(
                    SERVER,
                    HOST,
                    port,
                    stub -> stub.announce(AnnounceRequest.getDefaultInstance())))
        .hasMessageContaining("its log says why")
        .hasMessageNotContaining("a fault of ours");
  }

  @Test
  void shouldBearGarbageAndTellItOnce() throws Exception {
    long seed = 12;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 100; i++) {
      byte[] data = new byte[random.nextInt(1, 5000)];
      random.nextBytes(data);
      data[0] = 'G'; // no TLS record begins so
      send(data);
    }
    NodeClient client = client(authority, MEMBER);

    assertThat(manage(client, SERVER)).as("seed " + seed).isEqualTo(MEMBER.value());
    ReportReply report =
        client.call(SERVER, HOST, port, stub -> stub.report(ReportRequest.getDefaultInstance()));
    assertThat(report).isEqualTo(ReportReply.getDefaultInstance());
    assertThat(told).hasSizeBetween(1, 2);
  }

  private void send(byte[] data) {
    try (Socket socket = new Socket(InetAddress.getByName(HOST), port)) {
      OutputStream out = socket.getOutputStream();
      out.write(data);
      out.flush();
      var _ = socket.getInputStream().read(); // until the server ends it
    } catch (IOException e) {
      assertThat(e).hasMessageNotContaining("refused"); // a reset is what is wanted
    }
  }

  @Test
  void shouldSpeakAVersionThatBothKnowOrSayWhichSideIsOlder() {
    int newest = Protocol.NEWEST;

    assertThat(Protocol.mismatch("1-" + newest, "x")).isEmpty();
    assertThat(Protocol.mismatch(newest + "-" + (newest + 5), "x")).isEmpty();
    assertThat(Protocol.mismatch((newest + 1) + "-" + (newest + 2), "node x").orElseThrow())
        .contains("node x", "that of node x");
    assertThat(Protocol.mismatch("0-0", "x").orElseThrow()).contains("that of this node");
    for (String wrong : List.of("", "1", "a-b", "-", "1-2-3", "9".repeat(40))) {
      assertThat(Protocol.mismatch(wrong, "x")).as(wrong).isPresent();
    }
  }
}
