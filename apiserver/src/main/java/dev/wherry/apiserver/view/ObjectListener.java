package dev.wherry.apiserver.view;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Told of every present object and every change of one resource, in order, from one thread. */
public interface ObjectListener {
  /** The object was there at the start, was created, or changed. */
  void stored(ObjectNode object);

  /** The object is gone. */
  void removed(String namespace, String name);
}
