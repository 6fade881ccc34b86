package dev.wherry.apiserver.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import java.util.Optional;

/**
 * A token in compact JWS form, taken apart; nothing is verified yet (RFC 7515, RFC 7518).
 *
 * @param algorithm one of the signing ones for public keys
 * @param keyId "" when the header names none
 */
public record SignedToken(
    String algorithm, String keyId, ObjectNode claims, String signedPart, byte[] signature) {
  /** Characters; longer ones are refused unread. */
  private static final int TOKEN_CHARS_MAX = 64 * 1024;

  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  /** Empty when the text is no such token. */
  public static Optional<SignedToken> parse(String token) {
    String[] parts = token.length() > TOKEN_CHARS_MAX ? new String[0] : token.split("\\.", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      JsonNode header = Json.parse(DECODER.decode(parts[0]));
      String algorithm = header.path("alg").asText();
      if (!algorithm.matches("(RS|PS|ES)(256|384|512)")
          || header.has("crit")
          || !(Json.parse(DECODER.decode(parts[1])) instanceof ObjectNode claims)) {
        return Optional.empty();
      }
      return Optional.of(
          new SignedToken(
              algorithm,
              header.path("kid").asText(),
              claims,
              parts[0] + "." + parts[1],
              DECODER.decode(parts[2])));
    } catch (IllegalArgumentException | DecodeException _) {
      return Optional.empty();
    }
  }

  /** Whether the key made the signature, by the algorithm that the token names. */
  public boolean isSignedBy(PublicKey key) {
    String bits = algorithm.substring(2);
    try {
      Signature verifier;
      switch (algorithm.substring(0, 2)) {
        case "RS" -> verifier = of(key instanceof RSAPublicKey, "SHA" + bits + "withRSA");
        case "PS" -> {
          verifier = of(key instanceof RSAPublicKey, "RSASSA-PSS");
          verifier.setParameter(pss(bits));
        }
        default ->
            verifier = of(key instanceof ECPublicKey, "SHA" + bits + "withECDSAinP1363Format");
      }
      verifier.initVerify(key);
      verifier.update(signedPart.getBytes(StandardCharsets.US_ASCII));
      return verifier.verify(signature);
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  private static Signature of(boolean fits, String algorithm) throws GeneralSecurityException {
    if (!fits) {
      throw new GeneralSecurityException("the key is of another kind");
    }
    return Signature.getInstance(algorithm);
  }

  private static AlgorithmParameterSpec pss(String bits) {
    int salt = Integer.parseInt(bits) / Byte.SIZE;
    return new PSSParameterSpec(
        "SHA-" + bits, "MGF1", new MGF1ParameterSpec("SHA-" + bits), salt, 1);
  }
}
