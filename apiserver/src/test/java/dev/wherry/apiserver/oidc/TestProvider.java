package dev.wherry.apiserver.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.http.HttpEdge;
import dev.wherry.apiserver.http.HttpLimits;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.model.json.Json;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An OpenID Connect provider over TLS, with keys of its own. */
final class TestProvider implements AutoCloseable {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final CertificateAuthority authority =
      CertificateAuthority.create(
          "idp-ca", Duration.ofHours(1), InstantSource.system(), new SecureRandom());
  private final List<Key> keys = new CopyOnWriteArrayList<>();
  private final AtomicInteger fetches = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();
  private volatile boolean broken;
  private final HttpEdge edge;

  record Key(String id, String algorithm, KeyPair pair) {}

  TestProvider() throws Exception {
    TlsIdentity serving =
        authority.issue(
            Subject.of("localhost"),
            AlternativeNames.of(List.of("localhost")),
            CertificateUse.SERVER,
            Duration.ofHours(1));
    SslContext tls = SslContextBuilder.forServer(serving.key(), serving.chain()).build();
    edge =
        HttpEdge.start(
            HttpLimits.defaults(),
            () -> tls,
            this::answer,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  String url() {
    return "https://localhost:" + edge.port() + "/idp";
  }

  String authorityPem() {
    return authority.certificatePem();
  }

  /** How often the keys were asked for. */
  int fetches() {
    return fetches.get();
  }

  /** From now on it answers nothing but 503, or is well again. */
  void broken(boolean now) {
    broken = now;
  }

  /** How often it answered 503. */
  int refusals() {
    return refusals.get();
  }

  /** Takes a new key into use beside the others. */
  Key add(String id, String algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator =
        KeyPairGenerator.getInstance(algorithm.startsWith("ES") ? "EC" : "RSA");
    if (algorithm.startsWith("ES")) {
      generator.initialize(new ECGenParameterSpec("secp256r1"));
    } else {
      generator.initialize(2_048);
    }
    Key key = new Key(id, algorithm, generator.generateKeyPair());
    keys.add(key);
    return key;
  }

  void remove(Key key) {
    keys.remove(key);
  }

  private void answer(Exchange exchange) {
    if (broken) {
      refusals.incrementAndGet();
      exchange.respond(503, "text/plain", new byte[0]);
      return;
    }
    switch (exchange.path()) {
      case "/idp/.well-known/openid-configuration" ->
          json(exchange, Json.object().put("issuer", url()).put("jwks_uri", url() + "/keys"));
      case "/idp/keys" -> {
        fetches.incrementAndGet();
        json(exchange, keySet());
      }
      default -> exchange.respond(404, "text/plain", new byte[0]);
    }
  }

  private ObjectNode keySet() {
    ObjectNode set = Json.object();
    ArrayNode list = set.putArray("keys");
    for (Key key : keys) {
      ObjectNode one = list.addObject().put("kid", key.id()).put("use", "sig");
      switch (key.pair().getPublic()) {
        case RSAPublicKey rsa ->
            one.put("kty", "RSA")
                .put("n", number(rsa.getModulus()))
                .put("e", number(rsa.getPublicExponent()));
        case ECPublicKey ec ->
            one.put("kty", "EC")
                .put("crv", "P-256")
                .put("x", number(ec.getW().getAffineX()))
                .put("y", number(ec.getW().getAffineY()));
        default -> throw new IllegalStateException();
      }
    }
    return set;
  }

  private static String number(BigInteger value) {
    byte[] bytes = value.toByteArray();
    boolean signed = bytes.length > 1 && bytes[0] == 0;
    return BASE64.encodeToString(
        signed ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  private static void json(Exchange exchange, JsonNode document) {
    exchange.respond(200, "application/json", Json.write(document));
  }

  static String sign(Key key, ObjectNode claims) throws GeneralSecurityException {
    ObjectNode header = Json.object().put("alg", key.algorithm()).put("kid", key.id());
    String part =
        BASE64.encodeToString(Json.write(header)) + "." + BASE64.encodeToString(Json.write(claims));
    Signature signer =
        Signature.getInstance(
            key.algorithm().startsWith("ES") ? "SHA256withECDSAinP1363Format" : "SHA256withRSA");
    signer.initSign(key.pair().getPrivate());
    signer.update(part.getBytes(StandardCharsets.US_ASCII));
    return part + "." + BASE64.encodeToString(signer.sign());
  }

  @Override
  public void close() {
    edge.close();
  }
}
