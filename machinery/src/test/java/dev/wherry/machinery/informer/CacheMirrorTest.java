package dev.wherry.machinery.informer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.CacheFeed;
import dev.wherry.machinery.client.CacheFeed.Event;
import dev.wherry.machinery.client.CacheView;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CacheMirrorTest {
  private final FakeTimer timer = new FakeTimer();
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final FakeCache cache = new FakeCache();
  private final CountDownLatch synced = new CountDownLatch(1);
  private final Indexes<Pod> indexes = new Indexes<>();
  private final Handlers<Pod> handlers = new Handlers<>("pods");
  private final CacheMirror<Pod> mirror =
      new CacheMirror<>("pods", cache, indexes, handlers, synced::countDown, timer);

  CacheMirrorTest() {
    indexes.add("node", pod -> List.of(pod.spec().nodeName()));
    handlers.add(change ->
        told.add(change.getClass().getSimpleName() + " " + change.latest().metadata().uid()));
  }

  @AfterEach
  void close() {
    mirror.close();
  }

  private void awaitTold(String... all) {
    Eventually.await("told " + List.of(all) + " but was " + told, () -> told.equals(List.of(all)));
  }

  private List<String> onNode(String node) {
    return mirror.byIndex("node", node).stream().map(p -> p.metadata().name()).toList();
  }

  @Test
  void follow_presentThenChanges_areToldAndIndexed() throws Exception {
    cache.put("a", "a1", "n1");
    mirror.start();
    synced.await();
    cache.put("a", "a1", "n2");
    cache.put("b", "b1", "n2");
    cache.remove("b");
    awaitTold("Added a1", "Updated a1", "Added b1", "Removed b1");
    assertEquals(List.of(), onNode("n1"));
    assertEquals(List.of("a"), onNode("n2"));
  }

  @Test
  void byIndex_cacheAheadOfTheIndex_showsNoWrongObject() throws Exception {
    cache.put("a", "a1", "n1");
    mirror.start();
    synced.await();
    cache.silent = true;
    cache.put("a", "a1", "n2");
    assertEquals(List.of(), onNode("n1"));
    assertEquals("n2", mirror.get("default", "a").orElseThrow().spec().nodeName());
  }

  @Test
  void follow_lost_tellsTheDifferenceOnly() throws Exception {
    cache.put("a", "a1", "n1");
    cache.put("b", "b1", "n1");
    cache.put("c", "c1", "n1");
    mirror.start();
    synced.await();
    cache.silent = true;
    cache.remove("b");
    cache.put("c", "c2", "n3");
    cache.put("d", "d1", "n1");
    cache.silent = false;
    cache.lose();
    awaitTold(
        "Added a1", "Added b1", "Added c1", "Removed b1", "Removed c1", "Added c2", "Added d1");
    assertEquals(List.of("a", "d"), onNode("n1"));
    assertEquals(List.of("c"), onNode("n3"));
  }

  @Test
  void follow_refused_triesAgain() throws Exception {
    cache.refusal = Optional.of(new ApiException(Reason.FORBIDDEN, "no"));
    cache.put("a", "a1", "n1");
    mirror.start();
    Eventually.await("mirror rests", () -> timer.pending() > 0);
    cache.refusal = Optional.empty();
    timer.advance(Duration.ofSeconds(1));
    awaitTold("Added a1");
    assertTrue(synced.await(120, java.util.concurrent.TimeUnit.SECONDS));
  }

  /** A version of a pod. */
  private record Version(Pod object) implements CacheFeed.Item<Pod> {
    @Override
    public String namespace() {
      return object.metadata().namespace();
    }

    @Override
    public String name() {
      return object.metadata().name();
    }
  }

  /** A cache whose feed the test fills. */
  private static final class FakeCache implements CacheView<Pod> {
    private final Map<String, Version> objects = new TreeMap<>();
    private BlockingQueue<Event<Pod>> feed = new LinkedBlockingQueue<>();
    private volatile boolean silent;
    private volatile Optional<ApiException> refusal = Optional.empty();
    private int revision;

    synchronized void put(String name, String uid, String node) {
      ObjectMeta meta =
          ObjectMeta.builder()
              .namespace("default")
              .name(name)
              .uid(uid)
              .resourceVersion(String.valueOf(++revision))
              .build();
      PodSpec spec = PodSpec.builder().nodeName(node).build();
      Version version = new Version(Pod.builder().metadata(meta).spec(spec).build());
      objects.put(name, version);
      happened(new Event.Stored<>(version));
    }

    synchronized void remove(String name) {
      happened(new Event.Gone<>(Optional.ofNullable(objects.remove(name)).orElseThrow()));
    }

    synchronized void lose() {
      happened(new Event.Lost<>());
    }

    private void happened(Event<Pod> event) {
      if (!silent) {
        feed.add(event);
      }
    }

    @Override
    public synchronized Optional<Pod> get(String namespace, String name) {
      return Optional.ofNullable(objects.get(name)).map(Version::object);
    }

    @Override
    public synchronized List<Pod> list() {
      return objects.values().stream().map(Version::object).toList();
    }

    @Override
    public List<Pod> list(String namespace) {
      return list();
    }

    @Override
    public synchronized CacheFeed<Pod> follow() {
      if (refusal.isPresent()) {
        throw refusal.get();
      }
      BlockingQueue<Event<Pod>> events = new LinkedBlockingQueue<>();
      feed = events;
      objects.values().forEach(version -> events.add(new Event.Stored<>(version)));
      events.add(new Event.Complete<>());
      return new CacheFeed<>() {
        @Override
        public List<Event<Pod>> take(int eventsMax) throws InterruptedException {
          return List.of(events.take());
        }

        @Override
        public void close() {}
      };
    }
  }
}
