package dev.wherry.apiserver.token;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Remembers by hash which tokens had a good signature: verifying one costs more than a whole read
 * request. Times and bound objects are judged anew at every use, so nothing here grows stale.
 */
final class VerifiedSignatures {
  private static final int TOKENS_MAX = 8192;

  private final Set<String> good = ConcurrentHashMap.newKeySet();

  /** Empty when the signature is good, else the fault. */
  Optional<String> check(String token, BooleanSupplier verification) {
    String hash = hash(token);
    if (good.contains(hash)) {
      return Optional.empty();
    }
    if (!verification.getAsBoolean()) {
      return Optional.of("the signature is wrong");
    }
    if (good.size() >= TOKENS_MAX) {
      // Rare and harmless: the tokens in use are verified once more.
      good.clear();
    }
    good.add(hash);
    return Optional.empty();
  }

  private static String hash(String token) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }
}
