package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.AnnounceRequest;
import io.kollaps.cluster.generated.LeaderAt;
import io.kollaps.cluster.generated.Outcome;
import io.kollaps.cluster.state.ControlCodec;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.wire.NodeClient;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node tells the others who and where it is: when that changed, and when it hears of no
 * leader. Its methods are called by the node's tending thread alone.
 */
final class Announcements {
  /** Without a leader for so long, a node asks the others. */
  private static final long ALONE_NANOS = 15_000_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

  private final Member self;
  private final NodeClient client;
  private final NodeWatch watch;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile String problem = "";
  private volatile long heardNanos = System.nanoTime();
  private volatile boolean saidAlone;

  /**
   * What a node has to say.
   *
   * @param self as it is now
   * @param watch hears that the cluster does not take the node as it is
   */
  Announcements(Member self, NodeClient client, NodeWatch watch) {
    this.self = self;
    this.client = client;
    this.watch = watch;
  }

  /** Whether the cluster knows this node otherwise than it is. */
  boolean due(ControlState now) {
    Member recorded = now.members().get(self.id());
    return recorded != null
        && !(recorded.host().equals(self.host())
            && recorded.port() == self.port()
            && recorded.name().equals(self.name())
            && recorded.software().equals(self.software())
            && recorded.newestProtocol() == self.newestProtocol());
  }

  /**
   * Tells the leader how this node is now. Where none is known, since it looks for this node
   * elsewhere, any member knows it.
   */
  void announce(ControlState now, Optional<Member> leader) {
    Deque<Member> asked = new ArrayDeque<>();
    leader.ifPresentOrElse(asked::add, () -> asked.addAll(now.membersByAdmission()));
    for (Member member : asked) {
      if (!member.id().equals(self.id()) && announceTo(member)) {
        return;
      }
    }
  }

  /** A leader is known, or there can be none yet. */
  void heardOfALeader() {
    heardNanos = System.nanoTime();
    saidAlone = false;
  }

  /**
   * A node that hears of no leader for long asks the other members: one that was put out while it
   * was away, or that the others do not understand, is told so.
   */
  void askAroundIfAlone(ControlState now) {
    if (System.nanoTime() - heardNanos < ALONE_NANOS) {
      return;
    }
    if (asking.compareAndSet(false, true)) { // each may take seconds to answer
      var _ = Thread.ofVirtual().name("kollaps-asking").start(() -> askAround(now));
    }
  }

  private void askAround(ControlState now) {
    try {
      boolean heard =
          now.membersByAdmission().stream()
              .filter(member -> !member.id().equals(self.id()))
              .anyMatch(this::announceTo);
      if (!heard && !saidAlone) {
        saidAlone = true;
        LOG.warn("this node hears of no leader; another node's log says why, or all are away");
      }
    } finally {
      heardNanos = System.nanoTime();
      asking.set(false);
    }
  }

  /** True when the leader has heard of it. */
  private boolean announceTo(Member member) {
    AnnounceRequest request =
        AnnounceRequest.newBuilder().setMember(ControlCodec.toMessage(self)).build();
    try {
      Outcome outcome =
          client.call(member.id(), member.host(), member.port(), stub -> stub.announce(request));
      LeaderAt leader = outcome.getLeaderAt();
      if (outcome.getResultCase() == Outcome.ResultCase.LEADER_AT && !leader.getId().isEmpty()) {
        outcome =
            client.call(
                new NodeId(leader.getId()),
                leader.getHost(),
                leader.getPort(),
                stub -> stub.announce(request));
      }
      if (outcome.getResultCase() == Outcome.ResultCase.REFUSED) {
        watch.ended("the cluster refuses this node's new values: " + outcome.getRefused(), false);
      }
      return outcome.getResultCase() == Outcome.ResultCase.DONE;
    } catch (NodeClient.CallFailure e) {
      tell(String.valueOf(e.getMessage()), e.answered());
      return false;
    }
  }

  private void tell(String why, boolean answered) {
    if (answered && !why.equals(problem)) {
      problem = why;
      LOG.warn("this node cannot take part: {}", why);
    } else {
      LOG.debug("the leader could not be told of this node's values: {}", why);
    }
  }
}
