package io.kollaps.node.daemon;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.Outcome;
import io.kollaps.cluster.generated.RenewReply;
import io.kollaps.cluster.generated.RenewRequest;
import io.kollaps.cluster.generated.TakeAuthorityRequest;
import io.kollaps.cluster.security.Certificates;
import io.kollaps.cluster.security.ClusterAuthority;
import io.kollaps.cluster.security.CredentialStore;
import io.kollaps.cluster.security.NodeCredentials;
import io.kollaps.cluster.security.NodeKey;
import io.kollaps.cluster.security.SecurityFailure;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.VoterPlan;
import io.kollaps.cluster.wire.NodeClient;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node shows of itself, and its copy of the authority's key: every voter has one, so that
 * any of them can certify newcomers when it leads, and nobody else has.
 */
final class OwnCredentials {
  /** A key that was handed over is kept this long, until the division that needs it is done. */
  private static final long AUTHORITY_GRACE_NANOS = 120_000_000_000L;

  /** A certificate is renewed days before it ends: a renewal that fails is not urgent. */
  private static final long RENEWAL_NANOS = 30_000_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(OwnCredentials.class);

  private final CredentialStore store;
  private final NodeClock clock;
  private final SecureRandom random;
  private final Duration certificateLife;
  private volatile NodeCredentials credentials;
  private volatile Optional<ClusterAuthority> authority;
  private volatile long authoritySinceNanos = System.nanoTime();
  private long renewalTriedNanos = System.nanoTime() - RENEWAL_NANOS;

  OwnCredentials(
      Origin origin,
      CredentialStore store,
      NodeClock clock,
      SecureRandom random,
      Duration certificateLife) {
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.certificateLife = certificateLife;
    credentials = origin.credentials();
    authority = origin.authority();
  }

  /** The node's key and certificate of now. */
  NodeCredentials now() {
    return credentials;
  }

  /** The authority's key; empty unless this node votes, or did a moment ago. */
  Optional<ClusterAuthority> authority() {
    return authority;
  }

  /** Keeps the authority's key, which the leader handed over. */
  void takeAuthority(ClusterAuthority given) throws IOException {
    authoritySinceNanos = System.nanoTime();
    store.saveAuthority(given);
    authority = Optional.of(given);
  }

  /**
   * Hands the authority's key to another node, over a connection that shows who it is.
   *
   * @return true when it has the key now
   */
  boolean giveAuthority(Member to, NodeClient client) {
    Optional<ClusterAuthority> own = authority;
    if (own.isEmpty()) {
      return false;
    }
    try {
      Outcome outcome =
          client.call(
              to.id(),
              to.host(),
              to.port(),
              stub ->
                  stub.takeAuthority(
                      TakeAuthorityRequest.newBuilder()
                          .setPrivateKey(ByteString.copyFrom(own.get().key().getEncoded()))
                          .build()));
      if (outcome.getResultCase() == Outcome.ResultCase.DONE) {
        return true;
      }
      LOG.debug("node {} does not become a voter yet: {}", to.name(), outcome.getRefused());
    } catch (NodeClient.CallFailure e) {
      LOG.debug("node {} does not become a voter yet: {}", to.name(), e.getMessage());
    }
    return false;
  }

  /**
   * Gets a new certificate when the old one is due, at most every half a minute.
   *
   * @param leads whether this node leads: it then certifies itself
   * @param leader who is asked else
   */
  void renewIfDue(boolean leads, Optional<Member> leader, NodeClient client)
      throws IOException, SecurityFailure {
    Instant now = clock.wall().instant();
    if (!leads && leader.filter(other -> !other.id().equals(credentials.node())).isEmpty()) {
      return; // nobody to ask: not a try
    }
    if (!credentials.dueAt(now) || System.nanoTime() - renewalTriedNanos < RENEWAL_NANOS) {
      return;
    }
    renewalTriedNanos = System.nanoTime();
    NodeKey key = NodeKey.create(random);
    Optional<byte[]> certificate = certificateFor(key, now, leads, leader, client);
    if (certificate.isPresent()) {
      NodeCredentials next =
          NodeCredentials.of(
              key.secret(), Certificates.parse(certificate.get()), credentials.authority());
      store.save(next);
      credentials = next;
      LOG.info(
          "this node's certificate is renewed; it counts until {}",
          next.certificate().getNotAfter().toInstant());
    }
  }

  private Optional<byte[]> certificateFor(
      NodeKey key, Instant now, boolean leads, Optional<Member> leader, NodeClient client)
      throws SecurityFailure {
    NodeId self = credentials.node();
    byte[] request = key.signingRequest(self);
    Optional<ClusterAuthority> own = authority;
    if (leads && own.isPresent()) {
      return Optional.of(
          Certificates.der(own.get().certify(request, self, now, certificateLife, random)));
    }
    if (leader.isEmpty()) {
      return Optional.empty();
    }
    try {
      RenewReply reply =
          client.call(
              leader.get().id(),
              leader.get().host(),
              leader.get().port(),
              stub ->
                  stub.renewCertificate(
                      RenewRequest.newBuilder()
                          .setSigningRequest(ByteString.copyFrom(request))
                          .build()));
      if (reply.getResultCase() == RenewReply.ResultCase.CERTIFICATE) {
        return Optional.of(reply.getCertificate().toByteArray());
      }
    } catch (NodeClient.CallFailure e) {
      LOG.debug("the certificate could not be renewed yet: {}", e.getMessage());
    }
    return Optional.empty();
  }

  /** Forgets the authority's key some time after this node's vote was given to another. */
  void forgetAuthorityIfNoVoter(VoterPlan.Roles roles) throws IOException {
    if (authority.isPresent()
        && !roles.voters().isEmpty()
        && !roles.voters().contains(credentials.node())
        && System.nanoTime() - authoritySinceNanos > AUTHORITY_GRACE_NANOS) {
      authority = Optional.empty();
      store.forgetAuthority();
      LOG.info("this node votes no more and has forgotten the authority's key");
    }
  }
}
