package io.kollaps.node.daemon;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.Admitted;
import io.kollaps.cluster.generated.JoinReply;
import io.kollaps.cluster.generated.JoinRequest;
import io.kollaps.cluster.generated.MemberMessage;
import io.kollaps.cluster.join.Applicant;
import io.kollaps.cluster.join.Contact;
import io.kollaps.cluster.join.JoinAnswer;
import io.kollaps.cluster.join.JoinCall;
import io.kollaps.cluster.join.JoinMessages;
import io.kollaps.cluster.join.JoinerCommand;
import io.kollaps.cluster.join.JoinerEvent;
import io.kollaps.cluster.join.JoiningNode;
import io.kollaps.cluster.join.ProbeOrder;
import io.kollaps.cluster.join.ProbeReport;
import io.kollaps.cluster.security.Certificates;
import io.kollaps.cluster.security.JoinToken;
import io.kollaps.cluster.security.NodeCredentials;
import io.kollaps.cluster.security.NodeKey;
import io.kollaps.cluster.security.SecurityFailure;
import io.kollaps.cluster.security.TokenTrust;
import io.kollaps.cluster.state.ControlCodec;
import io.kollaps.cluster.wire.Discovery;
import io.kollaps.cluster.wire.NodeClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets this machine into a cluster: {@link JoiningNode} on the calling thread, and around it the
 * search for nodes, the calls to the leader, the probes; keeps what the leader gives at the end.
 */
final class Joiner {
  private static final Duration ASK = Duration.ofSeconds(1);
  private static final long TICK_MILLIS = 100;

  /** A call under way, an end of a probe, found nodes: there are never more at once. */
  private static final int MAX_EVENTS = 64;

  private static final Logger LOG = LoggerFactory.getLogger(Joiner.class);

  private final NodeSettings settings;
  private final JoinToken token;
  private final Optional<InetSocketAddress> via;
  private final Applicant applicant;
  private final long attempt;
  private final NodeFolder folder;
  private final ProbeStation station;
  private final InstantSource clock;
  private final NodeKey key = NodeKey.create(new SecureRandom());
  private final BlockingQueue<JoinerEvent> events = new LinkedBlockingQueue<>(MAX_EVENTS);
  private @Nullable Line line;

  /** A connection to a node, and what it has shown itself by. */
  private record Line(Contact to, NodeClient.Admission admission, TokenTrust trust) {}

  /** An admission, and by whom. */
  private record Entry(Admitted admitted, TokenTrust trust) {}

  private volatile Optional<Entry> entry = Optional.empty();

  /**
   * A join.
   *
   * @param via a node to ask; empty: nodes are looked for by broadcast
   * @param applicant this node, as it is to be recorded
   * @param attempt higher than at every join of this node before
   * @param folder keeps what the leader gives
   * @param station runs the probes
   * @param clock by which certificates count
   */
  Joiner(
      NodeSettings settings,
      JoinToken token,
      Optional<InetSocketAddress> via,
      Applicant applicant,
      long attempt,
      NodeFolder folder,
      ProbeStation station,
      InstantSource clock) {
    this.clock = clock;
    this.settings = settings;
    this.token = token;
    this.via = via;
    this.applicant = applicant;
    this.attempt = attempt;
    this.folder = folder;
    this.station = station;
  }

  /**
   * Joins.
   *
   * @throws DaemonFailure when it is refused, or nobody lets it in within the time set
   */
  Origin join() throws DaemonFailure, IOException, InterruptedException {
    JoiningNode machine =
        new JoiningNode(applicant, attempt, settings.measuring().joining(settings.joinWait()));
    JoinerEvent event = new JoinerEvent.Begin(System.nanoTime());
    try {
      while (true) {
        for (JoinerCommand command : machine.handle(event)) {
          if (command instanceof JoinerCommand.GiveUp(String why)) {
            throw DaemonFailure.failed(why);
          }
          if (command instanceof JoinerCommand.Enter) {
            return admitted(entry.orElseThrow());
          }
          obey(command);
        }
        JoinerEvent next = events.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
        event = next == null ? new JoinerEvent.TimePassed(System.nanoTime()) : next;
      }
    } catch (InterruptedException e) {
      machine.handle(new JoinerEvent.Stopped(System.nanoTime())).forEach(this::sayGoodbye);
      throw e;
    } finally {
      hangUp();
    }
  }

  private void obey(JoinerCommand command) {
    switch (command) {
      case JoinerCommand.Find _ -> aside(() -> new JoinerEvent.Found(System.nanoTime(), find()));
      case JoinerCommand.Call(long number, Contact to, JoinCall call) ->
          aside(() -> call(number, to, call));
      case JoinerCommand.RunProbe(ProbeOrder order) -> {
        LOG.info("measuring the capacity to node {}", order.with());
        aside(
            () ->
                new JoinerEvent.ProbeEnded(
                    System.nanoTime(), new ProbeReport(order.probe(), station.run(order))));
      }
      case JoinerCommand.EndProbe(long probe) -> station.end(probe);
      case JoinerCommand.Tell(String text) -> LOG.info("{}", text);
      case JoinerCommand.Enter _, JoinerCommand.GiveUp _ ->
          throw new IllegalStateException("the end is handled where it comes");
    }
  }

