package dev.wherry.apiserver.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** The newest visible objects, in their stored version. Trees are shared: nobody changes them. */
public interface ObjectView {
  /** One object; namespace "" for cluster scope. Secrets come decrypted. */
  Optional<ObjectNode> get(Resource resource, String namespace, String name);

  /** All objects of a namespace, or of all when namespace is "". */
  List<ObjectNode> list(Resource resource, String namespace);

  /**
   * Tells the listener of every object there is, then of every change, in revision order and from
   * one thread. Returns only after the present objects were told.
   */
  void subscribe(Resource resource, ObjectListener listener);

  /** The uid of an object; implementations answer from the cache's metadata without decoding. */
  default Optional<String> uid(Resource resource, String namespace, String name) {
    return get(resource, namespace, name).map(o -> o.path("metadata").path("uid").asText());
  }
}
