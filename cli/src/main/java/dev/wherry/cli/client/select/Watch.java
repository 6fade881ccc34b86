package dev.wherry.cli.client.select;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.http.Api;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiPredicate;

/** Reads the events of a watch one by one. */
public final class Watch {
  private Watch() {}

  /** How a watch came to its end. */
  public enum End {
    /** The callback has seen enough. */
    ENOUGH,
    /** The server ended it, as it does now and then. */
    SERVER,
    /** The time is over. */
    TIME
  }

  /**
   * Calls back for each event until the callback has seen enough or the server ends the watch.
   *
   * @param onEvent takes type and object; true goes on
   * @return false when the callback ended it
   * @throws ApiException for an ERROR event
   */
  public static boolean follow(
      Api api, String path, String accept, BiPredicate<String, JsonNode> onEvent) {
    try (InputStream stream = api.open(path, accept)) {
      return events(stream, onEvent) != End.ENOUGH;
    } catch (IOException e) {
      throw api.unreachable(e);
    }
  }

  /**
   * As {@link #follow(Api, String, String, BiPredicate)}, for a while.
   *
   * @param patience how long at most; must be positive
   */
  public static End follow(
      Api api, String path, Duration patience, BiPredicate<String, JsonNode> onEvent) {
    AtomicBoolean over = new AtomicBoolean();
    try (InputStream stream = api.open(path, Api.JSON)) {
      Thread clock = Thread.ofVirtual().start(() -> closeAfter(stream, patience, over));
      try {
        End end = events(stream, onEvent);
        return end == End.SERVER && over.get() ? End.TIME : end;
      } finally {
        clock.interrupt();
      }
    } catch (IOException e) {
      if (over.get()) {
        return End.TIME;
      }
      throw api.unreachable(e);
    }
  }

  /** Ends a read that nothing else would end. */
  private static void closeAfter(InputStream stream, Duration patience, AtomicBoolean over) {
    long end = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
    }
    over.set(true);
    try {
      stream.close();
    } catch (IOException e) {
      // The reader finds out by itself.
    }
  }

  private static End events(InputStream stream, BiPredicate<String, JsonNode> onEvent)
      throws IOException {
    try (JsonParser parser = Json.FACTORY.createParser(stream)) {
      while (parser.nextToken() != null) {
        JsonNode event = Json.read(parser);
        String type = event.path("type").asText();
        JsonNode object = event.path("object");
        if (type.equals("ERROR")) {
          throw ApiException.fromStatus(object, object.path("code").asInt());
        }
        if (!type.equals("BOOKMARK") && !onEvent.test(type, object)) {
          return End.ENOUGH;
        }
      }
      return End.SERVER;
    }
  }
}
