package dev.wherry.apiserver.view;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Told of every present object and every change of one resource, in order, from one thread. */
public interface ObjectListener {
  /**
   * A field, such as {@code spec.nodeName}, without which an object does not count: it is told of
   * as removed, and need not be decoded. "" where all count.
   */
  default String onlyWith() {
    return "";
  }

  /** The object was there at the start, was created, or changed. */
  void stored(ObjectNode object);

  /** The object is gone. */
  void removed(String namespace, String name);
}
