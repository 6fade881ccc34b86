package dev.wherry.apiserver.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.schema.Schema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** What a kube-apiserver v1.36.2 published of a definition with everything in it. */
class CustomDocumentsTest {
  private static final KindInfo KIND =
      new KindInfo("acme.cert-manager.io", "v1", "Gadget", "gadgets", true);

  private static final ResourceInfo GADGETS =
      new ResourceInfo(
          KIND,
          "gadget",
          List.of(),
          List.of(),
          List.of("delete", "deletecollection", "get", "list", "patch", "create", "update"),
          List.of(),
          List.of("spec.color"),
          "gadgets.acme.cert-manager.io");

  private static ObjectNode yaml(String text) {
    return (ObjectNode) Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
  }

  private static String names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return String.join(" ", names);
  }

  @Test
  void paths_areOfJsonAndYaml() {
    SortedMap<String, ObjectNode> paths =
        new PathNodes(Schema.builtin(), CustomSchemas.NONE, Dialect.V3).of(GADGETS);
    ObjectNode one =
        paths.get("/apis/acme.cert-manager.io/v1/namespaces/{namespace}/gadgets/{name}");
    ObjectNode all = paths.get("/apis/acme.cert-manager.io/v1/namespaces/{namespace}/gadgets");
    assertEquals("replaceAcmeCertManagerIoV1NamespacedGadget", one.at("/put/operationId").asText());
    assertEquals("acmeCertManagerIo_v1", one.at("/put/tags/0").asText());
    String both = "application/json application/yaml";
    for (String call : List.of("/put", "/delete")) {
      assertEquals(both, names(one.at(call + "/requestBody/content")), call);
    }
    assertEquals(both, names(all.at("/get/responses/200/content")));
    assertEquals(
        "application/apply-patch+yaml application/json-patch+json application/merge-patch+json",
        names(one.at("/patch/requestBody/content")));
    assertEquals("200 401", names(one.at("/patch/responses")));
    assertEquals("", names(all.at("/delete/requestBody")), "a collection is deleted by a query");
  }

  @Test
  void pathsOfVersionTwo_sayWhatTheyTake_alsoWhereThereIsNoBody() {
    SortedMap<String, ObjectNode> paths =
        new PathNodes(Schema.builtin(), CustomSchemas.NONE, Dialect.V2).of(GADGETS);
    ObjectNode one =
        paths.get("/apis/acme.cert-manager.io/v1/namespaces/{namespace}/gadgets/{name}");
    for (String call : List.of("/get", "/put", "/delete")) {
      assertEquals(
          "[\"application/json\",\"application/yaml\"]", one.at(call + "/consumes").toString());
    }
    assertEquals(
        "[\"application/json-patch+json\",\"application/merge-patch+json\","
            + "\"application/apply-patch+yaml\"]",
        one.at("/patch/consumes").toString());
  }

  @Test
  void definition_ofVersionTwo_hasNoDefaults() {
    ObjectNode schema =
        yaml(
            """
            type: object
            properties:
              spec:
                type: object
                default: {}
                properties:
                  color: {type: string, default: red, enum: [red, blue]}
                  l: {type: array, items: {type: string, default: q}, x-kubernetes-list-type: set}
                  n: {type: object, nullable: true, properties: {a: {type: string, default: x}}}
                  default: {type: string}
                  port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}], default: 80}
            """);
    ObjectNode node = new CustomNodes(Dialect.V2).object(KIND, schema, List.of("spec.color"));
    assertEquals(
        yaml(
            """
            type: object
            properties:
              color: {type: string, enum: [red, blue]}
              l: {type: array, items: {type: string}, x-kubernetes-list-type: set}
              n: {}
              default: {type: string}
              port: {x-kubernetes-int-or-string: true}
            """),
        node.at("/properties/spec"));
    assertEquals(
        Json.parse("[{\"fieldPath\":\"spec.color\"}]"),
        node.path("x-kubernetes-selectable-fields"));
  }
}
