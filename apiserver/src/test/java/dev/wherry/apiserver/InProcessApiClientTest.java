package dev.wherry.apiserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.client.MetadataObject;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.client.WatchConsumer;
import dev.wherry.machinery.client.WatchEvent;
import dev.wherry.machinery.client.WatchOptions;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.store.Store;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Components in the server's process: the same checks as over HTTP, the cache's own objects. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InProcessApiClientTest {
  private static final long PATIENCE_SECONDS = 120;

  @TempDir static Path data;
  private final SystemTimer timer = new SystemTimer();
  private Store store;
  private ApiServer server;
  private ApiClient admin;

  @BeforeAll
  void start() throws Exception {
    store = RocksStore.open(data.resolve("db"), RocksStoreConfig.defaults());
    server =
        ApiServer.start(
            ApiServerConfig.in(
                data, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), List.of()),
            store,
            timer,
            UUID::randomUUID,
            new SecureRandom());
    admin = server.clientFor(UserInfo.of("admin", UserInfo.MASTERS));
  }

  @AfterAll
  void stop() {
    server.close();
    store.close();
    timer.close();
  }

  private static ConfigMap map(String name, String value) {
    return ConfigMap.builder()
        .metadata(ObjectMeta.builder().namespace("default").name(name).build())
        .data(Map.of("k", value))
        .build();
  }

  private <T extends KubeObject> Informer<T> informer(
      dev.wherry.model.kind.Kind<T> kind, BlockingQueue<Change<T>> told) throws Exception {
    Informer<T> informer =
        new Informer<>(admin, kind, Scope.ofNamespace("default"), timer).onChange(told::add);
    assertTrue(informer.start().awaitSynced(Duration.ofSeconds(PATIENCE_SECONDS)));
    return informer;
  }

  private static <T> T next(BlockingQueue<T> told) throws InterruptedException {
    return Optional.ofNullable(told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).orElseThrow();
  }

  @Test
  void call_withoutARole_isForbiddenAsOverHttp() {
    ApiClient nobody = server.clientFor(UserInfo.of("nobody"));
    List<Runnable> calls =
        List.of(
            () -> nobody.get(ConfigMap.KIND, "default", "a"),
            () -> nobody.list(ConfigMap.KIND, "", ListOptions.ALL),
            () -> nobody.create(ConfigMap.KIND, map("a", "1")),
            () -> nobody.update(ConfigMap.KIND, map("a", "1")),
            () -> nobody.delete(ConfigMap.KIND, "default", "a", DeleteOptions.DEFAULT),
            () -> nobody.watch(ConfigMap.KIND, "", WatchOptions.list(), new Ear<>()),
            () -> nobody.raw("GET", "/api/v1/nodes", null),
            () -> nobody.cacheView(ConfigMap.KIND, "", "", "").orElseThrow().follow());
    for (Runnable call : calls) {
      assertEquals(Reason.FORBIDDEN, assertThrows(ApiException.class, call::run).reason());
    }
    ApiException e =
        assertThrows(ApiException.class, () -> nobody.get(ConfigMap.KIND, "default", "a"));
    assertEquals(
        "configmaps \"a\" is forbidden: User \"nobody\" cannot get resource \"configmaps\" in API"
            + " group \"\" in the namespace \"default\"",
        e.text());
  }

  @Test
  void roles_ofComponents_areUpstreams() {
    ApiClient scheduler = server.clientFor(UserInfo.of("system:kube-scheduler"));
    scheduler.list(dev.wherry.model.core.v1.Pod.KIND, "", ListOptions.ALL);
    assertForbidden(() -> scheduler.list(Secret.KIND, "", ListOptions.ALL));
    ApiClient manager = server.clientFor(UserInfo.of("system:kube-controller-manager"));
    manager.list(ConfigMap.KIND, "", ListOptions.ALL);
    assertForbidden(() -> manager.update(ConfigMap.KIND, map("a", "1")));
    ApiClient publisher =
        server.clientFor(
            UserInfo.of(UserInfo.serviceAccountName("kube-system", "root-ca-cert-publisher")));
    publisher.create(ConfigMap.KIND, map("by-publisher", "1"));
    assertForbidden(() -> publisher.list(Secret.KIND, "", ListOptions.ALL));
  }

  private static void assertForbidden(Runnable call) {
    assertEquals(Reason.FORBIDDEN, assertThrows(ApiException.class, call::run).reason());
  }

  @Test
  void writes_areValidatedAndConflict() {
    ConfigMap first = admin.create(ConfigMap.KIND, map("conflict", "1"));
    assertEquals(
        Reason.ALREADY_EXISTS,
        assertThrows(ApiException.class, () -> admin.create(ConfigMap.KIND, map("conflict", "2")))
            .reason());
    ConfigMap second =
        admin.update(ConfigMap.KIND, first.toBuilder().data(Map.of("k", "2")).build());
    assertEquals("2", second.data().get("k"));
    assertEquals(
        Reason.CONFLICT,
        assertThrows(ApiException.class, () -> admin.update(ConfigMap.KIND, first)).reason());
    assertEquals(
        Reason.INVALID,
        assertThrows(ApiException.class, () -> admin.create(ConfigMap.KIND, map("Bad_Name", "1")))
            .reason());
    assertEquals(
        Reason.NOT_FOUND,
        assertThrows(ApiException.class, () -> admin.get(ConfigMap.KIND, "default", "absent"))
            .reason());
    JsonNode patch = Json.parse("{\"data\":{\"k\":\"3\"}}");
    ConfigMap patched = admin.patch(ConfigMap.KIND, "default", "conflict", PatchType.MERGE, patch);
    assertEquals("3", patched.data().get("k"));
    admin.delete(ConfigMap.KIND, "default", "conflict", DeleteOptions.DEFAULT);
    assertThrows(ApiException.class, () -> admin.get(ConfigMap.KIND, "default", "conflict"));
  }

  @Test
  void raw_discoveryAndResources_answerAsOverHttp() {
    assertEquals("APIGroupList", admin.raw("GET", "/apis", null).path("kind").asText());
    JsonNode namespaces = admin.raw("GET", "/api/v1/namespaces", null);
    assertEquals("NamespaceList", namespaces.path("kind").asText());
    JsonNode review =
        admin.raw(
            "POST",
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            Json.parse(
                "{\"spec\":{\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\"}}}"));
    assertTrue(review.at("/status/allowed").asBoolean(), review.toString());
    assertThrows(ApiException.class, () -> admin.raw("GET", "/apis/no/v1/such", null));
  }

  @Test
  void objects_areDecodedOnceForAll() throws Exception {
    ConfigMap created = admin.create(ConfigMap.KIND, map("shared", "1"));
    ApiClient other = server.clientFor(UserInfo.of("other", UserInfo.MASTERS));
    try (Informer<ConfigMap> one = informer(ConfigMap.KIND, new LinkedBlockingQueue<>());
        Informer<ConfigMap> two = informer(ConfigMap.KIND, new LinkedBlockingQueue<>())) {
      ConfigMap seen = one.get("default", "shared").orElseThrow();
      assertSame(created, seen);
      assertSame(seen, two.get("default", "shared").orElseThrow());
      assertSame(seen, other.get(ConfigMap.KIND, "default", "shared"));
      MetadataObject only =
          other.get(MetadataObject.of(ConfigMap.KIND.info()), "default", "shared");
      assertSame(seen.metadata(), only.metadata());
      assertSame(seen, one.get("default", "shared").orElseThrow());

      ConfigMap next =
          admin.update(ConfigMap.KIND, seen.toBuilder().data(Map.of("k", "2")).build());
      assertNotSame(seen, next);
      assertSame(next, two.get("default", "shared").orElseThrow());
    }
  }

  @Test
  void informer_readsItsOwnWritesAndIsToldInOrder() throws Exception {
    BlockingQueue<Change<Secret>> told = new LinkedBlockingQueue<>();
    try (Informer<Secret> informer =
        new Informer<>(admin, Secret.KIND, Scope.ofNamespace("default"), timer)
            .index("type", secret -> List.of(secret.type()))
            .onChange(told::add)) {
      assertTrue(informer.start().awaitSynced(Duration.ofSeconds(PATIENCE_SECONDS)));
      List<String> wanted = new ArrayList<>();
      Secret last = Secret.EMPTY;
      for (int i = 0; i < 50; i++) {
        ObjectMeta meta = ObjectMeta.builder().namespace("default").name("s" + i).build();
        last = admin.create(Secret.KIND, Secret.builder().metadata(meta).type("x").build());
        assertSame(last, informer.get("default", "s" + i).orElseThrow());
        wanted.add("Added s" + i);
      }
      admin.delete(Secret.KIND, "default", "s49", DeleteOptions.DEFAULT);
      assertTrue(informer.get("default", "s49").isEmpty());
      wanted.add("Removed s49");
      for (String line : wanted) {
        Change<Secret> change = next(told);
        assertEquals(
            line, change.getClass().getSimpleName() + " " + change.latest().metadata().name());
      }
      assertEquals(49, informer.byIndex("type", "x").size());
      assertEquals(List.of(), informer.byIndex("type", "y"));
      assertEquals("x", last.type());
    }
  }

  @Test
  void informer_ofAnotherVersion_showsThatVersion() throws Exception {
    ObjectMeta meta = ObjectMeta.builder().namespace("default").name("e").build();
    admin.create(
        dev.wherry.model.core.v1.Event.KIND,
        dev.wherry.model.core.v1.Event.builder()
            .metadata(meta)
            .involvedObject(
                dev.wherry.model.core.v1.ObjectReference.builder()
                    .kind("Pod")
                    .namespace("default")
                    .name("p")
                    .build())
            .reason("Because")
            .message("so it is")
            .type("Normal")
            .build());
    var kind = new dev.wherry.model.kind.KindInfo("events.k8s.io", "v1", "Event", "events", true);
    JsonNode over = admin.raw("GET", kind.path("default", "e"), null);
    assertEquals("so it is", over.path("note").asText(), over.toString());
    try (Informer<MetadataObject> informer =
        informer(MetadataObject.of(kind), new LinkedBlockingQueue<>())) {
      assertEquals("e", informer.get("default", "e").orElseThrow().metadata().name());
    }
  }

  @Test
  void informer_refused_showsNothing() throws Exception {
    ApiClient nobody = server.clientFor(UserInfo.of("nobody"));
    admin.create(ConfigMap.KIND, map("hidden", "1"));
    try (Informer<ConfigMap> informer = Informer.start(nobody, ConfigMap.KIND, Scope.ALL, timer)) {
      assertEquals(false, informer.awaitSynced(Duration.ofMillis(100)));
      assertEquals(List.of(), informer.list());
      assertTrue(informer.get("default", "hidden").isEmpty());
    }
  }

  @Test
  void watch_tellsPresentObjectsThenChanges() throws Exception {
    ConfigMap present = admin.create(ConfigMap.KIND, map("watched", "1"));
    Ear<ConfigMap> ear = new Ear<>();
    WatchOptions options = WatchOptions.list().withSelectors("", "metadata.name=watched");
    try (var _ = admin.watch(ConfigMap.KIND, "default", options, ear)) {
      assertSame(present, ((WatchEvent.Added<ConfigMap>) next(ear.heard)).object());
      assertTrue(((WatchEvent.Bookmark<ConfigMap>) next(ear.heard)).initialEventsEnd());
      ConfigMap changed =
          admin.update(ConfigMap.KIND, present.toBuilder().data(Map.of("k", "2")).build());
      assertSame(changed, ((WatchEvent.Modified<ConfigMap>) next(ear.heard)).object());
      admin.delete(ConfigMap.KIND, "default", "watched", DeleteOptions.DEFAULT);
      assertTrue(next(ear.heard) instanceof WatchEvent.Deleted<ConfigMap>);
    }
  }

  @Test
  void watch_timeIsOver_endsInOrder() throws Exception {
    Ear<ConfigMap> ear = new Ear<>();
    String from = admin.list(ConfigMap.KIND, "", ListOptions.ALL).resourceVersion();
    admin.watch(
        ConfigMap.KIND,
        "default",
        WatchOptions.after(from).withTimeout(Duration.ofSeconds(1)),
        ear);
    assertEquals(Optional.empty(), next(ear.ends));
  }

  private static final class Ear<T> implements WatchConsumer<T> {
    private final BlockingQueue<WatchEvent<T>> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<Optional<ApiException>> ends = new LinkedBlockingQueue<>();

    @Override
    public void event(WatchEvent<T> event) {
      heard.add(event);
    }

    @Override
    public void ended(Optional<ApiException> error) {
      ends.add(error);
    }
  }
}
