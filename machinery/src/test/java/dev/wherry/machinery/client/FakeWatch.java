package dev.wherry.machinery.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One watch of the fake: events are queued under the store's lock, told on an own thread. */
final class FakeWatch<T extends KubeObject> implements WatchHandle {
  private final Kind<T> kind;
  private final String namespace;
  private final Predicate<ObjectNode> chosen;
  private final WatchConsumer<T> consumer;
  private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private volatile boolean closed;

  FakeWatch(Kind<T> kind, String namespace, WatchOptions options, WatchConsumer<T> consumer) {
    this.kind = kind;
    this.namespace = namespace;
    this.chosen = FakeStore.selection(options.labelSelector(), options.fieldSelector());
    this.consumer = consumer;
  }

  void start() {
    Thread.ofVirtual().name("fake-watch-" + kind.info().plural()).start(this::run);
  }

  private void run() {
    try {
      while (!closed) {
        queue.take().run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void initial(FakeStore.Page page, boolean bookmark) {
    page.objects().forEach(tree -> tell(new WatchEvent.Added<>(kind.decode(tree))));
    if (bookmark) {
      tell(new WatchEvent.Bookmark<>(Long.toString(page.revision()), true));
    }
  }

  void offer(FakeStore.Happening happening) {
    if (!happening.kind().plural().equals(kind.info().plural())
        || !happening.kind().group().equals(kind.info().group())) {
      return;
    }
    ObjectNode before = mine(happening.before()) ? happening.before() : null;
    ObjectNode after = mine(happening.after()) ? happening.after() : null;
    if (after != null) {
      T now = kind.decode(after);
      tell(before == null ? new WatchEvent.Added<>(now) : new WatchEvent.Modified<>(now));
    } else if (before != null) {
      ObjectNode last = before.deepCopy();
      last.withObject("/metadata").put("resourceVersion", Long.toString(happening.revision()));
      tell(new WatchEvent.Deleted<>(kind.decode(last)));
    }
  }

  private boolean mine(@Nullable ObjectNode tree) {
    return tree != null
        && (namespace.isEmpty() || tree.at("/metadata/namespace").asText().equals(namespace))
        && chosen.test(tree);
  }

  private void tell(WatchEvent<T> event) {
    queue.add(() -> {
      if (!closed) {
        consumer.event(event);
      }
    });
  }

  void end(Optional<ApiException> error) {
    queue.add(() -> {
      if (!closed) {
        closed = true;
        consumer.ended(error);
      }
    });
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    queue.add(() -> {});
  }
}
