package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.ApiServer;
import dev.wherry.apiserver.ApiServerConfig;
import dev.wherry.apiserver.fixture.ExtensionServer;
import dev.wherry.apiserver.fixture.ExtensionSite;
import dev.wherry.cli.lab.Await;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.MetadataObject;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.store.Store;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The controllers at work on objects that another server holds, behind an APIService. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AggregatedContentTest {
  private static final String NAME = "v1alpha1.wardle.example.com";
  private static final String API_SERVICE = ExtensionSite.SERVICES + "/" + NAME;
  private static final Kind<MetadataObject> API_SERVICE_KIND =
      MetadataObject.of(
          new KindInfo("apiregistration.k8s.io", "v1", "APIService", "apiservices", false));
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";

  @TempDir Path folder;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private ApiClient admin;
  private ExtensionServer extension;

  @BeforeEach
  void start() throws Exception {
    SystemTimer timer = new SystemTimer();
    parts.push(timer);
    Store store = RocksStore.open(folder.resolve("store"), RocksStoreConfig.defaults());
    parts.push(store);
    ApiServer api =
        ApiServer.start(
            ApiServerConfig.in(
                folder.resolve("server"), new InetSocketAddress("127.0.0.1", 0), List.of()),
            store,
            timer,
            UUID::randomUUID,
            new SecureRandom());
    parts.push(api);
    admin = new ComponentClients(api).apiServer();
    ExtensionSite site =
        new ExtensionSite(api.pki(), URI.create("https://127.0.0.1:" + api.port()));
    parts.push(site);
    extension = site.extension();
    site.register((path, object) -> admin.raw("POST", path, object));
    awaitAvailable("True");
    ControlPlane.start(
        parts,
        api,
        "127.0.0.1",
        ClusterRanges.DEFAULT,
        "",
        ControllersConfig.Choices.DEFAULT,
        false,
        SchedulerConfig.defaults(),
        timer,
        1);
  }

  @AfterEach
  void stop() {
    ServerRole.stop(parts);
  }

  private void awaitAvailable(String status) throws Exception {
    Await.until(
        () -> "the APIService is Available=" + status,
        () -> condition(API_SERVICE, "Available").path("status").asText().equals(status));
  }

  private JsonNode condition(String path, String type) {
    for (JsonNode each : admin.raw("GET", path, null).at("/status/conditions")) {
      if (each.path("type").asText().equals(type)) {
        return each;
      }
    }
    return Json.object();
  }

  private void awaitFailure(String... types) throws Exception {
    Await.until(
        () -> "the namespace has a " + String.join(" or ", types),
        () ->
            Stream.of(types)
                .map(type -> condition("/api/v1/namespaces/sea", type).path("status").asText())
                .anyMatch("True"::equals));
  }

  private static String flunders(String namespace) {
    return ExtensionServer.PATH + "/namespaces/" + namespace + "/flunders";
  }

  private String create(String path, String yaml) {
    JsonNode body = Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8)).tree();
    return admin.raw("POST", path, body).at("/metadata/uid").asText();
  }

  private static String owned(String apiVersion, String kind, String name, String uid) {
    return "{metadata: {name: owned, ownerReferences: [{apiVersion: %s, kind: %s, name: %s, uid: %s}]}}"
        .formatted(apiVersion, kind, name, uid);
  }

  private void awaitGone(String path) throws Exception {
    Await.until(() -> path + " is gone", () -> isGone(path));
  }

  private boolean isGone(String path) {
    try {
      admin.raw("GET", path, null);
      return false;
    } catch (ApiException e) {
      return e.reason() == Reason.NOT_FOUND;
    }
  }

  @Test
  void owner_deleted_itsDependentsGoWhoeverHoldsThem() throws Exception {
    String map = create(MAPS, "{metadata: {name: owner}}");
    create(flunders("default"), owned("v1", "ConfigMap", "owner", map));
    String flunder = create(flunders("default"), "{metadata: {name: owner}}");
    create(MAPS, owned("wardle.example.com/v1alpha1", "Flunder", "owner", flunder));
    admin.raw("DELETE", MAPS + "/owner", null);
    awaitGone(flunders("default") + "/owned");
    ObjectNode foreground = Json.object().put("propagationPolicy", "Foreground");
    admin.raw("DELETE", flunders("default") + "/owner", foreground);
    awaitGone(MAPS + "/owned");
    awaitGone(flunders("default") + "/owner");
  }

  @Test
  void namespace_deleted_waitsForAServerThatIsAway_andSaysSo() throws Exception {
    create("/api/v1/namespaces", "{metadata: {name: sea}}");
    create(flunders("sea"), "{metadata: {name: one}}");
    extension.broken(true);
    admin.raw("DELETE", "/api/v1/namespaces/sea", null);
    awaitFailure("NamespaceDeletionContentFailure", "NamespaceDeletionDiscoveryFailure");
    admin.patch(
        API_SERVICE_KIND,
        "",
        NAME,
        PatchType.MERGE,
        Yaml.parse("{metadata: {labels: {look: again}}}".getBytes(StandardCharsets.UTF_8)).tree());
    awaitFailure("NamespaceDeletionDiscoveryFailure");
    JsonNode failure = condition("/api/v1/namespaces/sea", "NamespaceDeletionDiscoveryFailure");
    assertEquals("DiscoveryFailed", failure.path("reason").asText());
    assertEquals(
        "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of"
            + " server APIs: wardle.example.com/v1alpha1: stale GroupVersion discovery:"
            + " wardle.example.com/v1alpha1",
        failure.path("message").asText());
    extension.broken(false);
    awaitGone("/api/v1/namespaces/sea");
    awaitGone(flunders("sea") + "/one");
  }
}
