package io.kollaps.cluster.security;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Whom a joiner trusts before it has a certificate: a server that shows the authority whose digest
 * is in the token, and a node certificate signed by it. Remembers that authority.
 */
public final class TokenTrust extends X509ExtendedTrustManager {
  private final JoinToken token;
  private final InstantSource clock;
  private volatile Optional<X509Certificate> authority = Optional.empty();

  /** Trusts the cluster that a token names. */
  public TokenTrust(JoinToken token) {
    this(token, InstantSource.system());
  }

  /** The same with a clock, by which certificates count or not. */
  public TokenTrust(JoinToken token, InstantSource clock) {
    this.token = token;
    this.clock = clock;
  }

  /** The authority that a server has shown; empty before the first connection. */
  public Optional<X509Certificate> authority() {
    return authority;
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    if (chain.length < 2) {
      throw new CertificateException("the server shows no cluster authority");
    }
    X509Certificate shown = chain[chain.length - 1];
    if (!token.names(shown)) {
      throw new CertificateException(
          "the server belongs to another cluster than the token; use a token of that cluster, or"
              + " --via a node of the token's");
    }
    Instant now = clock.instant();
    ClusterTrust.verifySigned(shown, shown, now);
    ClusterTrust.verifySigned(chain[0], shown, now);
    authority = Optional.of(shown);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("a joiner has no clients");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException("a joiner has no clients");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("a joiner has no clients");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
