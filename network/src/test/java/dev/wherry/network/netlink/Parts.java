package dev.wherry.network.netlink;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a test or proof has made, closed in reverse order. */
public final class Parts implements AutoCloseable {
  private final Deque<AutoCloseable> made = new ArrayDeque<>();

  /** Keeps a part until the end, and returns it. */
  public <T extends AutoCloseable> T add(T part) {
    made.push(part);
    return part;
  }

  @Override
  public void close() throws Exception {
    while (!made.isEmpty()) {
      made.pop().close();
    }
  }
}
