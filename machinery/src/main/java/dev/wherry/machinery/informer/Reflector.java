package dev.wherry.machinery.informer;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.client.ListResult;
import dev.wherry.machinery.client.WatchConsumer;
import dev.wherry.machinery.client.WatchEvent;
import dev.wherry.machinery.client.WatchHandle;
import dev.wherry.machinery.client.WatchOptions;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Mirrors a collection by WatchList (KEP-3157), or by LIST and WATCH where the server does not know
 * it (client-go tools/cache Reflector). A lost watch goes on from the last revision seen; 410 lists
 * again. One virtual thread owns all state; the watch's thread waits while the inbox is full.
 */
final class Reflector<T extends KubeObject> implements Mirror {
  /** Events that may wait for the handlers before the watch is read no further. */
  static final int INBOX_EVENTS_MAX = 1_024;

  /** Objects in one page of a list. */
  static final int PAGE_OBJECTS_MAX = 500;

  private static final Logger LOG = System.getLogger(Reflector.class.getName());

  /** Takes the mirrored state, on the reflector's thread. */
  interface Sink<T> {
    void put(T object);

    void remove(T object);

    void replace(List<T> objects);
  }

  private sealed interface Message<T> {
    record Event<T>(WatchEvent<T> event) implements Message<T> {}

    record Ended<T>(Optional<ApiException> error) implements Message<T> {}
  }

  private final ApiClient client;
  private final Kind<T> kind;
  private final Scope scope;
  private final Timer timer;
  private final Sink<T> sink;
  private final Thread thread;
  private String revision = "";
  private boolean watchList = true;

  Reflector(ApiClient client, Kind<T> kind, Scope scope, Timer timer, Sink<T> sink) {
    this.client = client;
    this.kind = kind;
    this.scope = scope;
    this.timer = timer;
    this.sink = sink;
    this.thread = Thread.ofVirtual().name("informer-" + kind.info().plural()).unstarted(this::run);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    Rests rests = new Rests(timer);
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Instant started = timer.instant();
        runOnce();
        rests.after(started);
      }
    } catch (InterruptedException closed) {
      // The way to end.
    }
  }

  private void runOnce() throws InterruptedException {
    try {
      boolean initial = revision.isEmpty();
      if (initial && !watchList) {
        listPages();
        initial = false;
      }
      follow(initial);
    } catch (ApiException e) {
      refused(e);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "informer failed kind=" + kind, e);
    }
  }

  private void refused(ApiException e) {
    if (e.reason() == Reason.EXPIRED || e.reason() == Reason.GONE || tooNew(e)) {
      revision = "";
    } else if (revision.isEmpty()
        && watchList
        && (e.reason() == Reason.INVALID || e.reason() == Reason.BAD_REQUEST)) {
      watchList = false;
    } else {
      LOG.log(Level.WARNING, "informer refused kind={0} why={1}", kind, e.text());
    }
  }

  /** The server was restored to an older state than the one seen. */
  private static boolean tooNew(ApiException e) {
    return e.details().causes().stream()
        .anyMatch(cause -> cause.reason().equals("ResourceVersionTooLarge"));
  }

  private void listPages() {
    List<T> objects = new ArrayList<>();
    ListOptions options =
        ListOptions.ALL.withLabels(scope.labelSelector()).withFields(scope.fieldSelector());
    String token = "";
    ListResult<T> page;
    do {
      page = client.list(kind, scope.namespace(), options.withPage(PAGE_OBJECTS_MAX, token));
      objects.addAll(page.items());
      token = page.continueToken();
    } while (!token.isEmpty());
    sink.replace(objects);
    revision = page.resourceVersion();
  }

  private void follow(boolean initial) throws InterruptedException {
    WatchOptions options =
        (initial ? WatchOptions.list() : WatchOptions.after(revision))
            .withSelectors(scope.labelSelector(), scope.fieldSelector());
    Inbox<T> inbox = new Inbox<>();
    List<T> objects = initial ? new ArrayList<>() : null;
    try (WatchHandle _ = client.watch(kind, scope.namespace(), options, inbox)) {
      while (true) {
        switch (inbox.messages.take()) {
          case Message.Event<T>(WatchEvent<T> event) -> objects = apply(event, objects);
          case Message.Ended<T>(Optional<ApiException> error) -> {
            if (error.isPresent()) {
              throw error.get();
            }
            return;
          }
        }
      }
    } finally {
      inbox.close();
    }
  }

  /**
   * @param initial objects collected before the initial events' end; null afterwards
   * @return what to go on with
   */
  private @Nullable List<T> apply(WatchEvent<T> event, @Nullable List<T> initial) {
    switch (event) {
      case WatchEvent.Added<T>(T object) -> put(object, initial);
      case WatchEvent.Modified<T>(T object) -> put(object, initial);
      case WatchEvent.Deleted<T>(T object) -> {
        if (initial != null) {
          initial.removeIf(one -> ObjectKey.of(one).equals(ObjectKey.of(object)));
        } else {
          sink.remove(object);
          revision = object.metadata().resourceVersion();
        }
      }
      case WatchEvent.Bookmark<T>(String now, boolean end) -> {
        if (initial == null) {
          revision = now;
        } else if (end) {
          sink.replace(initial);
          revision = now;
          return null;
        }
      }
    }
    return initial;
  }

  private void put(T object, @Nullable List<T> initial) {
    if (initial != null) {
      initial.add(object);
    } else {
      sink.put(object);
      revision = object.metadata().resourceVersion();
    }
  }

  /** Between the watch's thread and ours. */
  private static final class Inbox<T> implements WatchConsumer<T> {
    final BlockingQueue<Message<T>> messages = new ArrayBlockingQueue<>(INBOX_EVENTS_MAX);
    private volatile boolean closed;

    @Override
    public void event(WatchEvent<T> event) {
      put(new Message.Event<>(event));
    }

    @Override
    public void ended(Optional<ApiException> error) {
      put(new Message.Ended<>(error));
    }

    private void put(Message<T> message) {
      try {
        if (!closed) {
          messages.put(message);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Frees a watch thread that waits for room. */
    void close() {
      closed = true;
      messages.clear();
    }
  }
}
