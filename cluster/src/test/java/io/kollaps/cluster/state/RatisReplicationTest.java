package io.kollaps.cluster.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.ClusterAuthority;
import io.kollaps.cluster.security.ClusterKey;
import io.kollaps.cluster.security.ClusterTrust;
import io.kollaps.cluster.security.NodeCredentials;
import io.kollaps.cluster.security.NodeKey;
import io.kollaps.cluster.security.NodeKeys;
import io.kollaps.cluster.security.Refusals;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several replications in one process, over loopback, with real certificates and files. */
class RatisReplicationTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Far above what a loaded machine takes; only a hang gets there. */
  private static final Duration BOUND = Duration.ofSeconds(60);

  private static final int SNAPSHOT_AFTER = 20;

  @TempDir private Path folder;

  private final String cluster = UUID.randomUUID().toString();
  private final ClusterAuthority authority =
      ClusterAuthority.create(cluster, Instant.now(), RANDOM);
  private final Map<NodeId, Replication> running = new LinkedHashMap<>();
  private final Map<NodeId, Member> members = new LinkedHashMap<>();
  private final Collection<String> failures = new ConcurrentLinkedQueue<>();

  private final class Watching implements Replication.Listener {
    @Override
    public void changed(ControlState state) {}

    @Override
    public void leaderChanged(Optional<NodeId> leader) {}

    @Override
    public void failed(String why) {
      failures.add(why);
    }
  }

  @AfterEach
  void close() {
    running.values().forEach(Replication::close);
    assertThat(failures).isEmpty();
  }

  private Member member(int number) throws IOException {
    Member sample = Samples.member(number);
    Member known = members.get(sample.id());
    if (known == null) {
      known =
          new Member(
              sample.id(), sample.name(), "127.0.0.1", freePort(), 0, sample.mode(), 1, 1, "x");
      members.put(known.id(), known);
    }
    return known;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return Math.max(1024, socket.getLocalPort() - 1);
    }
  }

  private ReplicationSettings settings(Member member) throws Exception {
    NodeKey key = NodeKey.create(RANDOM);
    NodeCredentials credentials =
        NodeCredentials.of(
            key.secret(),
            authority.certify(
                key.signingRequest(member.id()),
                member.id(),
                Instant.now(),
                Duration.ofDays(1),
                RANDOM),
            authority.certificate());
    return new ReplicationSettings(
        member.id(),
        cluster,
        folder.resolve(member.name()),
        member.replicationPort(),
        ReplicationSettings.ELECTION_MIN,
        ReplicationSettings.ELECTION_MAX,
        SNAPSHOT_AFTER,
        new NodeKeys(() -> credentials),
        ClusterTrust.anyNode(
            authority.certificate(), id -> false, new Refusals(failures::add, System::nanoTime)),
        id -> true,
        new Refusals(line -> {}, System::nanoTime));
  }

  private Replication found() throws Exception {
    Member member = member(1);
    Replication first = RatisReplication.found(settings(member), member, new Watching());
    running.put(member.id(), first);
    await("the first node leads", () -> first.status().leading());
    submit(first, new ControlCommand.FormCluster(cluster, member, ClusterKey.create(1, RANDOM)));
    submit(first, new ControlCommand.AddToken(Samples.token(100, Long.MAX_VALUE), false));
    return first;
  }

  private Replication join(Replication leader, int number) throws Exception {
    Member member = member(number);
    Replication joining = RatisReplication.follow(settings(member), member, new Watching());
    running.put(member.id(), joining);
    submit(leader, new ControlCommand.AdmitMember(member, "cafe0001", 0));
    divide(leader);
    return joining;
  }

  private static void divide(Replication leader) throws Exception {
    Replication.Status status = leader.status();
    List<NodeId> members = leader.state().membersByAdmission().stream().map(Member::id).toList();
    leader
        .divide(
            VoterPlan.divide(
                members, status.roles(), status.leader().orElseThrow(), Set.of(), Set.of()),
            Optional.empty())
        .get(BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  private static void submit(Replication leader, ControlCommand command) throws Exception {
    assertThat(leader.submit(command).get(BOUND.toSeconds(), TimeUnit.SECONDS))
        .isEqualTo(Outcome.done());
  }

  private static void write(Replication leader, int from, int until) throws Exception {
    for (int i = from; i < until; i++) {
      submit(
          leader,
          new ControlCommand.PutDocument(
              "test", "k" + i, ByteString.copyFromUtf8("v" + i), OptionalLong.empty()));
    }
  }

  private static void await(String what, BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + BOUND.toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("not within %s: %s", BOUND, what).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  private Replication leader() {
    return running.values().stream()
        .filter(each -> each.status().leading())
        .findFirst()
        .orElseThrow();
  }

  private void awaitSame() throws InterruptedException {
    await(
        "the same state everywhere",
        () -> running.values().stream().map(Replication::state).distinct().count() == 1);
  }

  @Test
  void shouldGrowSurviveItsLeaderAndTakeItBack() throws Exception {
    Replication first = found();
    join(first, 2);
    assertThat(first.status().roles().listeners()).containsExactly(NodeId.of(2));
    assertThatThrownBy(
            () ->
                running
                    .get(NodeId.of(2))
                    .submit(new ControlCommand.RemoveMember(NodeId.of(2)))
                    .get(BOUND.toSeconds(), TimeUnit.SECONDS))
        .hasCauseInstanceOf(Replication.NotLeaderException.class);
    join(first, 3);
    join(first, 4);
    write(first, 0, 5);
    awaitSame();
    assertThat(first.status().roles().voters())
        .containsExactly(NodeId.of(1), NodeId.of(2), NodeId.of(3));
    assertThat(first.status().roles().listeners()).containsExactly(NodeId.of(4));

    running.remove(NodeId.of(1)).close();
    await(
        "another leader",
        () -> running.values().stream().anyMatch(each -> each.status().leading()));
    write(leader(), 5, 10);
    awaitSame();
    assertThat(leader().state().members()).hasSize(4);

    Member back = member(1);
    running.put(back.id(), RatisReplication.recover(settings(back), back, new Watching()));
    awaitSame();
    assertThat(running.get(back.id()).state().documents()).hasSize(10);
  }

  @Test
  void shouldTakeInAVoterAndAListenerByASnapshot() throws Exception {
    Replication first = found();
    // many more commands than a snapshot takes, so that the log's beginning is gone
    write(first, 0, 5 * SNAPSHOT_AFTER);
    join(first, 2);
    awaitSame();
    join(first, 3);
    join(first, 4);
    write(first, 1000, 1000 + 3 * SNAPSHOT_AFTER);
    awaitSame();

    assertThat(first.status().roles().voters()).hasSize(3);
    assertThat(running.get(NodeId.of(4)).state().documents()).hasSize(8 * SNAPSHOT_AFTER);
  }

  @Test
  void shouldGoOnAloneFromItsFiles() throws Exception {
    found();
    write(leader(), 0, 3 * SNAPSHOT_AFTER);
    ControlState before = leader().state();
    running.remove(NodeId.of(1)).close();

    Member member = member(1);
    Replication again = RatisReplication.recover(settings(member), member, new Watching());
    running.put(member.id(), again);
    await("it leads again", () -> again.status().leading());

    assertThat(again.state()).isEqualTo(before);
  }

  @Test
  void shouldHandOverWhenTheOnlyVoterLeaves() throws Exception {
    Replication first = found();
    Replication second = join(first, 2);
    VoterPlan.Roles both =
        new VoterPlan.Roles(
            new java.util.TreeSet<>(Set.of(NodeId.of(1), NodeId.of(2))), new java.util.TreeSet<>());
    first.divide(both, Optional.of(NodeId.of(2))).get(BOUND.toSeconds(), TimeUnit.SECONDS);
    await("the heir leads", () -> second.status().leading());
    submit(second, new ControlCommand.RemoveMember(NodeId.of(1)));
    divide(second);
    running.remove(NodeId.of(1)).close();
    write(second, 0, 3);

    assertThat(second.status().roles().voters()).containsExactly(NodeId.of(2));
  }

  private Member moved(int number, String host) throws IOException {
    Member before = member(number);
    Member after =
        new Member(
            before.id(),
            before.name(),
            host,
            freePort(),
            0,
            before.mode(),
            1,
            1,
            before.software());
    members.put(after.id(), after);
    return after;
  }

  private void recover(Member member) throws Exception {
    running.put(member.id(), RatisReplication.recover(settings(member), member, new Watching()));
  }

  @Test
  void shouldReachAVoterThatComesBackAtAnotherAddress() throws Exception {
    Replication first = found();
    join(first, 2);
    join(first, 3);
    write(first, 0, 5);
    awaitSame();
    running.remove(NodeId.of(2)).close();
    Member elsewhere = moved(2, "127.0.0.2");
    recover(elsewhere);
    submit(first, new ControlCommand.UpdateMember(elsewhere));
    write(first, 5, 10);
    awaitSame();
    assertThat(running.get(NodeId.of(2)).state().documents()).hasSize(10);

    // not by the first leader only: the others know its new place too, also after a start
    running.remove(NodeId.of(1)).close();
    await(
        "another leader",
        () -> running.values().stream().anyMatch(each -> each.status().leading()));
    write(leader(), 10, 15);
    awaitSame();
    running.remove(NodeId.of(3)).close();
    running.remove(NodeId.of(2)).close();
    recover(member(2));
    recover(member(3));
    await(
        "a leader after a start",
        () -> running.values().stream().anyMatch(each -> each.status().leading()));
    write(leader(), 15, 20);
    awaitSame();
    assertThat(leader().state().documents()).hasSize(20);
  }

  @Test
  void shouldReachAMemberThatLeavesAndJoinsElsewhere() throws Exception {
    Replication first = found();
    join(first, 2);
    write(first, 0, 5);
    awaitSame();
    submit(first, new ControlCommand.RemoveMember(NodeId.of(2)));
    divide(first);
    running.remove(NodeId.of(2)).close();
    write(first, 5, 10);

    Member elsewhere = moved(2, "127.0.0.3");
    recover(elsewhere);
    submit(first, new ControlCommand.AdmitMember(elsewhere, "cafe0001", 0));
    divide(first);
    write(first, 10, 15);
    awaitSame();
    assertThat(running.get(NodeId.of(2)).state().documents()).hasSize(15);
  }
}
