package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.clock.ClockOffset;
import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.cluster.security.ClusterAuthority;
import io.kollaps.cluster.security.ClusterKey;
import io.kollaps.cluster.security.ClusterTrust;
import io.kollaps.cluster.security.NodeCredentials;
import io.kollaps.cluster.security.NodeKeys;
import io.kollaps.cluster.security.Refusals;
import io.kollaps.cluster.security.SecurityFailure;
import io.kollaps.cluster.state.ControlCodec;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.RatisReplication;
import io.kollaps.cluster.state.Replication;
import io.kollaps.cluster.state.ReplicationSettings;
import io.kollaps.cluster.wire.Discovery;
import io.kollaps.cluster.wire.NodeClient;
import io.kollaps.cluster.wire.NodeServer;
import io.kollaps.linux.ownership.StateFolder;
import io.kollaps.node.deploy.DeploySettings;
import io.kollaps.node.deploy.Deployment;
import io.kollaps.node.fabric.Fabrics;
import io.kollaps.node.run.PartSettings;
import io.kollaps.node.run.Parts;
import io.kollaps.node.run.RunRequest;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node of a cluster in this process: its parts, and what it does by itself. */
final class ClusterNode implements AutoCloseable {
  private static final long LEAD_SECONDS = 30;
  private static final long TEND_MILLIS = 250;
  private static final long LOOK_MILLIS = 10;

