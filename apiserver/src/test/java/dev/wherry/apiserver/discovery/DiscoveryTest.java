package dev.wherry.apiserver.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedGroup;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedVersion;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.BuiltinKinds;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Shapes after KEP-3352 and kubernetes/staging apiserver endpoints/discovery tests. */
class DiscoveryTest {
  private static final String V2 =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;profile=nopeer,"
          + "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

  private static final class FakeCatalog implements ApiCatalog {
    private final List<ServedGroup> groups = new ArrayList<>();
    private long generation;

    FakeCatalog() {
      groups.add(group(new KindInfo("", "v1", "Pod", "pods", true)));
      groups.add(group(new KindInfo("apps", "v1", "Deployment", "deployments", true)));
    }

    @Override
    public long generation() {
      return generation;
    }

    @Override
    public List<ServedGroup> groups() {
      return List.copyOf(groups);
    }

    void add(ServedGroup group) {
      groups.add(group);
      generation++;
    }
  }

  private static ServedGroup group(KindInfo kind) {
    return new ServedGroup(
        kind.group(), List.of(new ServedVersion(kind.version(), List.of(resource(kind)), false)));
  }

  /** The built-in resource of this kind. */
  private static ResourceInfo resource(KindInfo kind) {
    return BuiltinKinds.all().stream().filter(r -> r.kind().equals(kind)).findFirst().orElseThrow();
  }

  private final FakeCatalog catalog = new FakeCatalog();
  private final Discovery discovery = new Discovery(catalog, "127.0.0.1:6443");

  private JsonNode get(String path, String accept) {
    return Json.parse(discovery.answer(path, accept, "").orElseThrow().body());
  }

  @Test
  void answer_legacyPaths_haveTheirKinds() {
    assertEquals("APIVersions", get("/api", "").path("kind").asText());
    assertEquals("APIGroupList", get("/apis", "*/*").path("kind").asText());
    assertEquals("apps", get("/apis", "").at("/groups/0/name").asText());
    assertEquals("apps/v1", get("/apis/apps", "").at("/preferredVersion/groupVersion").asText());
    assertEquals("v1", get("/api/v1/", "application/json").path("groupVersion").asText());
    assertTrue(discovery.answer("/apis/nope", "", "").isEmpty());
    assertTrue(discovery.answer("/apis/apps/v9", "", "").isEmpty());
  }

  @Test
  void answer_resourceList_namesSubresourcesWithTheirKinds() {
    JsonNode resources = get("/apis/apps/v1", "").path("resources");
    assertEquals("deployments", resources.path(0).path("name").asText());
    assertEquals("deploy", resources.path(0).path("shortNames").path(0).asText());
    assertEquals("all", resources.path(0).path("categories").path(0).asText());
    assertEquals("deployments/scale", resources.path(1).path("name").asText());
    assertEquals("Scale", resources.path(1).path("kind").asText());
    assertEquals("autoscaling", resources.path(1).path("group").asText());
    assertEquals("deployments/status", resources.path(2).path("name").asText());
  }

  @Test
  void answer_aggregated_splitsCoreFromTheRestAndRepeatsTheType() {
    Discovery.Answer answer = discovery.answer("/apis", V2, "").orElseThrow();
    assertEquals(
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        answer.contentType());
    JsonNode list = Json.parse(answer.body());
    assertEquals("apidiscovery.k8s.io/v2", list.path("apiVersion").asText());
    assertEquals(1, list.path("items").size());
    JsonNode deployments = list.at("/items/0/versions/0/resources/0");
    assertEquals("Deployment", deployments.at("/responseKind/kind").asText());
    assertEquals("Namespaced", deployments.path("scope").asText());
    JsonNode core = get("/api", V2).at("/items/0");
    assertFalse(core.path("metadata").has("name"));
    for (JsonNode subresource : core.at("/versions/0/resources/0/subresources")) {
      assertTrue(subresource.has("responseKind"), subresource::toString);
    }
    assertEquals("Current", core.at("/versions/0/freshness").asText());
  }

  @Test
  void answer_v2beta1_isServedUnderItsOwnVersion() {
    String accept = V2.replace("v=v2", "v=v2beta1");
    assertEquals("apidiscovery.k8s.io/v2beta1", get("/apis", accept).path("apiVersion").asText());
  }

  @Test
  void answer_matchingEtag_is304UntilTheCatalogChanges() {
    String etag = discovery.answer("/apis", V2, "").orElseThrow().etag();
    assertEquals(304, discovery.answer("/apis", V2, etag).orElseThrow().status());
    catalog.add(group(new KindInfo("batch", "v1", "Job", "jobs", true)));
    Discovery.Answer changed = discovery.answer("/apis", V2, etag).orElseThrow();
    assertEquals(200, changed.status());
    assertNotEquals(etag, changed.etag());
  }

  @Test
  void answer_onlyProtobufAccepted_isNotAcceptable() {
    assertThrows(
        ApiException.class,
        () -> discovery.answer("/apis", "application/vnd.kubernetes.protobuf", ""));
  }

  @Test
  void serves_paths_onlyDiscovery() {
    assertTrue(Discovery.serves("/apis/apps/v1"));
    assertTrue(Discovery.serves("/api/v1"));
    assertFalse(Discovery.serves("/api/v1/pods"));
    assertFalse(Discovery.serves("/apis/apps/v1/deployments"));
    assertFalse(Discovery.serves("/openapi/v2"));
  }
}
