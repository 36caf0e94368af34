package io.kollaps.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.netty.shaded.io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.AdmissionGrpc;
import io.kollaps.cluster.generated.AnnounceRequest;
import io.kollaps.cluster.generated.JoinRequest;
import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.cluster.generated.MemberMessage;
import io.kollaps.cluster.generated.MembershipGrpc;
import io.kollaps.cluster.generated.RenewRequest;
import io.kollaps.cluster.generated.TakeAuthorityRequest;
import io.kollaps.cluster.security.ClusterAuthority;
import io.kollaps.cluster.security.ClusterKey;
import io.kollaps.cluster.security.DatagramSeal;
import io.kollaps.cluster.security.JoinToken;
import io.kollaps.cluster.security.KeyRing;
import io.kollaps.cluster.security.NodeCredentials;
import io.kollaps.cluster.security.NodeKey;
import io.kollaps.cluster.security.NodeKeys;
import io.kollaps.cluster.security.SecurityFailure;
import io.kollaps.cluster.state.ControlState;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two real nodes in this process, and a stranger who sends one of them what he likes. Whatever he
 * sends, the state of the cluster stays the same, the log stays short, what the process holds stays
 * bounded, and the other node goes on. Needs free ports on the loopback device.
 *
 * <p>Attacks that leave room in the log share the nodes; one that fills it, or that failed, leaves
 * the next one new nodes. {@code -Dkollaps.badinput.count=N} makes all attacks N/1000 as long
 * (10000: a campaign of many minutes), {@code -Dkollaps.seed=N} sends others.
 */
class BadInputTest {
  private static final String HOST = "127.0.0.1";
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Descriptors that may be open on their way when they are counted: a connection's two sides. */
  private static final long SOME_DESCRIPTORS = 40;

  /** Threads of pools that fill up with use. */
  private static final int SOME_THREADS = 24;

  /** Whatever is thrown at it, it does not pile up: far above what the heap swings by itself. */
  private static final long SOME_BYTES = 64L << 20;

  /** What is sent, in thousandths. */
  private static final int COUNT = Integer.getInteger("kollaps.badinput.count", 1_000);

  /** Calls over a connection: the server ends or forgets one with 200 resets in 30 s. */
  private static final int CALLS_OF_CONNECTION = 150;

  /** Longest silence of a caller that waits for an answer of the node. */
  private static final int ANSWER_SECONDS = 20;

  private final long seed = Long.getLong("kollaps.seed", 20_25);
  private final SplittableRandom random = new SplittableRandom(seed);

  @TempDir private static Path folder;
  private static Optional<TwoNodes> shared = Optional.empty();
  private static int pairs;

  private final Queue<String> libraries = new ConcurrentLinkedQueue<>();
  private final Handler librariesLog = new LibrariesLog();
  private TwoNodes nodes;
  private Held before;
  private int linesBefore;
  private long refusalsBefore;
  private ControlState stateBefore;