  /** What this node says of itself is looked at, and said again where that failed, this often. */
  private static final long FACTS_NANOS = 2_000_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);

  private final NodeSettings settings;
  private final NodeFolder folder;
  private final OwnCredentials credentials;
  private final NodeClock clock;
  private final NodeWatch watch;
  private final Origin origin;
  private final Refusals refusals;
  private final SecureRandom random = new SecureRandom();
  private final ClusterTrust trust;
  private final NodeClient client;
  private final Announcements announcements;
  private final Beats beats;
  private final Replication replication;
  private final Leadership leadership;
  private final ProbeStation station;
  private final JoinDesk joins;
  private final Deployment deployment;
  private volatile ControlState known = ControlState.empty();

  /** Nodes that have left while this process looked on. */
  private final Set<NodeId> departed = ConcurrentHashMap.newKeySet();

  private volatile boolean running = true;
  private boolean led;

  /** Last term of which this node knew a leader; 0 before the first. */
  private long ledTerm;

  private long factsAtNanos = System.nanoTime() - FACTS_NANOS;
  private @Nullable NodeServer server;
  private @Nullable Discovery discovery;
  private @Nullable Thread tending;

  private ClusterNode(
      NodeSettings settings,
      NodeFolder folder,
      NodeClock clock,
      Origin origin,
      ProbeStation station,
      NodeWatch watch)
      throws IOException {
    this.station = station;
    this.settings = settings;
    this.folder = folder;
    this.clock = clock;
    this.origin = origin;
    this.watch = watch;
    credentials =
        new OwnCredentials(origin, folder.credentials(), clock, random, settings.certificateLife());
    refusals = new Refusals(LOG::warn, System::nanoTime);
    trust =
        ClusterTrust.anyNode(
            origin.credentials().authority(), id -> known.isBanned(id), refusals, clock.wall());
    NodeKeys shown = new NodeKeys(credentials::now);
    client = new NodeClient(shown, trust);
    announcements = new Announcements(origin.self(), client, watch);
    long session = folder.nextSession(System.currentTimeMillis());
    beats =
        new Beats(
            new Beats.Self(self(), session, origin.self().port(), clock),
            settings.liveness(),
            this::mayCall,
            refusals,
            watch);
    replication = replicate(shown);
    leadership =
        new Leadership(
            self(), replication, beats.members(), to -> credentials.giveAuthority(to, client));
    joins =
        new JoinDesk(
            this,
            Interfaces.profile(
                self(), origin.self().host(), settings.measuring().nicBitsPerSecond()),
            station,
            settings.measuring());
    deployment = deploy(session);
  }

  private Deployment deploy(long session) throws IOException {
    StateFolder state = StateFolder.locate(System.getenv());
    Deployment made =
        new Deployment(
            new NodeAccess(this, beats),
            new DeploySettings(
                session, state, folder.results(), settings.resultsKept(), settings.maxEndpoints()),
            new Parts(
                new PartSettings(
                    state.path(),
                    folder.results(),
                    origin.self().software(),
                    Fabrics.chooser(),
                    settings.overlayPorts().first(),
                    settings.overlayPorts().last(),
                    RunRequest.DEFAULT_START_CONDITION_TIMEOUT_NANOS)));
    beats.tell(
        new Beats.Watcher() {
          @Override
          public void lost(NodeId lost) {
            made.lost(lost);
          }

          @Override
          public void returned(NodeId returned) {
            made.returned(returned);
          }
        });
    return made;
  }

  /**
   * Begins, and returns when the node serves.
   *
   * @throws DaemonFailure when it does not come to that
   */
  static ClusterNode start(
      NodeSettings settings,
      NodeFolder folder,
      NodeClock clock,
      Origin origin,
      ProbeStation station,
      NodeWatch watch)
      throws DaemonFailure, IOException, InterruptedException {
    ClusterNode node = new ClusterNode(settings, folder, clock, origin, station, watch);
    try {
      node.serve();
      return node;
    } catch (DaemonFailure | IOException | InterruptedException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private Replication replicate(NodeKeys shown) throws IOException {
    ReplicationSettings how =
        new ReplicationSettings(
            self(),
            origin.credentials().cluster(),
            folder.state(),
            origin.self().replicationPort(),
            ReplicationSettings.ELECTION_MIN,
            ReplicationSettings.ELECTION_MAX,
            ReplicationSettings.SNAPSHOT_AFTER_COMMANDS,
            shown,
            trust,
            this::mayTakePart,
            refusals);
    Replication.Listener listener = new Told();
    return switch (origin.kind()) {
      case BOOTSTRAP -> RatisReplication.found(how, origin.self(), listener);
      case JOINED -> RatisReplication.follow(how, origin.self(), listener);
      case RETURNED -> RatisReplication.recover(how, origin.self(), listener);
    };
  }

  private void serve() throws DaemonFailure, IOException, InterruptedException {
    origin.key().ifPresent(beats::learn);
    beats.open(replication);
    if (origin.kind() == Origin.Kind.BOOTSTRAP) {
      form();
    }
    server =
        NodeServer.start(
            origin.self().port(),
            new NodeKeys(credentials::now),
            trust,
            this::mayCall,
            new NodeAnswers(this),
            List.of(
                deployment.service(),
                new ProbesService(station, () -> replication.status().leader())),
            refusals);
    if (settings.discoveryPort() != 0) {
      try {
        discovery = Discovery.answering(settings.discoveryPort(), origin.self().port(), refusals);
      } catch (IOException e) {
        LOG.warn("this node cannot be found by broadcast: {}", e.getMessage());
      }
    }
    tending = Thread.ofPlatform().daemon().name("kollaps-tending").start(this::tendWhileRunning);
  }

  private void form() throws DaemonFailure, IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LEAD_SECONDS);
    while (!replication.status().leading()) {
      if (System.nanoTime() > deadline) {
        throw DaemonFailure.failed(
            "the first node did not come to lead within " + LEAD_SECONDS + " s; see its log");
      }
      Thread.sleep(LOOK_MILLIS);
    }
    ClusterKey key = ClusterKey.create(1, random);
    var outcome =
        leadership.submit(
            new ControlCommand.FormCluster(origin.credentials().cluster(), origin.self(), key));
    if (outcome instanceof io.kollaps.cluster.state.Outcome.Refused refused) {
      throw DaemonFailure.failed("the cluster could not be formed: " + refused.reason());
    }
    beats.learn(key);
    folder.formed();
  }

  // ---- what other parts of the daemon ask -------------------------------------------------

  NodeId self() {
    return origin.self().id();
  }

  NodeSettings settings() {
    return settings;
  }

  NodeClock clock() {
    return clock;
  }

  NodeCredentials credentials() {
    return credentials.now();
  }

  Optional<ClusterAuthority> authority() {
    return credentials.authority();
  }

  /** Keeps the authority's key, which the leader handed over. */
  void takeAuthority(ClusterAuthority given) throws IOException {
    credentials.takeAuthority(given);
  }

  Replication replication() {
    return replication;
  }

  Leadership leadership() {
    return leadership;
  }

  NodeClient client() {
    return client;
  }

  /** Lets nodes in while this one leads. */
  JoinDesk joins() {
    return joins;
  }

  SecureRandom random() {
    return random;
  }

  Refusals refusals() {
    return refusals;
  }

  ControlState state() {
    return replication.state();
  }

  /** Runs on this node. */
  Deployment deployment() {
    return deployment;
  }

  /** Where the leader is; empty when none is known. */
  Optional<Member> leader() {
    return replication.status().leader().map(id -> state().members().get(id));
  }

  Optional<ClockOffset> clockOffset() {
    return beats.clockOffset();
  }

  MemberWatch members() {
    return beats.members();
  }

  private boolean mayCall(NodeId node) {
    ControlState now = known;
    return now.formed() ? now.isMember(node) : origin.members().contains(node);
  }

  /** Also of those whom this node has not heard of yet: who is behind must be able to catch up. */
  private boolean mayTakePart(NodeId node) {
    return !departed.contains(node) && !known.isBanned(node);
  }

  // ---- what it does by itself ----------------------------------------------------------------

  private void tendWhileRunning() {
    while (running) {
      try {
        Thread.sleep(TEND_MILLIS);
        tend();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | IOException | SecurityFailure e) {
        LOG.error("tending the node failed, it is tried again: {}", e.toString());
      }
    }
  }

  private void tend() throws InterruptedException, IOException, SecurityFailure {
    Replication.Status status = replication.status();
    if (!running) {
      return;
    }
    if (!status.alive()) {
      watch.ended("the replication has ended; the log above says why", false);
      return;
    }
    endProbesOfOthers(status);
    if (status.leading() != led) {
      led = status.leading();
      if (led) {
        LOG.info("this node leads the cluster, term {}", status.term());
        beats.lead();
        deployment.led(status.term());
      } else {
        beats.follow();
        deployment.ledNoMore();
      }
    }
    ControlState now = replication.state();
    if (now.formed() && now.isMember(self())) {
      announceIfMoved(now);
      credentials.renewIfDue(led, leader(), client);
      credentials.forgetAuthorityIfNoVoter(status.roles());
    }
    if (led || leader().isPresent() || !now.formed()) {
      announcements.heardOfALeader();
    } else {
      announcements.askAroundIfAlone(now);
    }
    joins.look(led, now);
    cut();
    beats.learnAddresses(now);
    if (led) {
      beats.watch(now);
      leadership.tend();
    }
    deployment.tend();
    sayFacts();
  }

  /** Probes that a leader asked for end with its term: the next one knows nothing of them. */
  private void endProbesOfOthers(Replication.Status status) {
    if (status.leader().isPresent() && status.term() != ledTerm) {
      if (ledTerm > 0) { // else it is new here, and what it serves is for the first leader it knows
        station.endAll();
      }
      ledTerm = status.term();
    }
  }

  private void sayFacts() throws InterruptedException {
    if (System.nanoTime() - factsAtNanos < FACTS_NANOS) {
      return;
    }
    factsAtNanos = System.nanoTime();
    Optional<ControlCommand.PutDocument> unsaid = deployment.unsaidFacts();
    Optional<Member> leader = leader();
    if (unsaid.isEmpty() || leader.isEmpty()) {
      return;
    }
    if (led) {
      var _ = leadership.submit(unsaid.get());
      return;
    }
    try {
      var _ =
          client.call(
              leader.get().id(),
              leader.get().host(),
              leader.get().port(),
              stub ->
                  stub.manage(
                      ManageRequest.newBuilder()
                          .setWrite(
                              ManageRequest.Write.newBuilder()
                                  .setPut(ControlCodec.toMessage(unsaid.get())))
                          .build()));
    } catch (NodeClient.CallFailure e) {
      LOG.debug("the leader could not be told what this node takes: {}", e.getMessage());
    }
  }

  private void announceIfMoved(ControlState now) throws InterruptedException {
    if (!announcements.due(now)) {
      return;
    }
    if (led) {
      var _ = leadership.submit(new ControlCommand.UpdateMember(origin.self()));
    } else {
      announcements.announce(now, leader());
    }
  }

  /** Ends what is open to and from nodes that are no members any more. */
  private void cut() {
    client.retain(this::mayTakePart);
    if (server != null) {
      server.cut();
    }
    replication.cut();
  }

  /** Hears of the replication; on its threads. */
  private final class Told implements Replication.Listener {
    @Override
    public void changed(ControlState state) {
      ControlState before = known;
      known = state;
      state.key().ifPresent(beats::learn);
      tellChanges(before, state);
      before.members().keySet().stream().filter(id -> !state.isMember(id)).forEach(departed::add);
      departed.removeAll(state.members().keySet());
      Deployment known = deployment;
      if (known != null) { // the replication begins before what is built on it
        known.changed(before, state);
      }
      if (state.isBanned(self())) {
        watch.ended("this node is banned from the cluster", true);
      } else if (new OwnMembership(self(), origin.admission()).ends(before, state)) {
        watch.ended("this node has left the cluster", true);
      }
    }

    private void tellChanges(ControlState before, ControlState after) {
      if (!before.formed()) {
        return; // all of it is new
      }
      after.members().values().stream()
          .filter(member -> !before.isMember(member.id()))
          .forEach(
              member -> LOG.info("node {} ({}) is a member now", member.name(), member.host()));
      before.members().values().stream()
          .filter(member -> !after.isMember(member.id()))
          .forEach(member -> LOG.info("node {} is no member any more", member.name()));
    }

    @Override
    public void leaderChanged(Optional<NodeId> leader) {
      beats.forgetClock();
      Deployment told = deployment;
      if (told != null) {
        leader.ifPresent(told::leaderKnown);
      }
      leader
          .filter(id -> !id.equals(self()))
          .ifPresent(
              id -> {
                Member member = known.members().get(id);
                LOG.info("node {} leads", member == null ? id : member.name());
              });
    }

    @Override
    public void failed(String why) {
      watch.ended(why, false);
    }
  }

  @Override
  public void close() {
    running = false;
    if (tending != null) {
      tending.interrupt();
    }
    if (discovery != null) {
      discovery.close();
    }
    if (deployment != null) {
      deployment.close();
    }
    if (server != null) {
      server.close();
    }
    joins.close();
    client.close();
    beats.close();
    replication.close();
  }
}