  @FunctionalInterface
  private interface Work {
    JoinerEvent done() throws InterruptedException;
  }

  private void aside(Work work) {
    Thread.ofVirtual()
        .name("kollaps-join")
        .start(
            () -> {
              try {
                events.put(work.done());
              } catch (InterruptedException e) {
                LOG.debug("a step of the join was ended");
              }
            });
  }

  private List<Contact> find() {
    try {
      List<InetSocketAddress> found =
          via.isPresent() ? List.of(via.get()) : Discovery.find(settings.discoveryPort(), ASK);
      if (found.isEmpty()) {
        LOG.info(
            "no node answered the broadcast at UDP port {}; name one with --via HOST",
            settings.discoveryPort());
      }
      return found.stream().map(at -> new Contact(at.getHostString(), at.getPort())).toList();
    } catch (IOException e) {
      LOG.warn("nodes cannot be looked for: {}", e.getMessage());
      return List.of();
    }
  }

  private JoinerEvent call(long number, Contact to, JoinCall call) {
    try {
      Line there = line(to);
      JoinReply reply =
          switch (call) {
            case JoinCall.Join join -> there.admission().join(request(join.attempt()));
            case JoinCall.Step step ->
                there
                    .admission()
                    .step(JoinMessages.encode(step, key.signingRequest(applicant.id())));
            case JoinCall.Abort abort -> there.admission().step(JoinMessages.encode(abort));
          };
      if (reply.hasAdmitted()) {
        entry = Optional.of(new Entry(reply.getAdmitted(), there.trust()));
      }
      Optional<JoinAnswer> answer = JoinMessages.decode(reply);
      return answer.isPresent()
          ? new JoinerEvent.Answered(System.nanoTime(), number, answer.get())
          : new JoinerEvent.CallFailed(
              System.nanoTime(),
              number,
              "the cluster's answer is not understood; use one version of Kollaps on all nodes",
              true);
    } catch (NodeClient.CallFailure e) {
      hangUp();
      return new JoinerEvent.CallFailed(
          System.nanoTime(), number, String.valueOf(e.getMessage()), e.answered());
    } catch (IllegalArgumentException e) {
      return new JoinerEvent.CallFailed(
          System.nanoTime(),
          number,
          "the cluster's answer cannot be used: " + e.getMessage(),
          true);
    }
  }

  private synchronized Line line(Contact to) {
    Line known = line;
    if (known == null || !known.to().equals(to)) {
      hangUp();
      TokenTrust trust = new TokenTrust(token, clock);
      known = new Line(to, NodeClient.admission(to.host(), to.port(), trust), trust);
      line = known;
    }
    return known;
  }

  private synchronized void hangUp() {
    if (line != null) {
      line.admission().close();
      line = null;
    }
  }

  private void sayGoodbye(JoinerCommand command) {
    switch (command) {
      case JoinerCommand.Call(long number, Contact to, JoinCall call) -> {
        var _ = call(number, to, call); // so that the leader is free at once
      }
      case JoinerCommand.EndProbe(long probe) -> station.end(probe);
      default -> {} // nothing else matters any more
    }
  }

  private JoinRequest request(long number) {
    JoinRequest.Builder request =
        JoinRequest.newBuilder()
            .setTokenId(token.id())
            .setTokenSecret(ByteString.copyFrom(token.secret()))
            .setSigningRequest(ByteString.copyFrom(key.signingRequest(applicant.id())))
            .setMember(ControlCodec.toMessage(applicant.member()))
            .setAttempt(number);
    applicant.profile().nicBitsPerSecond().ifPresent(request::setNicBitsPerSecond);
    return request.build();
  }

  private Origin admitted(Entry by) throws DaemonFailure, IOException {
    Admitted admitted = by.admitted();
    try {
      // the authority is the one that the token names, whatever the message says
      NodeCredentials credentials =
          NodeCredentials.of(
              key.secret(),
              Certificates.parse(admitted.getCertificate().toByteArray()),
              by.trust().authority().orElseThrow());
      if (!credentials.node().equals(applicant.id())) {
        throw new SecurityFailure("the certificate is for another node");
      }
      long admission =
          admitted.getMembersList().stream()
              .filter(member -> member.getId().equals(applicant.id().value()))
              .mapToLong(MemberMessage::getAdmission)
              .findFirst()
              .orElse(0);
      folder.admittedAs(admission); // first: with credentials and without this it is not whole
      folder.credentials().save(credentials);
      return new Origin(
          Origin.Kind.JOINED,
          applicant.member(),
          credentials,
          Optional.empty(),
          Optional.of(ControlCodec.key(admitted.getKey())),
          admitted.getMembersList().stream()
              .map(member -> new NodeId(member.getId()))
              .collect(Collectors.toSet()),
          admission);
    } catch (SecurityFailure | IllegalArgumentException e) {
      throw DaemonFailure.failed("what the cluster gave cannot be used: " + e.getMessage());
    }
  }
}
