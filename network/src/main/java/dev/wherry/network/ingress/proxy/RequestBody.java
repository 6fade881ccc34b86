package dev.wherry.network.ingress.proxy;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What of a request's body came, and what of it left. Parts wait here until there is an endpoint;
 * the client is not read meanwhile, so they are few. Its loop's thread.
 */
final class RequestBody {
  private final Deque<HttpContent> held = new ArrayDeque<>();
  private boolean ended;
  private boolean sent;

  /**
   * @param whole whether there is none
   */
  void begin(boolean whole) {
    ended = whole;
  }

  /** A part came. */
  void came(HttpContent part) {
    if (part instanceof LastHttpContent) {
      ended = true;
    }
  }

  /** Whether all of it came. */
  boolean isEnded() {
    return ended;
  }

  /** Whether any of it left: the request cannot be sent again then. */
  boolean isSent() {
    return sent;
  }

  /** Whether a request leaves whole with its head. */
  boolean isNone() {
    return ended && held.isEmpty() && !sent;
  }

  void hold(HttpContent part) {
    held.addLast(part);
  }

  void send(Attempt to, HttpContent part) {
    sent = true;
    to.send(part);
  }

  /** Sends what waits. */
  void sendHeld(Attempt to) {
    while (!held.isEmpty()) {
      send(to, held.removeFirst());
    }
  }

  void release() {
    held.forEach(HttpContent::release);
    held.clear();
  }
}
