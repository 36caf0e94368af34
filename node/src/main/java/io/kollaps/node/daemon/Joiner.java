package io.kollaps.node.daemon;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.Admitted;
import io.kollaps.cluster.generated.JoinReply;
import io.kollaps.cluster.generated.JoinRequest;
import io.kollaps.cluster.security.Certificates;
import io.kollaps.cluster.security.CredentialStore;
import io.kollaps.cluster.security.JoinToken;
import io.kollaps.cluster.security.NodeCredentials;
import io.kollaps.cluster.security.NodeKey;
import io.kollaps.cluster.security.SecurityFailure;
import io.kollaps.cluster.security.TokenTrust;
import io.kollaps.cluster.state.ControlCodec;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.wire.Discovery;
import io.kollaps.cluster.wire.NodeClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets this machine into a cluster: finds its nodes, asks the leader, keeps what it gives. */
final class Joiner {
  private static final Duration ASK = Duration.ofSeconds(1);
  private static final long RETRY_MILLIS = 500;

  /** A leader may change while it is looked for; more often than this in a row it does not. */
  private static final int MAX_REDIRECTS = 5;

  private static final Logger LOG = LoggerFactory.getLogger(Joiner.class);

  private final NodeSettings settings;
  private final JoinToken token;
  private final Optional<InetSocketAddress> via;
  private final Member self;
  private final CredentialStore store;
  private final InstantSource clock;
  private final NodeKey key = NodeKey.create(new SecureRandom());
  private String lastProblem = "";

  /**
   * A join.
   *
   * @param via a node to ask; empty: nodes are looked for by broadcast
   * @param self this node, as it is to be recorded
   * @param clock by which certificates count
   */
  Joiner(
      NodeSettings settings,
      JoinToken token,
      Optional<InetSocketAddress> via,
      Member self,
      CredentialStore store,
      InstantSource clock) {
    this.settings = settings;
    this.token = token;
    this.via = via;
    this.self = self;
    this.store = store;
    this.clock = clock;
  }

  /**
   * Joins.
   *
   * @throws DaemonFailure when it is refused, or nobody lets it in within the time set
   */
  Origin join() throws DaemonFailure, IOException, InterruptedException {
    long deadline = System.nanoTime() + settings.joinWait().toNanos();
    do {
      for (InetSocketAddress node : nodes()) {
        Optional<Origin> origin = ask(node);
        if (origin.isPresent()) {
          return origin.get();
        }
      }
      Thread.sleep(RETRY_MILLIS);
    } while (System.nanoTime() < deadline);
    throw DaemonFailure.failed(
        "this node was not let in within "
            + settings.joinWait().toSeconds()
            + " s: "
            + (lastProblem.isEmpty()
                ? "no node answered the broadcast at UDP port "
                    + settings.discoveryPort()
                    + "; name one with --via HOST"
                : lastProblem));
  }

  private List<InetSocketAddress> nodes() throws IOException {
    return via.isPresent() ? List.of(via.get()) : Discovery.find(settings.discoveryPort(), ASK);
  }

  private Optional<Origin> ask(InetSocketAddress first) throws DaemonFailure, IOException {
    Deque<InetSocketAddress> next = new ArrayDeque<>(List.of(first));
    for (int asked = 0; asked <= MAX_REDIRECTS && !next.isEmpty(); asked++) {
      InetSocketAddress node = next.removeFirst();
      TokenTrust trust = new TokenTrust(token, clock);
      JoinReply reply;
      try {
        reply = NodeClient.join(node.getHostString(), node.getPort(), trust, request());
      } catch (NodeClient.CallFailure e) {
        problem(String.valueOf(e.getMessage()));
        if (e.answered()) {
          throw DaemonFailure.failed(lastProblem);
        }
        return Optional.empty();
      }
      switch (reply.getResultCase()) {
        case ADMITTED -> {
          return Optional.of(admitted(reply.getAdmitted(), trust));
        }
        case LEADER_AT ->
            next.add(
                InetSocketAddress.createUnresolved(
                    reply.getLeaderAt().getHost(), reply.getLeaderAt().getPort()));
        case REFUSED -> throw DaemonFailure.failed("the cluster refuses: " + reply.getRefused());
        case WAIT -> problem("the cluster asks to wait: " + reply.getWait());
        case RESULT_NOT_SET ->
            throw DaemonFailure.failed(
                "the cluster's answer is not understood; use one version of Kollaps on all nodes");
      }
    }
    return Optional.empty();
  }

  private void problem(String text) {
    if (!text.equals(lastProblem)) {
      LOG.info("{}", text);
      lastProblem = text;
    }
  }

  private JoinRequest request() {
    return JoinRequest.newBuilder()
        .setTokenId(token.id())
        .setTokenSecret(ByteString.copyFrom(token.secret()))
        .setSigningRequest(ByteString.copyFrom(key.signingRequest(self.id())))
        .setMember(ControlCodec.toMessage(self))
        .build();
  }

  private Origin admitted(Admitted admitted, TokenTrust trust) throws DaemonFailure, IOException {
    try {
      // the authority is the one that the token names, whatever the message says
      NodeCredentials credentials =
          NodeCredentials.of(
              key.secret(),
              Certificates.parse(admitted.getCertificate().toByteArray()),
              trust.authority().orElseThrow());
      if (!credentials.node().equals(self.id())) {
        throw new SecurityFailure("the certificate is for another node");
      }
      store.save(credentials);
      return new Origin(
          Origin.Kind.JOINED,
          self,
          credentials,
          Optional.empty(),
          Optional.of(ControlCodec.key(admitted.getKey())),
          admitted.getMembersList().stream()
              .map(member -> new NodeId(member.getId()))
              .collect(Collectors.toSet()));
    } catch (SecurityFailure | IllegalArgumentException e) {
      throw DaemonFailure.failed("what the cluster gave cannot be used: " + e.getMessage());
    }
  }
}
