package io.kollaps.node.daemon;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.generated.CommandMessage;
import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.cluster.security.AccessToken;
import io.kollaps.cluster.security.JoinToken;
import io.kollaps.cluster.state.Document;
import io.kollaps.node.local.AccessActions;
import io.kollaps.node.local.AccessCheck;
import io.kollaps.node.local.AccessRole;
import io.kollaps.node.local.Exchange;
import io.kollaps.node.local.LocalActions;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.NodeActions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The access tokens of the cluster, which every node knows by the replicated state: hashed, with a
 * role and an end.
 */
final class AccessTokens implements AccessCheck {
  /** Tokens at a time. */
  private static final int MAX_TOKENS = 64;

  private static final int MAX_HOURS = 8760;
  private static final int LONGEST_NAME = 63;
  private static final String ROOM = "access";
  private static final int FORMAT = 1;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Logger LOG = LoggerFactory.getLogger(AccessTokens.class);

  private final ClusterNode node;
  private final LeaderCalls leader;

  AccessTokens(ClusterNode node) {
    this.node = node;
    leader = new LeaderCalls(node, new NodeAnswers(node));
  }

  /** What is kept of a token. */
  private record Kept(
      int format, String hashHex, AccessRole role, long expiresAtMillis, String name) {}

  /** Adds the handlers. */
  LocalActions addTo(LocalActions actions) {
    return actions
        .add(AccessActions.CREATE, this::create)
        .add(AccessActions.LIST, (request, exchange) -> list(exchange))
        .add(AccessActions.REVOKE, this::revoke);
  }

  @Override
  public Optional<AccessRole> role(String id, byte[] secret) {
    Document document = node.state().documents().get(new Document.Key(ROOM, id));
    byte[] given = JoinToken.hash(secret);
    return Optional.ofNullable(document)
        .flatMap(AccessTokens::read)
        .filter(kept -> MessageDigest.isEqual(HexFormat.of().parseHex(kept.hashHex()), given))
        .filter(kept -> kept.expiresAtMillis() > node.clock().millis())
        .map(Kept::role);
  }

  private static Optional<Kept> read(Document document) {
    try {
      Kept kept = MAPPER.readValue(document.content().toByteArray(), Kept.class);
      return kept.format() == FORMAT ? Optional.of(kept) : Optional.empty();
    } catch (JacksonException e) {
      LOG.warn("access token {} cannot be read: {}", document.key(), e.getMessage());
      return Optional.empty();
    }
  }

  private Map<String, Kept> tokens() {
    Map<String, Kept> tokens = new TreeMap<>();
    node.state().documents().values().stream()
        .filter(document -> document.room().equals(ROOM))
        .forEach(document -> read(document).ifPresent(kept -> tokens.put(document.key(), kept)));
    return tokens;
  }

  private void create(AccessActions.Create request, Exchange<AccessActions.Created> exchange)
      throws LocalFailure, InterruptedException {
    if (request.hours() < 1 || request.hours() > MAX_HOURS) {
      throw LocalFailure.badInput(
          "an access token counts for 1 to " + MAX_HOURS + " hours, not " + request.hours());
    }
    if (request.name().length() > LONGEST_NAME
        || request.name().chars().anyMatch(c -> c < ' ' || c > '~')) {
      throw LocalFailure.badInput(
          "the name of an access token has at most " + LONGEST_NAME + " printable characters");
    }
    long now = node.clock().millis();
    int counting = 0;
    for (Map.Entry<String, Kept> each : tokens().entrySet()) {
      if (each.getValue().expiresAtMillis() <= now) {
        remove(each.getKey());
      } else {
        counting++;
      }
    }
    if (counting >= MAX_TOKENS) {
      throw LocalFailure.failed(
          "there are " + MAX_TOKENS + " access tokens; 'kollaps token access revoke' ends one");
    }
    AccessToken token = AccessToken.create(node.credentials().authority(), node.random());
    Kept kept =
        new Kept(
            FORMAT,
            HexFormat.of().formatHex(JoinToken.hash(token.secret())),
            request.role(),
            now + TimeUnit.HOURS.toMillis(request.hours()),
            request.name());
    var _ =
        leader.manage(
            ManageRequest.newBuilder()
                .setWrite(
                    ManageRequest.Write.newBuilder()
                        .setPut(
                            CommandMessage.PutDocument.newBuilder()
                                .setRoom(ROOM)
                                .setKey(token.id())
                                .setContent(ByteString.copyFrom(MAPPER.writeValueAsBytes(kept)))
                                .setExpectedVersion(0)))
                .build());
    exchange.tell(new AccessActions.Created(token.text(), token.id(), address()));
  }

  private String address() {
    int port = node.settings().remotePort();
    return port == 0
        ? ""
        : Optional.ofNullable(node.state().members().get(node.self()))
            .map(self -> self.host() + ":" + port)
            .orElse("");
  }

  private void list(Exchange<AccessActions.Tokens> exchange) {
    long now = node.clock().millis();
    List<AccessActions.Row> rows = new ArrayList<>();
    tokens()
        .forEach(
            (id, kept) -> {
              long left = TimeUnit.MILLISECONDS.toSeconds(kept.expiresAtMillis() - now);
              if (left > 0) {
                rows.add(new AccessActions.Row(id, kept.name(), kept.role(), left));
              }
            });
    exchange.tell(new AccessActions.Tokens(rows));
  }

  private void revoke(AccessActions.Revoke request, Exchange<NodeActions.Nothing> exchange)
      throws LocalFailure, InterruptedException {
    if (!tokens().containsKey(request.id())) {
      throw LocalFailure.failed("there is no such access token; see 'kollaps token access list'");
    }
    remove(request.id());
    exchange.tell(NodeActions.Nothing.NOTHING);
  }

  private void remove(String id) throws LocalFailure, InterruptedException {
    var _ =
        leader.manage(
            ManageRequest.newBuilder()
                .setRemove(CommandMessage.RemoveDocument.newBuilder().setRoom(ROOM).setKey(id))
                .build());
  }
}
