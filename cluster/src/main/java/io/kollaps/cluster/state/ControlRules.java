package io.kollaps.cluster.state;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.ClusterKey;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a command makes of a state. Pure and the same on every node: no clock, no chance. A command
 * that does not fit is refused on every node alike.
 */
public final class ControlRules {
  /** More members than any cluster of ours; bounds what a stolen token can do. */
  public static final int MAX_MEMBERS = 4096;

  /** Join tokens at a time. */
  public static final int MAX_TOKENS = 64;

  /** Bans that are kept. */
  public static final int MAX_BANS = 4096;

  /** Documents of all rooms together. */
  public static final int MAX_DOCUMENTS = 100_000;

  /** Bytes of the content of all documents: every node holds them in memory. */
  public static final long MAX_DOCUMENT_BYTES = 64L * 1024 * 1024;

  private ControlRules() {}

  /**
   * What a command came to.
   *
   * @param state after it
   * @param outcome for who asked
   */
  public record Applied(ControlState state, Outcome outcome) {}

  /** Applies a command. */
  public static Applied apply(ControlState state, ControlCommand command) {
    Draft draft = new Draft(state);
    Optional<String> refusal =
        state.formed() == command instanceof ControlCommand.FormCluster
            ? Optional.of(
                state.formed() ? "the cluster is there already" : "the cluster is not formed yet")
            : draft.change(command);
    return refusal
        .map(reason -> new Applied(state, Outcome.refused(reason)))
        .orElseGet(() -> new Applied(draft.finished(), Outcome.done()));
  }

  /** A state while a command changes it. */
  private static final class Draft {
    private final SortedMap<NodeId, Member> members;
    private final SortedMap<String, TokenRecord> tokens;
    private final SortedMap<NodeId, Ban> bans;
    private final SortedMap<Document.Key, Document> documents;
    private final long revision;
    private String cluster;
    private Optional<ClusterKey> key;
    private long admissions;

    Draft(ControlState state) {
      cluster = state.cluster();
      members = new TreeMap<>(state.members());
      tokens = new TreeMap<>(state.tokens());
      bans = new TreeMap<>(state.bans());
      documents = new TreeMap<>(state.documents());
      key = state.key();
      admissions = state.admissions();
      revision = state.revision();
    }

    ControlState finished() {
      return new ControlState(
          cluster, members, tokens, bans, key, documents, admissions, revision + 1);
    }

    Optional<String> change(ControlCommand command) {
      return switch (command) {
        case ControlCommand.FormCluster form -> form(form);
        case ControlCommand.AdmitMember admit -> admit(admit);
        case ControlCommand.UpdateMember update -> update(update.member());
        case ControlCommand.RemoveMember remove -> remove(remove.node());
        case ControlCommand.SetMode set -> setMode(set);
        case ControlCommand.BanNode ban -> ban(ban);
        case ControlCommand.AddToken add -> addToken(add);
        case ControlCommand.PutDocument put -> put(put);
        case ControlCommand.RemoveDocument remove -> {
          documents.remove(new Document.Key(remove.room(), remove.key()));
          yield Optional.empty();
        }
      };
    }

    private Optional<String> form(ControlCommand.FormCluster form) {
      cluster = form.cluster();
      key = Optional.of(form.key());
      members.put(form.founder().id(), form.founder().admittedAs(++admissions));
      return Optional.empty();
    }

    private Optional<String> admit(ControlCommand.AdmitMember admit) {
      Member member = admit.member();
      TokenRecord token = tokens.get(admit.token());
      if (bans.containsKey(member.id())) {
        return Optional.of("node " + member.id() + " is banned");
      }
      if (token == null) {
        return Optional.of("the token is unknown or was replaced; ask for a new one");
      }
      if (admit.atMillis() >= token.expiresAtMillis()) {
        return Optional.of("the token has expired; ask for a new one");
      }
      if (token.usesLeft() < 1) {
        return Optional.of("the token has been used as often as it may; ask for a new one");
      }
      if (members.size() >= MAX_MEMBERS && !members.containsKey(member.id())) {
        return Optional.of("the cluster has " + MAX_MEMBERS + " members, more it does not take");
      }
      Optional<String> taken = taken(member);
      if (taken.isEmpty()) {
        tokens.put(token.id(), token.used());
        members.put(member.id(), member.admittedAs(++admissions));
      }
      return taken;
    }