  /** What the process holds. */
  private record Held(long descriptors, int threads, long heapBytes) {
    static Held now() throws IOException {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
        return new Held(
            open.count(),
            Thread.getAllStackTraces().size(),
            runtime.totalMemory() - runtime.freeMemory());
      }
    }
  }

  /** What libraries tell by java.util.logging, which in a daemon is its standard error. */
  private final class LibrariesLog extends Handler {
    @Override
    public void publish(LogRecord entry) {
      if (entry.getLevel().intValue() >= Level.SEVERE.intValue()) {
        libraries.add(entry.getLoggerName() + " " + entry.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void start() throws Exception {
    if (shared.isPresent()) {
      nodes = shared.get();
      nodes.awaitBothAlive();
    } else {
      nodes =
          TwoNodes.start(
              Files.createDirectory(folder.resolve("pair" + pairs++)), InstantSource.system());
      shared = Optional.of(nodes);
    }
    Logger.getLogger("").addHandler(librariesLog);
    before = Held.now();
    stateBefore = nodes.first().state();
    linesBefore = nodes.log().toList().size();
    refusalsBefore = nodes.refusals();
  }

  @AfterEach
  void hearLibrariesNoMore() {
    Logger.getLogger("").removeHandler(librariesLog);
  }

  @AfterAll
  static void stop() throws Exception {
    if (shared.isPresent()) {
      shared.get().close();
      shared = Optional.empty();
    }
  }

  /** The next attack finds new nodes: this one fills the log, or leaves them changed. */
  private static void spendNodes() throws Exception {
    stop();
  }

  private List<String> newLines() {
    List<String> all = nodes.log().toList();
    return all.subList(linesBefore, all.size());
  }

  /** But for documents, in which nodes keep what they tell of themselves. */
  private void expectSameState() {
    ControlState now = nodes.first().state();
    assertThat(now.members()).as("seed %d", seed).isEqualTo(stateBefore.members());
    assertThat(now.tokens()).as("seed %d", seed).isEqualTo(stateBefore.tokens());
    assertThat(now.bans()).as("seed %d", seed).isEqualTo(stateBefore.bans());
    assertThat(now.key()).as("seed %d", seed).isEqualTo(stateBefore.key());
    assertThat(now.admissions()).as("seed %d", seed).isEqualTo(stateBefore.admissions());
  }

  /**
   * The nodes are as before, and the log has told of it, in few lines.
   *
   * @param mostLines of what was refused
   */
  private void expectUnharmed(int mostLines) throws Exception {
    assertThat(nodes.refusals()).as("refused; seed %d", seed).isGreaterThan(refusalsBefore);
    assertThat(nodes.log().toList()).anyMatch(BadInputTest::tellsOfRefusal);
    expectUnharmedInSilence(mostLines);
  }

  private static boolean tellsOfRefusal(String line) {
    return line.contains("refused");
  }

  private void expectUnharmedInSilence(int mostLines) throws Exception {
    expectSameState();
    nodes.awaitBothAlive();
    assertThat(newLines().stream().filter(BadInputTest::tellsOfRefusal).toList())
        .as("told once for each source and reason; seed %d", seed)
        .hasSizeLessThanOrEqualTo(mostLines);
    assertThat(newLines())
        .as("faults of ours; seed %d", seed)
        .noneMatch(line -> line.startsWith("ERROR"));
    assertThat(libraries).as("what fills the log past us; seed %d", seed).isEmpty();
    Held after = Held.now();
    for (int i = 0; i < 100 && after.descriptors() > before.descriptors() + SOME_DESCRIPTORS; i++) {
      Thread.sleep(100); // closed connections are on their way
      after = Held.now();
    }
    assertThat(after.descriptors()).isLessThan(before.descriptors() + SOME_DESCRIPTORS);
    assertThat(after.threads()).isLessThan(before.threads() + SOME_THREADS);
    assertThat(after.heapBytes()).isLessThan(before.heapBytes() + SOME_BYTES);
  }

  private byte[] bytes(int length) {
    byte[] data = new byte[length];
    random.nextBytes(data);
    return data;
  }

  // ---- datagrams ---------------------------------------------------------------------------

  /** A datagram that was changed: some bits, its end, or all of it. */
  private byte[] spoilt(byte[] good) {
    return switch (random.nextInt(5)) {
      case 0 -> bytes(random.nextInt(0, 1600));
      case 1 -> Arrays.copyOf(good, random.nextInt(0, good.length));
      case 2 -> Arrays.copyOf(good, good.length + random.nextInt(1, 1300));
      case 3 -> bytes(random.nextInt(1201, 60_000));
      default -> {
        byte[] flipped = good.clone();
        for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
          flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        yield flipped;
      }
    };
  }

  @Test
  void shouldRefuseSpoiltForeignAndReplayedDatagrams() throws Exception {
    ClusterKey key = stateBefore.key().orElseThrow();
    NodeId second = nodes.second().self();
    // as a node of the cluster would: the same key, but an older session; and with another key
    DatagramSeal old = new DatagramSeal(second, 1, new KeyRing(key), id -> true);
    DatagramSeal foreign =
        new DatagramSeal(
            second, Long.MAX_VALUE, new KeyRing(ClusterKey.create(1, RANDOM)), id -> true);
    DatagramSeal stranger = new DatagramSeal(NodeId.of(77), 1, new KeyRing(key), id -> true);
    InetSocketAddress to = new InetSocketAddress(HOST, nodes.port(1));
    int sent = 0;
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < 40 * COUNT; i++) {
        byte[] payload = bytes(random.nextInt(0, 200));
        byte[] data =
            switch (random.nextInt(8)) {
              case 0 -> old.seal(payload, System.currentTimeMillis());
              case 1 -> foreign.seal(payload, System.currentTimeMillis());
              case 2 -> stranger.seal(payload, System.currentTimeMillis());
              default -> spoilt(old.seal(payload, System.currentTimeMillis()));
            };
        socket.send(new DatagramPacket(data, data.length, to));
        sent++;
        if (i % 100 == 0) {
          Thread.sleep(1); // the receiver's buffer holds some hundred
        }
      }
    }
    System.out.println(
        sent + " datagrams, " + (nodes.refusals() - refusalsBefore) + " refused, seed " + seed);
    assertThat(nodes.refusals() - refusalsBefore)
        .as("most came through")
        .isGreaterThan(10L * COUNT);
    // its format is one of 256, which is told each
    expectUnharmed(70);
    spendNodes();
  }

  @Test
  void shouldBearProperlySealedDatagramsOfAbsurdContent() throws Exception {
    DatagramSeal member =
        new DatagramSeal(
            nodes.second().self(),
            System.currentTimeMillis(),
            new KeyRing(stateBefore.key().orElseThrow()),
            id -> true);
    InetSocketAddress to = new InetSocketAddress(HOST, nodes.port(1));
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < 20 * COUNT; i++) {
        byte[] payload = bytes(random.nextInt(0, 80));
        if (payload.length > 0) {
          payload[0] = (byte) random.nextInt(0, 5);
        }
        for (int at = 1; at + 8 <= payload.length; at += 8) {
          ByteBuffer.wrap(payload).putLong(at, absurd());
        }
        byte[] data = member.seal(payload, System.currentTimeMillis());
        socket.send(new DatagramPacket(data, data.length, to));
        if (i % 100 == 0) {
          Thread.sleep(1);
        }
      }
    }
    assertThat(newLines()).noneMatch(line -> line.startsWith("ERROR"));
    expectSameState();
    // a newer session than its own has begun for the second node: a new process of it is heard
    nodes.restartSecond();
  }

  private long absurd() {
    long[] values = {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE, random.nextLong()};
    return values[random.nextInt(values.length)];
  }

  @Test
  void shouldAnswerNothingToWrongQuestionsAndStillBeFound() throws Exception {
    InetSocketAddress to = new InetSocketAddress(HOST, nodes.discoveryPort());
    byte[] good = new byte[32];
    good[0] = 'K';
    good[1] = 'D';
    good[2] = 1;
    good[3] = 1;
    int answers = 0;
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < 20 * COUNT; i++) {
        byte[] data = spoilt(good);
        socket.send(new DatagramPacket(data, data.length, to));
        if (i % 100 == 0) {
          Thread.sleep(1);
        }
      }
      socket.setSoTimeout(200);
      answers = drain(socket);
      // five a second for each who asks rightly; a flipped nonce is right too
      assertThat(answers).isLessThan(2 * COUNT);
    }
    try (DatagramSocket other = new DatagramSocket(0, InetAddress.getByName("127.0.0.2"))) {
      other.setSoTimeout(5_000);
      other.send(new DatagramPacket(good, good.length, to));
      DatagramPacket answer = new DatagramPacket(new byte[100], 100);
      other.receive(answer);
      assertThat(answer.getLength()).as("shorter than the question").isEqualTo(14);
    }
    expectUnharmed(4);
  }

  private static int drain(DatagramSocket socket) throws IOException {
    int answers = 0;
    try {
      while (true) {
        socket.receive(new DatagramPacket(new byte[100], 100));
        answers++;
      }
    } catch (java.net.SocketTimeoutException e) {
      return answers;
    }
  }

  // ---- connections ---------------------------------------------------------------------------

  @Test
  void shouldEndConnectionsOfGarbageAtBothPorts() throws Exception {
    byte[] preface =
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    for (int i = 0; i < 3 * COUNT; i++) {
      byte[] garbage = bytes(random.nextInt(1, 3_000));
      byte[] data =
          switch (random.nextInt(4)) {
            case 0 -> garbage;
            case 1 -> {
              // the head of a TLS record, and what follows is none
              byte[] record = garbage.length < 6 ? bytes(6) : garbage;
              record[0] = (byte) random.nextInt(20, 25);
              record[1] = 3;
              record[2] = (byte) random.nextInt(0, 5);
              yield record;
            }
            case 2 -> preface;
            default -> new byte[0];
          };
      throwAt(nodes.port(1) + i % 2, data);
    }
    expectUnharmed(30);
  }

  private static void throwAt(int port, byte[] data) throws IOException {
    try (Socket socket = new Socket(InetAddress.getByName(HOST), port)) {
      socket.setSoTimeout(50);
      socket.getOutputStream().write(data);
      socket.shutdownOutput();
      var _ = socket.getInputStream().read();
    } catch (java.net.SocketTimeoutException | java.net.SocketException e) {
      // it waits for more, or has hung up: both are as it should be
    }
  }

  @Test
  void shouldHoldNoMoreThanItsBoundOfSilentConnections() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 600; i++) {
        silent.add(new Socket(InetAddress.getByName(HOST), nodes.port(1)));
      }
      Thread.sleep(500);
      Held held = Held.now();
      // each has two ends in this process
      assertThat(held.descriptors())
          .isLessThan(
              before.descriptors()
                  + 600
                  + io.kollaps.cluster.connection.Connections.MAX_FROM_ADDRESS
                  + SOME_DESCRIPTORS);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
    expectUnharmed(5);
  }

  // ---- calls ---------------------------------------------------------------------------------

  private ManagedChannel channel(KeyManager keys) throws Exception {
    SslContextBuilder tls =
        GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
            .trustManager(InsecureTrustManagerFactory.INSTANCE);
    if (keys != null) {
      tls = tls.keyManager(keys);
    }
    io.grpc.Metadata headers = new io.grpc.Metadata();
    headers.put(
        io.grpc.Metadata.Key.of("kollaps-protocol", io.grpc.Metadata.ASCII_STRING_MARSHALLER),
        "1-1");
    return NettyChannelBuilder.forAddress(HOST, nodes.port(1))
        .sslContext(tls.build())
        .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
        .build();
  }

  private static KeyManager keys(ClusterAuthority by, NodeId node, Instant from, Duration life)
      throws SecurityFailure {
    NodeKey key = NodeKey.create(RANDOM);
    NodeCredentials credentials =
        NodeCredentials.of(
            key.secret(),
            by.certify(key.signingRequest(node), node, from, life, RANDOM),
            by.certificate());
    return new NodeKeys(() -> credentials);
  }

  /** A message of any bytes, or one that is cut. */
  private static final MethodDescriptor.Marshaller<byte[]> RAW =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new java.io.ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        }
      };

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(name)
        .setRequestMarshaller(RAW)
        .setResponseMarshaller(RAW)
        .build();
  }

  /** True when it was refused; false when it was answered. It hangs in no case. */
  private boolean fails(ManagedChannel channel, String method, byte[] message) {
    try {
      var _ =
          ClientCalls.blockingUnaryCall(
              channel,
              method(method),
              CallOptions.DEFAULT.withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS),
              message);
      return false;
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode())
          .as("%s; seed %d", method, seed)
          .isNotEqualTo(Status.Code.DEADLINE_EXCEEDED);
      return true;
    }
  }

  private String anyText() {
    return switch (random.nextInt(7)) {
      case 0 -> "";
      case 1 -> "x".repeat(random.nextInt(1, 1_000_000));
      case 2 -> "\u001b[31m\nERROR forged line\r\0";
      case 3 -> "\u0000";
      case 4 -> nodes.second().self().value();
      case 5 -> "ä\u202e\u0085".repeat(20);
      default -> Long.toHexString(random.nextLong());
    };
  }

  private MemberMessage anyMember() {
    return MemberMessage.newBuilder()
        .setId(anyText())
        .setName(anyText())
        .setHost(anyText())
        .setPort((int) absurd())
        .setAdmission(absurd())
        .setMode(anyText())
        .setOldestProtocol((int) absurd())
        .setNewestProtocol((int) absurd())
        .setSoftware(anyText())
        .build();
  }

  private JoinRequest anyJoin(JoinToken token) {
    return JoinRequest.newBuilder()
        .setTokenId(random.nextBoolean() ? token.id() : anyText())
        .setTokenSecret(ByteString.copyFrom(random.nextBoolean() ? token.secret() : bytes(20)))
        .setSigningRequest(anySigningRequest())
        .setMember(anyMember())
        .build();
  }

  private ByteString anySigningRequest() {
    return ByteString.copyFrom(
        switch (random.nextInt(5)) {
          case 0 -> bytes(random.nextInt(0, 5_000));
          case 1 -> nested(random.nextInt(1, 400_000));
          case 2 -> {
            byte[] good = NodeKey.create(RANDOM).signingRequest(NodeId.of(9));
            good[random.nextInt(good.length)] ^= (byte) (1 << random.nextInt(8));
            yield good;
          }
          default -> new byte[0];
        });
  }

  /** Sequences within sequences: a parser that goes into each needs a stack for them. */
  private static byte[] nested(int depth) {
    byte[] data = new byte[2 * depth];
    for (int i = 0; i < depth; i++) {
      data[2 * i] = 0x30;
      data[2 * i + 1] = (byte) 0x80;
    }
    return data;
  }

  @Test
  void shouldRefuseCallsOfStrangersWithATokenOrWithout() throws Exception {
    JoinToken token = JoinToken.parse(nodes.token());
    stateBefore = nodes.first().state(); // the token is one of its changes
    int calls = 3 * COUNT;
    int refused = 0;
    for (int done = 0; done < calls; done += CALLS_OF_CONNECTION) {
      ManagedChannel channel = channel(null);
      try {
        for (int i = done; i < Math.min(calls, done + CALLS_OF_CONNECTION); i++) {
          refused += strangerFails(channel, token) ? 1 : 0;
        }
      } finally {
        channel.shutdownNow();
      }
    }
    System.out.println(calls + " calls of strangers, " + refused + " refused, seed " + seed);
    // a join without any content may be read from garbage; it is refused in the answer
    assertThat(refused).isGreaterThan(2 * COUNT);
    expectUnharmed(70);
    spendNodes();
  }

  private static final List<String> MEMBERS_CALLS =
      MembershipGrpc.getServiceDescriptor().getMethods().stream()
          .map(MethodDescriptor::getFullMethodName)
          .toList();

  /** True when a call was refused, or not answered in a way that a stranger wants. */
  private boolean strangerFails(ManagedChannel channel, JoinToken token) {
    String join = AdmissionGrpc.SERVICE_NAME + "/Join";
    switch (random.nextInt(4)) {
      case 0 -> {
        return fails(channel, MEMBERS_CALLS.get(random.nextInt(MEMBERS_CALLS.size())), bytes(30));
      }
      case 1 -> {
        return fails(channel, join, bytes(random.nextInt(0, 2_000)));
      }
      case 2 -> {
        return fails(channel, "no.such.Service/Call", bytes(10));
      }
      default -> {
        JoinRequest request = anyJoin(token);
        return request.getSerializedSize() > 1_000_000
            ? fails(channel, join, request.toByteArray())
            : !AdmissionGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                .join(request)
                .getRefused()
                .isEmpty();
      }
    }
  }

  @Test
  void shouldRefuseExpiredAndForeignCertificatesAndThoseOfNoMember() throws Exception {
    ClusterAuthority authority = nodes.first().authority().orElseThrow();
    ClusterAuthority other = ClusterAuthority.create(authority.cluster(), Instant.now(), RANDOM);
    NodeId second = nodes.second().self();
    List<KeyManager> wrong =
        List.of(
            keys(authority, second, Instant.now().minus(Duration.ofDays(9)), Duration.ofDays(8)),
            keys(authority, second, Instant.now().plus(Duration.ofDays(9)), Duration.ofDays(8)),
            keys(other, second, Instant.now(), Duration.ofDays(8)),
            keys(authority, NodeId.of(77), Instant.now(), Duration.ofDays(8)));
    for (KeyManager each : wrong) {
      for (int i = 0; i < 10; i++) {
        ManagedChannel channel = channel(each);
        try {
          assertThatThrownBy(
                  () ->
                      MembershipGrpc.newBlockingStub(channel)
                          .report(io.kollaps.cluster.generated.ReportRequest.getDefaultInstance()))
              .isInstanceOf(StatusRuntimeException.class);
        } finally {
          channel.shutdownNow();
        }
      }
    }
    expectUnharmed(12);
    assertThat(newLines())
        .anyMatch(line -> line.contains("not signed by this cluster's authority"))
        .anyMatch(line -> line.contains("the certificate counted until"))
        .anyMatch(line -> line.contains("the certificate counts only from"))
        .anyMatch(line -> line.contains("no member of the cluster"));
  }

  @Test
  void shouldRefuseAbsurdRequestsOfAMember() throws Exception {
    ClusterAuthority authority = nodes.first().authority().orElseThrow();
    NodeId second = nodes.second().self();
    KeyManager keys = keys(authority, second, Instant.now(), Duration.ofDays(8));
    int calls = 2 * COUNT;
    int refused = 0;
    for (int done = 0; done < calls; done += CALLS_OF_CONNECTION) {
      ManagedChannel channel = channel(keys);
      MembershipGrpc.MembershipBlockingStub stub = MembershipGrpc.newBlockingStub(channel);
      try {
        for (int i = done; i < Math.min(calls, done + CALLS_OF_CONNECTION); i++) {
          refused += refuses(stub.withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)) ? 1 : 0;
        }
      } finally {
        channel.shutdownNow();
      }
    }
    System.out.println(
        calls + " absurd requests of a member, " + refused + " refused, seed " + seed);
    assertThat(refused).isEqualTo(calls);
    expectUnharmed(70);
    spendNodes();
  }

  private boolean refuses(MembershipGrpc.MembershipBlockingStub stub) {
    try {
      return switch (random.nextInt(7)) {
        case 0 ->
            !stub.announce(AnnounceRequest.newBuilder().setMember(anyMember()).build())
                .getRefused()
                .isEmpty();
        case 1 ->
            !stub.renewCertificate(
                    RenewRequest.newBuilder().setSigningRequest(anySigningRequest()).build())
                .getRefused()
                .isEmpty();
        case 2 ->
            !stub.takeAuthority(
                    TakeAuthorityRequest.newBuilder()
                        .setPrivateKey(ByteString.copyFrom(bytes(100)))
                        .build())
                .getRefused()
                .isEmpty();
        default -> !stub.manage(absurdManage()).getRefused().isEmpty();
      };
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode())
          .as("seed %d", seed)
          .isNotEqualTo(Status.Code.DEADLINE_EXCEEDED);
      return true;
    }
  }

  private ManageRequest absurdManage() {
    ManageRequest.Builder manage = ManageRequest.newBuilder();
    return switch (random.nextInt(5)) {
      case 0 -> manage.setLeave(ManageRequest.Leave.newBuilder().setNode("-" + anyText())).build();
      case 1 -> manage.setDrain(ManageRequest.Drain.newBuilder().setNode("-" + anyText())).build();
      case 2 ->
          manage
              .setBan(
                  ManageRequest.Ban.newBuilder()
                      .setNode(nodes.second().self().value())
                      .setReason("\u001b[2J" + anyText()))
              .build();
      case 3 ->
          manage
              .setRotateToken(
                  ManageRequest.RotateToken.newBuilder()
                      .setLifetimeMillis(random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE)
                      .setUses((int) absurd()))
              .build();
      default -> manage.build();
    };
  }

  // ---- the socket of commands ------------------------------------------------------------------

  @Test
  void shouldAnswerLinesOfGarbageOnTheUnixSocketWithAProblem() throws Exception {
    UnixDomainSocketAddress socket = UnixDomainSocketAddress.of(nodes.socket(1));
    List<String> lines =
        List.of(
            "{}",
            "{\"version\":2}",
            "{\"version\":2,\"action\":null,\"request\":null}",
            "{\"version\":99999999999999999999}",
            "{\"version\":2,\"action\":\"ban\"}",
            "{\"version\":2,\"action\":\"ban\",\"request\":null}",
            "{\"version\":2,\"action\":\"ban\",\"request\":{\"node\":null}}",
            "{\"version\":2,\"action\":\"rotate-token\",\"request\":{\"hours\":-3,\"uses\":1e30}}",
            "{\"version\":2,\"action\":\"leave\",\"request\":[1,2]}",
            "[".repeat(5_000),
            "null",
            "\"\"");
    for (int i = 0; i < 2 * COUNT; i++) {
      byte[] data =
          random.nextBoolean()
              ? bytes(random.nextInt(0, 40_000))
              : lines
                  .get(random.nextInt(lines.size()))
                  .getBytes(java.nio.charset.StandardCharsets.UTF_8);
      try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(socket);
        OutputStream out = java.nio.channels.Channels.newOutputStream(channel);
        out.write(data);
        out.write('\n');

        String answer =
            new String(
                java.nio.channels.Channels.newInputStream(channel).readAllBytes(),
                java.nio.charset.StandardCharsets.UTF_8);
        assertThat(answer)
            .as("seed %d", seed)
            .contains("\"problem\":\"")
            .doesNotContain("Exception");
      } catch (IOException e) {
        // it has hung up on more than it reads
        assertThat(e).hasMessageNotContaining("refused");
      }
    }
    expectUnharmedInSilence(0); // it is the owner's own
  }
}
