package dev.wherry.machinery.pki;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Optional;

/**
 * The key pairs that Wherry makes: EC P-256, and RSA where a key is for clients that read nothing
 * else. Others are read, never made.
 */
public final class KeyPairs {
  private static final String CURVE = "secp256r1";
  private static final int RSA_BITS = 2048;
  private static final int CHALLENGE_BYTES = 32;

  private KeyPairs() {}

  /** A new P-256 key pair. */
  public static KeyPair generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(CURVE), random);
      return P256Keys.withPublicPoint(generator.generateKeyPair());
    } catch (InvalidAlgorithmParameterException e) {
      throw new PkiException("this Java runtime has no curve P-256", e);
    } catch (GeneralSecurityException e) {
      throw new PkiException("this Java runtime has no EC keys", e);
    }
  }

  /** A new RSA key pair of 2048 bits. */
  public static KeyPair generateRsa(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(RSA_BITS, random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new PkiException("this Java runtime has no RSA keys", e);
    }
  }

  /**
   * True when the two are halves of one pair: the private key carries the same public one, or what
   * it signs, the other verifies.
   */
  public static boolean match(PrivateKey privateKey, PublicKey publicKey) {
    if (!privateKey.getAlgorithm().equals(publicKey.getAlgorithm())) {
      return false;
    }
    Optional<Boolean> said = said(privateKey, publicKey);
    return said.isPresent() ? said.get() : proven(privateKey, publicKey);
  }

  /** What the private key's file says itself: curves are slow in a Java that has just started. */
  private static Optional<Boolean> said(PrivateKey privateKey, PublicKey publicKey) {
    if (privateKey instanceof RSAPrivateCrtKey whole && publicKey instanceof RSAPublicKey known) {
      return Optional.of(
          whole.getModulus().equals(known.getModulus())
              && whole.getPublicExponent().equals(known.getPublicExponent()));
    }
    return P256Keys.publicPoint(privateKey)
        .map(point -> Arrays.equals(point, P256Keys.point(publicKey)));
  }

  private static boolean proven(PrivateKey privateKey, PublicKey publicKey) {
    byte[] challenge = new byte[CHALLENGE_BYTES];
    try {
      Signature signer = Signature.getInstance(signatureAlgorithm(privateKey));
      signer.initSign(privateKey);
      signer.update(challenge);
      byte[] signature = signer.sign();
      Signature verifier = Signature.getInstance(signatureAlgorithm(privateKey));
      verifier.initVerify(publicKey);
      verifier.update(challenge);
      return verifier.verify(signature);
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  /** The JCA signature algorithm a certificate or request signed with this key carries. */
  static String signatureAlgorithm(PrivateKey key) {
    if (key instanceof RSAKey) {
      return "SHA256withRSA";
    }
    return switch (key.getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "EdDSA", "Ed25519" -> "Ed25519";
      default -> throw new PkiException("keys of type " + key.getAlgorithm() + " cannot sign here");
    };
  }
}
