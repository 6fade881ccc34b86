package dev.wherry.apiserver.token;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Optional;

/** Compact JWS with ES256 (RFC 7515, RFC 7518), the one form of service account tokens here. */
final class Jwt {
  /** Characters; longer ones are refused unread. */
  static final int TOKEN_CHARS_MAX = 64 * 1024;

  private static final String ALGORITHM = "SHA256withECDSAinP1363Format";
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  /** A token taken apart; nothing is verified yet. */
  record Parsed(String keyId, ObjectNode claims, String signedPart, byte[] signature) {}

  private Jwt() {}

  static String sign(ObjectNode claims, String keyId, PrivateKey key) {
    ObjectNode header = Json.object();
    header.put("alg", "ES256").put("kid", keyId);
    String signed =
        ENCODER.encodeToString(Json.write(header))
            + "."
            + ENCODER.encodeToString(Json.write(claims));
    try {
      Signature signer = Signature.getInstance(ALGORITHM);
      signer.initSign(key);
      signer.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + ENCODER.encodeToString(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the token cannot be signed", e);
    }
  }

  /** Empty when the text is no ES256 token at all. */
  static Optional<Parsed> parse(String token) {
    String[] parts = token.length() > TOKEN_CHARS_MAX ? new String[0] : token.split("\\.", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      var header = Json.parse(DECODER.decode(parts[0]));
      if (!header.path("alg").asText().equals("ES256")
          || !(Json.parse(DECODER.decode(parts[1])) instanceof ObjectNode claims)) {
        return Optional.empty();
      }
      return Optional.of(
          new Parsed(
              header.path("kid").asText(),
              claims,
              parts[0] + "." + parts[1],
              DECODER.decode(parts[2])));
    } catch (IllegalArgumentException | DecodeException _) {
      return Optional.empty();
    }
  }

  static boolean isSignedBy(Parsed token, PublicKey key) {
    try {
      Signature verifier = Signature.getInstance(ALGORITHM);
      verifier.initVerify(key);
      verifier.update(token.signedPart().getBytes(StandardCharsets.US_ASCII));
      return verifier.verify(token.signature());
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  /** The key id upstream uses: Base64url of the SHA-256 of the public key's DER. */
  static String keyId(PublicKey key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
      return ENCODER.encodeToString(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }

  static String base64Url(byte[] bytes) {
    return ENCODER.encodeToString(bytes);
  }
}
