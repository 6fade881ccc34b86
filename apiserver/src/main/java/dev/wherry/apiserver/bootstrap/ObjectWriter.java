package dev.wherry.apiserver.bootstrap;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.Resource;
import java.util.Optional;

/** The few writes bootstrapping needs, as the superuser and past the authoriser. */
public interface ObjectWriter {
  /** The newest object, by a read that sees every acknowledged write. */
  Optional<ObjectNode> get(Resource resource, String namespace, String name);

  /** Creates; an object that exists already is an {@code ApiException} ALREADY_EXISTS. */
  void create(Resource resource, ObjectNode object);

  /** Updates at the object's resourceVersion; CONFLICT when it changed meanwhile. */
  void update(Resource resource, ObjectNode object);

  /** Deletes; NOT_FOUND when it is gone. */
  void delete(Resource resource, String namespace, String name);
}
