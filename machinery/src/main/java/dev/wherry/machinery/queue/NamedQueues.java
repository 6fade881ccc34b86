package dev.wherry.machinery.queue;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The queues of one process by name, for its metrics page. Any thread. */
public final class NamedQueues {
  private final Map<String, WorkQueue<?>> queues = new ConcurrentHashMap<>();

  /** Tells of a queue from now on; of two with one name of the later. */
  public <K> WorkQueue<K> named(String name, WorkQueue<K> queue) {
    queues.put(name, queue);
    return queue;
  }

  /** What each has done, by name. */
  public Map<String, QueueFigures> figures() {
    Map<String, QueueFigures> figures = new TreeMap<>();
    queues.forEach((name, queue) -> figures.put(name, queue.figures()));
    return figures;
  }
}
