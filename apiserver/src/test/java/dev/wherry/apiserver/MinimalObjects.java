package dev.wherry.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.KindInfo;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** The smallest object of every kind that the server stores, all named "walk". */
public final class MinimalObjects {
  private final Map<String, ObjectNode> byKind = new HashMap<>();

  private MinimalObjects() {}

  public static MinimalObjects read() throws Exception {
    MinimalObjects objects = new MinimalObjects();
    try (InputStream in = MinimalObjects.class.getResourceAsStream("minimal-objects.yaml")) {
      String text =
          new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("$CSR", signingRequest());
      for (Json.Parsed one : Yaml.documents(text.getBytes(StandardCharsets.UTF_8))) {
        JsonNode tree = one.tree();
        objects.byKind.put(
            tree.path("apiVersion").asText() + " " + tree.path("kind").asText(), (ObjectNode) tree);
      }
    }
    return objects;
  }

  private static String signingRequest() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    var keys = generator.generateKeyPair();
    byte[] der =
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=walk"), keys.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
            .getEncoded();
    String pem =
        "-----BEGIN CERTIFICATE REQUEST-----\n"
            + Base64.getMimeEncoder().encodeToString(der)
            + "\n-----END CERTIFICATE REQUEST-----\n";
    return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
  }

  /** A copy of the object of a kind. */
  public Optional<ObjectNode> of(KindInfo kind) {
    return Optional.ofNullable(byKind.get(kind.apiVersion() + " " + kind.kind()))
        .map(ObjectNode::deepCopy);
  }
}
