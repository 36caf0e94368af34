package io.kollaps.cluster.state;

import io.kollaps.cluster.NodeId;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.thirdparty.io.grpc.NameResolver;
import org.apache.ratis.thirdparty.io.grpc.NameResolverProvider;
import org.apache.ratis.thirdparty.io.grpc.NameResolverRegistry;

/**
 * Where the replications of a cluster's members are. Ratis knows a peer by its id and keeps the
 * first address it was told for it; so peers get addresses that name the member, and gRPC asks here
 * for its place whenever it makes a connection's channel. A channel that exists must be made anew
 * when its member moves. May be used from any thread.
 */
final class PeerPlaces extends NameResolverProvider {
  private static final String SCHEME = "kollaps-node";
  private static final String PLAIN = "dns";

  /** Below that of gRPC's own: addresses without a scheme stay theirs. */
  private static final int PRIORITY = 1;

  private static final PeerPlaces PLACES = new PeerPlaces();

  static {
    NameResolverRegistry.getDefaultRegistry().register(PLACES);
  }

  /** By cluster. Several replications of one are in one process in tests only. */
  private final Map<String, Known> clusters = new ConcurrentHashMap<>();

  private record Known(int replications, long revision, Map<NodeId, Member> members) {}

  private PeerPlaces() {}

  /** A replication of a cluster begins; to be ended by {@link #close}. */
  static void open(String cluster) {
    PLACES.clusters.merge(
        cluster,
        new Known(1, -1, Map.of()),
        (known, _) -> new Known(known.replications + 1, known.revision, known.members));
  }

  /** Members of an open cluster; older knowledge than what is there already is left out. */
  static void tell(String cluster, ControlState state) {
    PLACES.clusters.computeIfPresent(
        cluster,
        (_, known) ->
            state.revision() < known.revision
                ? known
                : new Known(known.replications, state.revision(), state.members()));
  }

  /** A replication has ended; with the last one what is known of the cluster is forgotten. */
  static void close(String cluster) {
    PLACES.clusters.computeIfPresent(
        cluster,
        (_, known) ->
            known.replications == 1
                ? null
                : new Known(known.replications - 1, known.revision, known.members));
  }

  /**
   * The address of a member for Ratis. It also says where the member is now: whoever reads it from
   * the log before the list of members, after a start, finds the others there.
   */
  static String address(String cluster, Member member) {
    return String.join(
        "/", SCHEME + "://", encoded(cluster), encoded(member.id().value()), place(member));
  }

  private static String place(Member member) {
    String host = member.host().contains(":") ? "[" + member.host() + "]" : member.host();
    return encoded(host + ":" + member.replicationPort());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    String[] parts = target.getRawPath().split("/", -1); // "", cluster, node, place
    if (parts.length != 4) {
      throw new IllegalArgumentException(
          "the address " + target + " of a peer must have the form of " + SCHEME + " addresses");
    }
    Known known = clusters.get(decoded(parts[1]));
    Member member = known == null ? null : known.members.get(new NodeId(decoded(parts[2])));
    URI plain = URI.create(PLAIN + ":///" + (member == null ? parts[3] : place(member)));
    NameResolverProvider provider =
        Objects.requireNonNull(
            NameResolverRegistry.getDefaultRegistry().getProviderForScheme(PLAIN));
    return Objects.requireNonNull(provider.newNameResolver(plain, args));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return PRIORITY;
  }

  @Override
  protected String getScheme() {
    return SCHEME;
  }

  @Override
  public String getDefaultScheme() {
    return SCHEME;
  }
}
