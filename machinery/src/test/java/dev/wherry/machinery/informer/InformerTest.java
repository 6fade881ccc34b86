package dev.wherry.machinery.informer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.status.ApiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InformerTest {
  private final FakeTimer timer = new FakeTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final Informer<Pod> informer =
      new Informer<>(api, Pod.KIND, Scope.ALL, timer)
          .index("node", pod -> List.of(pod.spec().nodeName()))
          .onChange(change -> told.add(text(change)));

  @AfterEach
  void close() {
    informer.close();
  }

  private static String text(Change<Pod> change) {
    return change.getClass().getSimpleName() + " " + change.latest().metadata().name();
  }

  private Pod create(String name, String node) {
    return api.create(
        Pod.KIND,
        Pod.builder()
            .metadata(ObjectMeta.builder().namespace("default").name(name).build())
            .spec(PodSpec.builder().nodeName(node).build())
            .build());
  }

  private void awaitTold(String... all) {
    Eventually.await("told " + List.of(all) + " but was " + told, () -> told.equals(List.of(all)));
  }

  @Test
  void start_presentObjects_areToldThenSynced() throws Exception {
    create("a", "n1");
    create("b", "n2");
    informer.start();

    assertTrue(informer.awaitSynced(Duration.ofSeconds(120)));
    awaitTold("Added a", "Added b");
    assertEquals(List.of("a"), names(informer.byIndex("node", "n1")));
  }

  @Test
  void watch_changes_areToldInOrderAndIndexed() throws Exception {
    informer.start();
    informer.awaitSynced(Duration.ofSeconds(120));
    Pod a = create("a", "n1");
    api.update(Pod.KIND, a.toBuilder().spec(a.spec().toBuilder().nodeName("n2").build()).build());
    awaitTold("Added a", "Updated a");
    assertEquals(List.of(), informer.byIndex("node", "n1"));
    assertEquals(List.of("a"), names(informer.byIndex("node", "n2")));

    api.delete(Pod.KIND, "default", "a", DeleteOptions.DEFAULT.withGrace(0));
    awaitTold("Added a", "Updated a", "Removed a");
    assertEquals(List.of(), informer.list());
  }

  @Test
  void watch_cut_goesOnFromTheLastRevision() throws Exception {
    informer.start();
    informer.awaitSynced(Duration.ofSeconds(120));
    create("a", "n1");
    awaitTold("Added a");
    api.cutWatches();
    Eventually.await("informer rests", () -> timer.pending() > 0);
    create("b", "n1");
    timer.advance(Duration.ofSeconds(1));

    awaitTold("Added a", "Added b");
  }

  @Test
  void watch_expired_listsAgainAndFindsWhatIsGone() throws Exception {
    Pod old = create("a", "n1");
    create("b", "n1");
    informer.start();
    informer.awaitSynced(Duration.ofSeconds(120));
    api.cutWatches();
    Eventually.await("informer rests", () -> timer.pending() > 0);
    api.delete(Pod.KIND, "default", "b", DeleteOptions.DEFAULT.withGrace(0));
    api.delete(Pod.KIND, "default", "a", DeleteOptions.ofUid(old.metadata().uid()).withGrace(0));
    create("a", "n2");
    api.compact();
    // It rests once or twice more, as the threads happen to run.
    Eventually.await(
        "told of the new object",
        () -> {
          timer.advance(Duration.ofMillis(100));
          return told.size() == 5;
        });

    awaitTold("Added a", "Added b", "Removed b", "Removed a", "Added a");
  }

  @Test
  void start_serverWithoutWatchList_listsAndWatches() throws Exception {
    api.forgetWatchList();
    create("a", "n1");
    informer.start();
    Eventually.await("informer rests", () -> timer.pending() > 0);
    timer.advance(Duration.ofSeconds(1));
    assertTrue(informer.awaitSynced(Duration.ofSeconds(120)));
    create("b", "n1");

    awaitTold("Added a", "Added b");
  }

  @Test
  void start_serverRefuses_triesAgain() throws Exception {
    api.failNext(call -> call.verb().equals("watch"), ApiException.internal("no disk"));
    create("a", "n1");
    informer.start();
    Eventually.await("informer rests", () -> timer.pending() > 0);
    timer.advance(Duration.ofSeconds(1));

    awaitTold("Added a");
  }

  @Test
  void scope_selector_objectThatLeavesIsRemoved() throws Exception {
    Informer<Pod> some =
        new Informer<>(api, Pod.KIND, Scope.ofFields("spec.nodeName=n1"), timer)
            .onChange(change -> told.add(text(change)))
            .start();
    some.awaitSynced(Duration.ofSeconds(120));
    Pod a = create("a", "n1");
    create("b", "n2");
    api.update(
        Pod.KIND,
        a.toBuilder()
            .metadata(a.metadata().toBuilder().labels(Map.of("x", "y")).build())
            .spec(a.spec().toBuilder().nodeName("n3").build())
            .build());

    awaitTold("Added a", "Removed a");
    some.close();
  }

  private static List<String> names(List<Pod> pods) {
    return pods.stream().map(pod -> pod.metadata().name()).toList();
  }
}
