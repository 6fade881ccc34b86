package dev.wherry.apiserver.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.ServerFixture.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** IPAddress objects over HTTP: they come and go with what a Service holds. */
class AddressObjectsTest {
  private static final String SERVICES = "/api/v1/namespaces/default/services";
  private static final String ADDRESSES = "/apis/networking.k8s.io/v1/ipaddresses";

  private static Answer send(ServerFixture server, String method, String path, String json) {
    return server.send(method, path, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  private static Answer create(ServerFixture server, String name, String spec) {
    return send(
        server,
        "POST",
        SERVICES,
        "{'metadata':{'name':'%s'},'spec':{'ports':[{'port':80}]%s}}".formatted(name, spec));
  }

  private static int code(ServerFixture server, String ip) {
    return send(server, "GET", ADDRESSES + "/" + ip, "").code();
  }

  @Test
  void service_createdChangedDeleted_itsObjectsFollow(@TempDir Path data) throws Exception {
    try (ServerFixture server = ServerFixture.start(data)) {
      String ip = create(server, "a", "").json().at("/spec/clusterIP").asText();
      JsonNode object = send(server, "GET", ADDRESSES + "/" + ip, "").json();
      assertEquals(
          "IPv4", object.at("/metadata/labels/ipaddress.kubernetes.io~1ip-family").asText());
      assertEquals(
          "ipallocator.k8s.io",
          object.at("/metadata/labels/ipaddress.kubernetes.io~1managed-by").asText());
      assertEquals(
          "{\"resource\":\"services\",\"namespace\":\"default\",\"name\":\"a\"}",
          object.at("/spec/parentRef").toString());
      assertEquals("kube-apiserver", object.at("/metadata/managedFields/0/manager").asText());
      assertEquals(
          send(server, "GET", SERVICES + "/a", "").json().at("/metadata/resourceVersion"),
          object.at("/metadata/resourceVersion"),
          "one transaction");

      assertEquals(201, create(server, "headless", ",'clusterIP':'None'").code());
      assertEquals(201, create(server, "b", ",'clusterIP':'10.43.9.9'").code());
      assertEquals(200, code(server, "10.43.9.9"));
      assertEquals(200, send(server, "DELETE", SERVICES + "/a", "").code());
      assertEquals(404, code(server, ip));
      Answer renamed =
          server.send(
              "PATCH",
              SERVICES + "/b",
              "{\"spec\":{\"type\":\"ExternalName\",\"externalName\":\"x.y\"}}"
                  .getBytes(StandardCharsets.UTF_8),
              "Content-Type",
              "application/merge-patch+json");
      assertEquals(200, renamed.code(), renamed.text());
      assertEquals(404, code(server, "10.43.9.9"));
    }
  }

  @Test
  void address_keptBySomebodyElse_isNotGivenToAService(@TempDir Path data) throws Exception {
    try (ServerFixture server = ServerFixture.start(data)) {
      Answer kept =
          send(
              server,
              "POST",
              ADDRESSES,
              "{'metadata':{'name':'10.43.7.7'},'spec':{'parentRef':"
                  + "{'resource':'gateways','group':'x.io','name':'g'}}}");
      assertEquals(201, kept.code(), kept.text());
      Answer refused = create(server, "a", ",'clusterIP':'10.43.7.7'");
      assertEquals(422, refused.code());
      assertTrue(refused.message().contains("already allocated"), refused.message());
    }
  }

  @Test
  void start_addressWithoutObject_getsOne(@TempDir Path data) throws Exception {
    try (ServerFixture server = ServerFixture.start(data)) {
      assertEquals(201, create(server, "a", ",'clusterIP':'10.43.5.5'").code());
      assertEquals(200, send(server, "DELETE", ADDRESSES + "/10.43.5.5", "").code());
    }
    try (ServerFixture server = ServerFixture.start(data)) {
      JsonNode object = send(server, "GET", ADDRESSES + "/10.43.5.5", "").json();
      assertEquals("a", object.at("/spec/parentRef/name").asText());
      assertEquals(200, send(server, "DELETE", SERVICES + "/a", "").code());
      assertEquals(404, code(server, "10.43.5.5"));
    }
  }
}