    private Optional<String> update(Member member) {
      Member known = members.get(member.id());
      if (known == null) {
        return Optional.of("node " + member.id() + " is no member");
      }
      Optional<String> taken = taken(member);
      if (taken.isEmpty()) {
        members.put(member.id(), member.admittedAs(known.admission()).in(known.mode()));
      }
      return taken;
    }

    private Optional<String> taken(Member member) {
      for (Member other : members.values()) {
        if (other.id().equals(member.id())) {
          continue;
        }
        if (other.name().equals(member.name())) {
          return Optional.of(
              "the name "
                  + member.name()
                  + " is taken by node "
                  + other.id()
                  + "; start this node with another --name, or let that one leave");
        }
        if (other.host().equals(member.host()) && other.port() == member.port()) {
          return Optional.of(
              "the address "
                  + member.host()
                  + " port "
                  + member.port()
                  + " is that of node "
                  + other.name()
                  + "; if that one is gone for good: kollaps node leave "
                  + other.name());
        }
      }
      return Optional.empty();
    }

    private Optional<String> remove(NodeId node) {
      if (members.size() == 1 && members.containsKey(node)) {
        return Optional.of("it is the only member; stop it and remove its folder instead");
      }
      return members.remove(node) == null
          ? Optional.of("node " + node + " is no member")
          : Optional.empty();
    }

    private Optional<String> setMode(ControlCommand.SetMode set) {
      return members.computeIfPresent(set.node(), (id, member) -> member.in(set.mode())) == null
          ? Optional.of("node " + set.node() + " is no member")
          : Optional.empty();
    }

    private Optional<String> ban(ControlCommand.BanNode ban) {
      int generation = key.map(ClusterKey::generation).orElse(0);
      if (ban.key().generation() != generation + 1) {
        return Optional.of("the cluster key has changed meanwhile; try again");
      }
      if (bans.size() >= MAX_BANS) {
        return Optional.of("the cluster keeps " + MAX_BANS + " bans, more it does not take");
      }
      Member known = members.remove(ban.node());
      String name = known == null ? "" : known.name();
      bans.put(ban.node(), new Ban(ban.node(), name, ban.reason(), ban.atMillis()));
      key = Optional.of(ban.key());
      return Optional.empty();
    }

    private Optional<String> addToken(ControlCommand.AddToken add) {
      if (add.replacesAll()) {
        tokens.clear();
      }
      if (tokens.size() >= MAX_TOKENS) {
        return Optional.of("there are " + MAX_TOKENS + " join tokens; replace them with a new one");
      }
      tokens.put(add.token().id(), add.token());
      return Optional.empty();
    }

    private Optional<String> put(ControlCommand.PutDocument put) {
      Document.Key name = new Document.Key(put.room(), put.key());
      Document known = documents.get(name);
      long version = known == null ? 0 : known.version();
      if (put.content().size() > Document.MAX_CONTENT_BYTES
          || put.room().length() > Document.MAX_NAME_LENGTH
          || put.key().length() > Document.MAX_NAME_LENGTH) {
        return Optional.of(
            "a document has at most "
                + Document.MAX_CONTENT_BYTES
                + " bytes and its name "
                + Document.MAX_NAME_LENGTH
                + " characters");
      }
      if (put.expectedVersion().isPresent() && put.expectedVersion().getAsLong() != version) {
        return Optional.of("it has version " + version + " now; read it again");
      }
      if (known == null && documents.size() >= MAX_DOCUMENTS) {
        return Optional.of("the cluster keeps " + MAX_DOCUMENTS + " documents, more it does not");
      }
      if (put.room().isEmpty() || put.key().isEmpty()) {
        return Optional.of("a document has a room and a key");
      }
      long others =
          documents.values().stream().mapToLong(document -> document.content().size()).sum()
              - (known == null ? 0 : known.content().size());
      if (others + put.content().size() > MAX_DOCUMENT_BYTES) {
        return Optional.of(
            "the cluster keeps " + MAX_DOCUMENT_BYTES + " bytes of documents, more it does not");
      }
      documents.put(name, new Document(put.room(), put.key(), version + 1, put.content()));
      return Optional.empty();
    }
  }
}
