package dev.wherry.machinery.client;

import dev.wherry.machinery.client.ObjectSlices.RawEvent;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** One watch over HTTP: a virtual thread reads events line by line. */
final class HttpWatch<T extends KubeObject> implements WatchHandle {
  /** Bytes of one event: above the largest object a server takes. */
  static final int EVENT_BYTES_MAX = 16 * 1024 * 1024;

  /** Read at a time; a node has a dozen watches, each with a buffer of its own. */
  private static final int READ_BYTES = 8 << 10;

  private static final String INITIAL_EVENTS_END = "k8s.io/initial-events-end";

  private final Kind<T> kind;
  private final InputStream stream;
  private final WatchConsumer<T> consumer;
  private volatile boolean closed;

  private HttpWatch(Kind<T> kind, InputStream stream, WatchConsumer<T> consumer) {
    this.kind = kind;
    this.stream = stream;
    this.consumer = consumer;
  }

  static <T extends KubeObject> HttpWatch<T> start(
      Kind<T> kind, InputStream stream, WatchConsumer<T> consumer) {
    HttpWatch<T> watch = new HttpWatch<>(kind, stream, consumer);
    Thread.ofVirtual().name("watch-" + kind.info().plural()).start(watch::run);
    return watch;
  }

  private void run() {
    Optional<ApiException> error = Optional.empty();
    try (InputStream in = new BufferedInputStream(stream, READ_BYTES)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream(4_096);
      while (!closed && readLine(in, line)) {
        tell(ObjectSlices.event(line.toByteArray()));
        line.reset();
      }
    } catch (ApiException e) {
      error = Optional.of(e);
    } catch (IOException e) {
      // The connection broke: go on from the last revision, as after an orderly end.
    } catch (DecodeException e) {
      error = Optional.of(ApiException.internal(kind + " watch: " + e.getMessage()));
    }
    boolean tell = !closed;
    close();
    if (tell) {
      consumer.ended(error);
    }
  }

  private static boolean readLine(InputStream in, ByteArrayOutputStream line) throws IOException {
    int b;
    while ((b = in.read()) >= 0) {
      if (b != '\n') {
        line.write(b);
      } else if (line.size() > 0) {
        return true;
      }
      if (line.size() > EVENT_BYTES_MAX) {
        throw new ApiException(
            Reason.REQUEST_ENTITY_TOO_LARGE, "a watch event of more than 16 MiB");
      }
    }
    return false;
  }

  private void tell(RawEvent event) {
    switch (event.type()) {
      case "ADDED" -> consumer.event(new WatchEvent.Added<>(kind.decode(event.object())));
      case "MODIFIED" -> consumer.event(new WatchEvent.Modified<>(kind.decode(event.object())));
      case "DELETED" -> consumer.event(new WatchEvent.Deleted<>(kind.decode(event.object())));
      case "BOOKMARK" -> {
        var meta = kind.decode(event.object()).metadata();
        boolean end = "true".equals(meta.annotations().get(INITIAL_EVENTS_END));
        consumer.event(new WatchEvent.Bookmark<>(meta.resourceVersion(), end));
      }
      case "ERROR" -> throw ApiException.fromStatus(Json.parse(event.object()), 500);
      default -> throw ApiException.internal("unknown watch event " + event.type());
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      stream.close();
    } catch (IOException e) {
      // Nothing is read from it any more.
    }
  }
}
