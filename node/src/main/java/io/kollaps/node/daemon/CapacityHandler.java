package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.CapacityEntry;
import io.kollaps.cluster.capacity.CapacityMap;
import io.kollaps.cluster.capacity.NodePair;
import io.kollaps.cluster.clock.ClockOffset;
import io.kollaps.cluster.join.CapacityCodec;
import io.kollaps.cluster.join.MeasuredNetwork;
import io.kollaps.cluster.join.PathQuality;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.UnknownFormatException;
import io.kollaps.node.local.CapacityActions.Directed;
import io.kollaps.node.local.CapacityActions.Pair;
import io.kollaps.node.local.CapacityActions.Path;
import io.kollaps.node.local.CapacityActions.Row;
import io.kollaps.node.local.Exchange;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.LocalHandler;
import io.kollaps.node.local.NodeActions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** Answers what the network between the nodes carries, from this node's copy of the state. */
final class CapacityHandler implements LocalHandler<NodeActions.Nothing, Row> {
  private static final double NANOS_PER_MILLI = 1e6;

  private final ClusterNode node;

  CapacityHandler(ClusterNode node) {
    this.node = node;
  }

  @Override
  public void answer(NodeActions.Nothing request, Exchange<Row> exchange) throws LocalFailure {
    ControlState state = node.state();
    try {
      View view = new View(state, CapacityCodec.network(state), leadersNow());
      for (Member member : state.membersByAdmission()) {
        exchange.tell(view.row(member));
      }
    } catch (UnknownFormatException e) {
      throw LocalFailure.failed(String.valueOf(e.getMessage()));
    }
  }

  /** Times in the map are on the leader's clock. */
  private long leadersNow() {
    return node.clock().nanos() + node.clockOffset().map(ClockOffset::offsetNanos).orElse(0L);
  }

  private record View(ControlState state, MeasuredNetwork network, long nowNanos) {

    Row row(Member member) {
      CapacityMap map = network.map();
      List<Pair> pairs = new ArrayList<>();
      long nic = 0;
      for (CapacityMap.Placed placed : map.nodes()) {
        if (placed.profile().id().equals(member.id())) {
          nic = placed.profile().nicBitsPerSecond().orElse(0);
        }
      }
      for (Member other : state.membersByAdmission()) {
        if (other.id().equals(member.id())) {
          break;
        }
        pair(member.id(), other).ifPresent(pairs::add);
      }
      return new Row(member.id().value(), member.name(), map.has(member.id()), nic, pairs);
    }

    private Optional<Pair> pair(NodeId from, Member other) {
      CapacityMap map = network.map();
      Optional<CapacityEntry> to = map.entry(from, other.id());
      Optional<CapacityEntry> back = map.entry(other.id(), from);
      OptionalInt level = map.levelBetween(from, other.id());
      if (to.isEmpty() || back.isEmpty() || level.isEmpty()) {
        return Optional.empty();
      }
      CapacityEntry entry = to.get();
      boolean unseen =
          network.passedOver().getOrDefault(from, java.util.Set.of()).contains(other.id())
              || network.passedOver().getOrDefault(other.id(), java.util.Set.of()).contains(from);
      String tie =
          map.branches(level.getAsInt()) < 3
              ? "none"
              : network.tieConfirmed(level.getAsInt()) ? "confirmed" : "open";
      List<Path> path =
          Optional.ofNullable(network.qualities().get(NodePair.of(from, other.id()))).stream()
              .map(View::path)
              .toList();
      return Optional.of(
          new Pair(
              other.name(),
              new Directed(entry.bitsPerSecond(), entry.lowerBound() || unseen),
              new Directed(back.get().bitsPerSecond(), back.get().lowerBound() || unseen),
              entry.source() instanceof CapacityEntry.Source.Measured ? "measured" : "inferred",
              basis(entry),
              samples(entry),
              tie,
              TimeUnit.NANOSECONDS.toSeconds(entry.ageNanos(nowNanos)),
              entry.confidence(nowNanos, HALF_LIFE_NANOS),
              path));
    }

    /** A day halves what an entry is worth. */
    private static final long HALF_LIFE_NANOS = TimeUnit.DAYS.toNanos(1);

    private static Path path(PathQuality quality) {
      return new Path(
          quality.roundTripNanos() / NANOS_PER_MILLI,
          quality.jitterNanos() / NANOS_PER_MILLI,
          quality.loss());
    }

    private static int samples(CapacityEntry entry) {
      return switch (entry.source()) {
        case CapacityEntry.Source.Measured() -> 1;
        case CapacityEntry.Source.Inferred(var _, int samples, boolean _) -> samples;
      };
    }

    private List<String> basis(CapacityEntry entry) {
      return switch (entry.source()) {
        case CapacityEntry.Source.Measured() -> List.of();
        case CapacityEntry.Source.Inferred(List<NodePair> basis, int _, boolean _) ->
            basis.stream().map(pair -> name(pair.first()) + "-" + name(pair.second())).toList();
      };
    }

    private String name(NodeId id) {
      Member member = state.members().get(id);
      return member == null ? id.value() : member.name();
    }
  }
}
