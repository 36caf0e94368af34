package io.kollaps.cluster.state;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/**
 * Replication over gRPC whose leader sends listeners fewer heartbeats than voters: listeners stand
 * for no election, so nothing hangs on them. Entries are sent at once to all. Ratis makes one by
 * its name; therefore it is public.
 */
public final class CalmListeners implements RpcType {
  /**
   * Below the longest election timeout: a listener that is silent for longer than that would not
   * count as one that catches up, and could become no voter.
   */
  static final long HEARTBEAT_MILLIS = ReplicationSettings.ELECTION_MAX.toMillis() * 3 / 4;

  @Override
  public String name() {
    return CalmListeners.class.getName();
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    return new Factory(parameters);
  }

  private static final class Factory extends GrpcFactory {
    Factory(Parameters parameters) {
      super(parameters);
    }

    @Override
    public LogAppender newLogAppender(
        RaftServer.Division server, LeaderState state, FollowerInfo follower) {
      return new Appender(server, state, follower);
    }
  }

  private static final class Appender extends GrpcLogAppender {
    private volatile boolean triggered;

    Appender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
      super(server, state, follower);
    }

    @Override
    public void triggerHeartbeat() {
      triggered = true;
      super.triggerHeartbeat();
    }

    @Override
    protected void resetHeartbeatTrigger() {
      triggered = false;
      super.resetHeartbeatTrigger();
    }

    @Override
    public long getHeartbeatWaitTimeMs() {
      if (triggered || !isListener()) {
        return super.getHeartbeatWaitTimeMs();
      }
      // as Ratis has it for voters: after the last answer, and not too soon after the last sending
      return Math.max(
          HEARTBEAT_MILLIS - getFollower().getLastRpcResponseTime().elapsedTimeMs(),
          HEARTBEAT_MILLIS / 2 - getFollower().getLastHeartbeatSendTime().elapsedTimeMs());
    }

    private boolean isListener() {
      return getServer().getRaftConf().getPeer(getFollowerId(), RaftPeerRole.LISTENER) != null;
    }
  }
}
