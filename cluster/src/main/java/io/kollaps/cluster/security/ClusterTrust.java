package io.kollaps.cluster.security;

import io.kollaps.cluster.NodeId;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Whom a member trusts: nodes with a certificate of the cluster's authority that are not banned.
 * Names and addresses of machines do not count (they change); where the other side is to be a
 * certain node, its id must be in the certificate.
 */
public final class ClusterTrust extends X509ExtendedTrustManager {
  private final X509Certificate authority;
  private final String cluster;
  private final Predicate<NodeId> banned;
  private final Optional<NodeId> expected;
  private final Refusals refusals;
  private final InstantSource clock;

  private ClusterTrust(
      X509Certificate authority,
      Predicate<NodeId> banned,
      Optional<NodeId> expected,
      Refusals refusals,
      InstantSource clock) {
    this.authority = authority;
    this.cluster = Certificates.clusterOf(authority).orElseThrow();
    this.banned = banned;
    this.expected = expected;
    this.refusals = refusals;
    this.clock = clock;
  }

  /** Trusts every node of the cluster. */
  public static ClusterTrust anyNode(
      X509Certificate authority, Predicate<NodeId> banned, Refusals refusals) {
    return anyNode(authority, banned, refusals, InstantSource.system());
  }

  /** The same with a clock, by which certificates count or not. */
  public static ClusterTrust anyNode(
      X509Certificate authority, Predicate<NodeId> banned, Refusals refusals, InstantSource clock) {
    return new ClusterTrust(authority, banned, Optional.empty(), refusals, clock);
  }

  /** Trusts one node only. */
  public ClusterTrust only(NodeId node) {
    return new ClusterTrust(authority, banned, Optional.of(node), refusals, clock);
  }

  /**
   * Checks a certificate and says whose it is.
   *
   * @throws CertificateException with the reason why it is not trusted
   */
  public NodeId check(X509Certificate[] chain) throws CertificateException {
    if (chain.length == 0) {
      throw new CertificateException("no certificate was shown");
    }
    X509Certificate shown = chain[0];
    verifySigned(shown, authority, clock.instant());
    NodeId node =
        Certificates.nodeOf(shown)
            .orElseThrow(() -> new CertificateException("the certificate names no node"));
    if (!Certificates.clusterOf(shown).equals(Optional.of(cluster))) {
      throw new CertificateException("the certificate is of another cluster");
    }
    if (banned.test(node)) {
      throw new CertificateException("node " + node + " is banned");
    }
    if (expected.isPresent() && !expected.get().equals(node)) {
      throw new CertificateException(
          "node " + node + " answers where node " + expected.get() + " was expected");
    }
    return node;
  }

  static void verifySigned(X509Certificate shown, X509Certificate authority, Instant now)
      throws CertificateException {
    try {
      shown.verify(authority.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw new CertificateException(
          "the certificate is not signed by this cluster's authority", e);
    }
    try {
      shown.checkValidity(java.util.Date.from(now));
    } catch (CertificateExpiredException e) {
      throw new CertificateException(
          "the certificate counted until " + shown.getNotAfter().toInstant(), e);
    } catch (CertificateNotYetValidException e) {
      throw new CertificateException(
          "the certificate counts only from "
              + shown.getNotBefore().toInstant()
              + "; do the clocks of the machines agree?",
          e);
    }
  }

  private void checkAndTell(X509Certificate[] chain, String from) throws CertificateException {
    try {
      var _ = check(chain);
    } catch (CertificateException e) {
      refusals.refused("connection", from, String.valueOf(e.getMessage()));
      throw e;
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checkAndTell(chain, from(engine.getPeerHost()));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checkAndTell(chain, from(engine.getPeerHost()));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checkAndTell(chain, from(socket.getInetAddress().getHostAddress()));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checkAndTell(chain, from(socket.getInetAddress().getHostAddress()));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    checkAndTell(chain, "a client");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    checkAndTell(chain, "a server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[] {authority};
  }

  private static String from(@org.jspecify.annotations.Nullable String host) {
    return host == null ? "a caller" : host;
  }
}
