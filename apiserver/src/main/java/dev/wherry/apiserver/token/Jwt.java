package dev.wherry.apiserver.token;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
  private static final String ALGORITHM = "SHA256withECDSAinP1363Format";
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

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
  static Optional<SignedToken> parse(String token) {
    return SignedToken.parse(token).filter(parsed -> parsed.algorithm().equals("ES256"));
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
