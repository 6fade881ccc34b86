package dev.wherry.apiserver.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.token.SignedToken;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The keys of an issuer (RFC 7517); of another use or kind than ours are left out. */
record JsonWebKeys(List<Named> keys) {
  /** Keys of one issuer; more are left out. */
  static final int KEYS_MAX = 100;

  /** A key; the id may be "". */
  record Named(String id, PublicKey key) {}

  static JsonWebKeys of(JsonNode document) {
    List<Named> keys = new ArrayList<>();
    for (JsonNode key : document.path("keys")) {
      boolean signs = key.path("use").asText("sig").equals("sig");
      if (!signs || keys.size() >= KEYS_MAX) {
        continue;
      }
      try {
        switch (key.path("kty").asText()) {
          case "RSA" -> keys.add(new Named(key.path("kid").asText(), rsa(key)));
          case "EC" -> keys.add(new Named(key.path("kid").asText(), curve(key)));
          default -> {
            // A kind that no token of ours is signed with.
          }
        }
      } catch (GeneralSecurityException | IllegalArgumentException _) {
        // A malformed key signs nothing; the others may.
      }
    }
    return new JsonWebKeys(List.copyOf(keys));
  }

  private static PublicKey rsa(JsonNode key) throws GeneralSecurityException {
    return KeyFactory.getInstance("RSA")
        .generatePublic(new RSAPublicKeySpec(number(key, "n"), number(key, "e")));
  }

  private static PublicKey curve(JsonNode key) throws GeneralSecurityException {
    String curve =
        switch (key.path("crv").asText()) {
          case "P-256" -> "secp256r1";
          case "P-384" -> "secp384r1";
          case "P-521" -> "secp521r1";
          default -> throw new GeneralSecurityException("an unknown curve");
        };
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(curve));
    return KeyFactory.getInstance("EC")
        .generatePublic(
            new ECPublicKeySpec(
                new ECPoint(number(key, "x"), number(key, "y")),
                parameters.getParameterSpec(ECParameterSpec.class)));
  }

  private static BigInteger number(JsonNode key, String field) {
    return new BigInteger(1, Base64.getUrlDecoder().decode(key.path(field).asText()));
  }

  /** Whether one of them signed the token; only those of its id where it names one. */
  boolean signed(SignedToken token) {
    return keys.stream()
        .filter(
            key -> token.keyId().isEmpty() || key.id().isEmpty() || key.id().equals(token.keyId()))
        .anyMatch(key -> token.isSignedBy(key.key()));
  }

  boolean has(String id) {
    return keys.stream().anyMatch(key -> key.id().equals(id));
  }
}
