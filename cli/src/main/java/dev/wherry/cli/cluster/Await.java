package dev.wherry.cli.cluster;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.WatchConsumer;
import dev.wherry.machinery.client.WatchEvent;
import dev.wherry.machinery.client.WatchHandle;
import dev.wherry.machinery.client.WatchOptions;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Waits for one object by watching it. */
final class Await {
  private Await() {}

  /** False when the object does not become so in time. */
  static <T extends KubeObject> boolean ready(
      ApiClient client,
      Kind<T> kind,
      String namespace,
      String name,
      Predicate<T> wanted,
      Duration most)
      throws InterruptedException {
    CountDownLatch ready = new CountDownLatch(1);
    WatchOptions options =
        WatchOptions.list().withSelectors("", "metadata.name=" + name).withTimeout(most);
    try (WatchHandle watch = client.watch(kind, namespace, options, new Look<>(wanted, ready))) {
      return ready.await(most.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private record Look<T extends KubeObject>(Predicate<T> wanted, CountDownLatch ready)
      implements WatchConsumer<T> {
    @Override
    public void event(WatchEvent<T> event) {
      boolean is =
          switch (event) {
            case WatchEvent.Added<T> added -> wanted.test(added.object());
            case WatchEvent.Modified<T> modified -> wanted.test(modified.object());
            case WatchEvent.Deleted<T> deleted -> false;
            case WatchEvent.Bookmark<T> bookmark -> false;
          };
      if (is) {
        ready.countDown();
      }
    }

    @Override
    public void ended(Optional<ApiException> error) {}
  }
}
