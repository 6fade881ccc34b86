package dev.wherry.apiserver.token;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.List;

/** The OpenID documents by which others verify our tokens. */
public final class OpenIdDocuments {
  /** Path of {@link #configuration}; answered as {@code application/json}. */
  public static final String CONFIGURATION_PATH = "/.well-known/openid-configuration";

  /** Path of {@link #keySet}; answered as {@code application/jwk-set+json}. */
  public static final String KEY_SET_PATH = "/openid/v1/jwks";

  private static final int COORDINATE_BYTES = 32;

  private OpenIdDocuments() {}

  /** The discovery document. */
  public static ObjectNode configuration(TokenConfig config) {
    ObjectNode document = Json.object();
    document.put("issuer", config.issuer()).put("jwks_uri", config.jwksUri());
    document.putArray("response_types_supported").add("id_token");
    document.putArray("subject_types_supported").add("public");
    document.putArray("id_token_signing_alg_values_supported").add("ES256");
    return document;
  }

  /** The public keys (RFC 7517). */
  public static ObjectNode keySet(List<PublicKey> keys) {
    ObjectNode document = Json.object();
    var list = document.putArray("keys");
    for (PublicKey key : keys) {
      ECPublicKey ec = (ECPublicKey) key;
      list.addObject()
          .put("use", "sig")
          .put("kty", "EC")
          .put("kid", Jwt.keyId(key))
          .put("crv", "P-256")
          .put("alg", "ES256")
          .put("x", coordinate(ec.getW().getAffineX()))
          .put("y", coordinate(ec.getW().getAffineY()));
    }
    return document;
  }

  private static String coordinate(BigInteger value) {
    byte[] bytes = value.toByteArray();
    byte[] fixed = new byte[COORDINATE_BYTES];
    int count = Math.min(bytes.length, COORDINATE_BYTES);
    System.arraycopy(bytes, bytes.length - count, fixed, COORDINATE_BYTES - count, count);
    return Jwt.base64Url(fixed);
  }
}
