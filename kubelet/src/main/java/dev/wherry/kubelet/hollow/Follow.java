package dev.wherry.kubelet.hollow;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.client.ListResult;
import dev.wherry.machinery.client.WatchConsumer;
import dev.wherry.machinery.client.WatchEvent;
import dev.wherry.machinery.client.WatchHandle;
import dev.wherry.machinery.client.WatchOptions;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * Tells of a collection without keeping it: pages of a list, then a watch, and again from the last
 * revision when the watch ends. While the listener blocks nothing more is read. One virtual thread
 * lists, the watch's thread tells of changes; never both at a time.
 */
final class Follow<T extends KubeObject> implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Follow.class.getName());
  private static final int PAGE_OBJECTS_MAX = 500;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Who is told. */
  interface Listener<T> {
    /** All objects follow; one that does not is gone. */
    void listing();

    void present(T object);

    /** All that were there have been told. */
    void listed();

    void gone(T last);
  }

  private final ApiClient api;
  private final Kind<T> kind;
  private final Scope scope;
  private final Listener<T> listener;
  private final Timer timer;
  private final Thread thread;
  private volatile String revision = "";

  private Follow(ApiClient api, Kind<T> kind, Scope scope, Listener<T> listener, Timer timer) {
    this.api = api;
    this.kind = kind;
    this.scope = scope;
    this.listener = listener;
    this.timer = timer;
    this.thread = Thread.ofVirtual().name("hollow-" + kind.info().plural()).unstarted(this::run);
  }

  static <T extends KubeObject> Follow<T> start(
      ApiClient api, Kind<T> kind, Scope scope, Listener<T> listener, Timer timer) {
    Follow<T> follow = new Follow<>(api, kind, scope, listener, timer);
    follow.thread.start();
    return follow;
  }

  private void run() {
    try {
      while (true) {
        boolean held = false;
        try {
          once();
          held = true;
        } catch (ApiException e) {
          held = refused(e);
        } catch (RuntimeException e) {
          LOG.log(Level.WARNING, "follow failed kind=" + kind, e);
        }
        if (!held) {
          timer.pause(PAUSE);
        }
      }
    } catch (InterruptedException closed) {
      // The way to end.
    }
  }

  /** Whether it goes on at once. */
  private boolean refused(ApiException e) {
    boolean lost = e.reason() == Reason.EXPIRED || e.reason() == Reason.GONE;
    if (lost && !revision.isEmpty()) {
      revision = "";
      return true;
    }
    LOG.log(Level.WARNING, "follow refused kind={0} why={1}", kind, e.text());
    return false;
  }

  private void once() throws InterruptedException {
    if (revision.isEmpty()) {
      revision = list();
    }
    WatchOptions options =
        WatchOptions.after(revision).withSelectors(scope.labelSelector(), scope.fieldSelector());
    Consumer consumer = new Consumer();
    try (WatchHandle _ = api.watch(kind, scope.namespace(), options, consumer)) {
      consumer.over.await();
    }
    if (consumer.error.isPresent()) {
      throw consumer.error.get();
    }
  }

  private String list() {
    ListOptions options =
        ListOptions.ALL.withLabels(scope.labelSelector()).withFields(scope.fieldSelector());
    listener.listing();
    String token = "";
    ListResult<T> page;
    do {
      page = api.list(kind, scope.namespace(), options.withPage(PAGE_OBJECTS_MAX, token));
      page.items().forEach(listener::present);
      token = page.continueToken();
    } while (!token.isEmpty());
    listener.listed();
    return page.resourceVersion();
  }

  /** On the watch's thread. */
  private final class Consumer implements WatchConsumer<T> {
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Optional<ApiException> error = Optional.empty();

    @Override
    public void event(WatchEvent<T> event) {
      switch (event) {
        case WatchEvent.Added<T>(T object) -> stored(object);
        case WatchEvent.Modified<T>(T object) -> stored(object);
        case WatchEvent.Deleted<T>(T last) -> {
          listener.gone(last);
          revision = last.metadata().resourceVersion();
        }
        case WatchEvent.Bookmark<T>(String now, boolean _) -> revision = now;
      }
    }

    private void stored(T object) {
      listener.present(object);
      revision = object.metadata().resourceVersion();
    }

    @Override
    public void ended(Optional<ApiException> why) {
      error = why;
      over.countDown();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
