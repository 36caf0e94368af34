package io.kollaps.cluster.security;

import io.kollaps.cluster.NodeId;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/**
 * What a node proves itself with.
 *
 * @param node who it is
 * @param key its private key
 * @param certificate its certificate
 * @param authority certificate of the cluster's authority
 */
public record NodeCredentials(
    NodeId node, PrivateKey key, X509Certificate certificate, X509Certificate authority) {
  /** A certificate is renewed when a third of its life is left, as certificate managers do. */
  private static final int LEFT_OF_LIFE = 3;

  /**
   * Puts together what an authority gave.
   *
   * @throws SecurityFailure when the certificate is not that of a node, or not by this authority
   */
  public static NodeCredentials of(
      PrivateKey key, X509Certificate certificate, X509Certificate authority)
      throws SecurityFailure {
    NodeId node =
        Certificates.nodeOf(certificate)
            .orElseThrow(() -> new SecurityFailure("the certificate names no node"));
    try {
      certificate.verify(authority.getPublicKey());
    } catch (java.security.GeneralSecurityException e) {
      throw new SecurityFailure(
          "the certificate of node " + node + " is not signed by the cluster's authority", e);
    }
    return new NodeCredentials(node, key, certificate, authority);
  }

  /** Id of the cluster. */
  public String cluster() {
    return Certificates.clusterOf(authority).orElseThrow();
  }

  /** Whether the certificate should be replaced. */
  public boolean dueAt(Instant now) {
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    return now.isAfter(until.minus(Duration.between(from, until).dividedBy(LEFT_OF_LIFE)));
  }

  @Override
  public String toString() {
    return "credentials of node " + node; // never the key
  }
}
