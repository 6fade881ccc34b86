package dev.wherry.apiserver.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What kubectl looks for, after kubectl/pkg/util/openapi and cli-runtime's query parameter
 * verifier.
 */
class OpenApiTest {
  private final OpenApi openApi =
      new OpenApi(FixtureCatalog.create(), Schema.builtin(), CustomSchemas.NONE, "v1.36.0");

  private JsonNode get(String path) {
    return Json.parse(openApi.answer(path, "", "", "").orElseThrow().plain());
  }

  @Test
  void index_lists_everyGroupVersionWithItsHash() {
    JsonNode paths = get("/openapi/v3").path("paths");
    assertTrue(paths.size() > 15, paths::toString);
    String url = paths.path("apis/apps/v1").path("serverRelativeURL").asText();
    String hash = url.substring(url.indexOf("hash=") + 5);
    OpenApi.Answer current = openApi.answer("/openapi/v3/apis/apps/v1", hash, "", "").orElseThrow();
    assertEquals(200, current.status());
    assertTrue(current.cacheControl().contains("immutable"));
    OpenApi.Answer stale = openApi.answer("/openapi/v3/apis/apps/v1", "OLD", "", "").orElseThrow();
    assertEquals(301, stale.status());
    assertEquals(url, stale.location());
    assertEquals(
        304,
        openApi
            .answer("/openapi/v3/apis/apps/v1", hash, "", current.etag())
            .orElseThrow()
            .status());
    assertTrue(openApi.answer("/openapi/v3/apis/none/v1", "", "", "").isEmpty());
  }

  @Test
  void v3_patch_inlinesFieldValidationAndOffersStrategicMergeForBuiltInsOnly() {
    JsonNode patch =
        get("/openapi/v3/apis/apps/v1")
            .path("paths")
            .path("/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
            .path("patch");
    List<String> names = new ArrayList<>();
    patch.path("parameters").forEach(p -> names.add(p.path("name").asText()));
    assertTrue(names.contains("fieldValidation"), names::toString);
    assertTrue(names.contains("dryRun"), names::toString);
    assertEquals("Deployment", patch.path("x-kubernetes-group-version-kind").path("kind").asText());
    assertTrue(patch.at("/requestBody/content").has("application/strategic-merge-patch+json"));
    JsonNode custom =
        get("/openapi/v3/apis/example.org/v1")
            .path("paths")
            .path("/apis/example.org/v1/namespaces/{namespace}/widgets/{name}")
            .path("patch");
    assertFalse(custom.at("/requestBody/content").has("application/strategic-merge-patch+json"));
    assertTrue(custom.at("/requestBody/content").has("application/merge-patch+json"));
  }

  @Test
  void v3_conditionsOfApiServices_mergeByType() {
    JsonNode conditions =
        get("/openapi/v3/apis/apiregistration.k8s.io/v1")
            .at("/components/schemas")
            .path("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus")
            .at("/properties/conditions");
    assertEquals("map", conditions.path("x-kubernetes-list-type").asText());
    assertEquals("[\"type\"]", conditions.path("x-kubernetes-list-map-keys").toString());
    assertEquals("type", conditions.path("x-kubernetes-patch-merge-key").asText());
  }

  @Test
  void v3_schemas_carryMarkersAndKindsAndResolve() {
    JsonNode schemas = get("/openapi/v3/api/v1").at("/components/schemas");
    JsonNode containers = schemas.path("io.k8s.api.core.v1.PodSpec").at("/properties/containers");
    assertEquals("name", containers.path("x-kubernetes-patch-merge-key").asText());
    assertEquals("map", containers.path("x-kubernetes-list-type").asText());
    assertFalse(containers.path("description").asText().isEmpty());
    JsonNode gvk =
        schemas.path("io.k8s.api.core.v1.Pod").path("x-kubernetes-group-version-kind").path(0);
    assertEquals("Pod", gvk.path("kind").asText());
    assertEquals("", gvk.path("group").asText());
    assertEquals(List.of(), dangling(schemas, "#/components/schemas/"));
  }

  @Test
  void v2_document_resolvesAllReferences() {
    JsonNode document = get("/openapi/v2");
    assertEquals("2.0", document.path("swagger").asText());
    assertTrue(document.path("paths").has("/api/v1/namespaces/{namespace}/pods/{name}/log"));
    assertEquals(List.of(), dangling(document.path("definitions"), "#/definitions/"));
    assertTrue(
        document
            .path("definitions")
            .has("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference"));
  }

  /** Go's strict reader refuses the whole document. */
  @Test
  void v2_document_namesNothingTwice() {
    byte[] document = openApi.answer("/openapi/v2", "", "", "").orElseThrow().plain();
    assertEquals(List.of(), Json.parseReporting(document).duplicates());
  }

  private static List<String> dangling(JsonNode definitions, String prefix) {
    List<String> missing = new ArrayList<>();
    for (JsonNode reference : definitions.findValues("$ref")) {
      // A type may have a field of this name (JSONSchemaProps).
      if (reference.isTextual()
          && !definitions.has(reference.asText().substring(prefix.length()))) {
        missing.add(reference.asText());
      }
    }
    return missing;
  }

  @Test
  void v2_protobuf_isServedUnderItsTypeAndOtherTypesAreRefused() {
    OpenApi.Answer answer =
        openApi
            .answer(
                "/openapi/v2", "", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf", "")
            .orElseThrow();
    assertEquals(
        "application/com.github.proto-openapi.spec.v2.v1.0+protobuf", answer.contentType());
    assertEquals(0x0A, answer.plain()[0], "field 1, swagger, comes first");
    assertThrows(ApiException.class, () -> openApi.answer("/openapi/v2", "", "text/html", ""));
  }
}
