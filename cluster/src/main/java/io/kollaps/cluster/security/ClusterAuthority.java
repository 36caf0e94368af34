package io.kollaps.cluster.security;

import io.kollaps.cluster.NodeId;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * Signs the certificates of a cluster's nodes. Only voters hold its key: whoever has it can admit
 * anybody.
 *
 * @param cluster id of the cluster
 * @param certificate its own certificate, signed by itself
 * @param key its private key
 */
public record ClusterAuthority(String cluster, X509Certificate certificate, PrivateKey key) {
  /** An authority lives as long as its cluster: it is not rotated. */
  private static final Duration LIFETIME = Duration.ofDays(20L * 365);

  /** Clocks of nodes may be this far behind the one that signs (NTP is not needed). */
  private static final Duration CLOCK_TOLERANCE = Duration.ofHours(24);

  private static final int SERIAL_BITS = 127;

  /** Ours have some 300; garbage that is nested deeply costs as much stack as it is long. */
  private static final int MAX_REQUEST_BYTES = 4096;

  /** Makes the authority of a new cluster. */
  public static ClusterAuthority create(String cluster, Instant now, SecureRandom random) {
    KeyPair keys = Certificates.newKeyPair(random);
    X500Name name =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.O, cluster)
            .addRDN(BCStyle.CN, "Kollaps cluster authority")
            .build();
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              name,
              new BigInteger(SERIAL_BITS, random),
              Date.from(now.minus(CLOCK_TOLERANCE)),
              Date.from(now.plus(LIFETIME)),
              name,
              keys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return new ClusterAuthority(cluster, sign(builder, keys.getPrivate()), keys.getPrivate());
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException("cannot make a cluster authority on this Java", e);
    }
  }

  /**
   * Joins a key that was handed over with the certificate of its authority.
   *
   * @throws SecurityFailure when the key is not that of the certificate
   */
  public static ClusterAuthority of(X509Certificate certificate, PrivateKey key)
      throws SecurityFailure {
    String cluster =
        Certificates.clusterOf(certificate)
            .orElseThrow(() -> new SecurityFailure("the authority's certificate names no cluster"));
    if (!belongTogether(certificate.getPublicKey(), key)) {
      throw new SecurityFailure("the key is not that of the cluster's authority");
    }
    return new ClusterAuthority(cluster, certificate, key);
  }

  /**
   * Certifies a node.
   *
   * @param request PKCS #10, signed by the node's key
   * @param node who the certificate is for; what the request says of it does not count
   * @param now time of the signature
   * @param lifetime how long it is valid
   * @throws SecurityFailure when the request is not one, or not signed by its own key
   */
  public X509Certificate certify(
      byte[] request, NodeId node, Instant now, Duration lifetime, SecureRandom random)
      throws SecurityFailure {
    PublicKey nodeKey = verifiedKey(request);
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
              new BigInteger(SERIAL_BITS, random),
              Date.from(now.minus(CLOCK_TOLERANCE)),
              Date.from(now.plus(lifetime)),
              new X500NameBuilder(BCStyle.INSTANCE)
                  .addRDN(BCStyle.O, cluster)
                  .addRDN(BCStyle.CN, node.value())
                  .build(),
              nodeKey);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.dNSName, node.value())));
      return sign(builder, key);
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new SecurityFailure("cannot sign the certificate of node " + node, e);
    }
  }

  @Override
  public String toString() {
    return "authority of cluster " + cluster; // never the key
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder(Certificates.SIGNATURE).build(key)));
  }

  private static PublicKey verifiedKey(byte[] request) throws SecurityFailure {
    if (request.length > MAX_REQUEST_BYTES) {
      throw new SecurityFailure(
          "a signing request has at most " + MAX_REQUEST_BYTES + " bytes, not " + request.length);
    }
    try {
      var parsed = new JcaPKCS10CertificationRequest(new PKCS10CertificationRequest(request));
      PublicKey key = parsed.getPublicKey();
      if (!Certificates.isOurKind(key)) {
        throw new SecurityFailure("the key to be certified is none of curve P-256");
      }
      if (!parsed.isSignatureValid(
          new org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder().build(key))) {
        throw new SecurityFailure("the signing request is not signed by its own key");
      }
      return key;
    } catch (SecurityFailure e) {
      throw e;
    } catch (Exception | StackOverflowError e) { // the parser throws whatever garbage leads to
      throw new SecurityFailure("this is no signing request: " + e.getMessage(), e);
    }
  }

  private static boolean belongTogether(PublicKey open, PrivateKey hidden) {
    try {
      byte[] probe = {1, 2, 3};
      Signature signature = Signature.getInstance(Certificates.SIGNATURE);
      signature.initSign(hidden);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(open);
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
