package dev.wherry.apiserver.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.bootstrap.ObjectWriter;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Objects in memory; changes reach listeners at once, on the caller's thread. */
public final class FakeView implements ObjectView, ObjectWriter {
  private record Key(Resource resource, String namespace, String name) {}

  private final Map<Key, ObjectNode> objects = new LinkedHashMap<>();
  private final Map<Resource, List<ObjectListener>> listeners = new LinkedHashMap<>();
  private int writes;

  /** Stores an object given as JSON with single quotes. */
  public synchronized FakeView put(Resource resource, String json) {
    return put(resource, (ObjectNode) Json.parse(json.replace('\'', '"')));
  }

  /** Stores an object. */
  public synchronized FakeView put(Resource resource, ObjectNode object) {
    objects.put(new Key(resource, Trees.namespace(object), Trees.name(object)), object);
    listeners.getOrDefault(resource, List.of()).forEach(l -> l.stored(object));
    return this;
  }

  /** Takes an object out. */
  public synchronized void remove(Resource resource, String namespace, String name) {
    objects.remove(new Key(resource, namespace, name));
    listeners.getOrDefault(resource, List.of()).forEach(l -> l.removed(namespace, name));
  }

  /** Calls of {@link ObjectWriter} so far. */
  public synchronized int writes() {
    return writes;
  }

  @Override
  public synchronized Optional<ObjectNode> get(Resource resource, String namespace, String name) {
    return Optional.ofNullable(objects.get(new Key(resource, namespace, name)));
  }

  @Override
  public synchronized List<ObjectNode> list(Resource resource, String namespace) {
    List<ObjectNode> found = new ArrayList<>();
    objects.forEach((key, object) -> {
      if (key.resource().equals(resource)
          && (namespace.isEmpty() || key.namespace().equals(namespace))) {
        found.add(object);
      }
    });
    return found;
  }

  @Override
  public synchronized void subscribe(Resource resource, ObjectListener listener) {
    list(resource, "").forEach(listener::stored);
    listeners.computeIfAbsent(resource, _ -> new ArrayList<>()).add(listener);
  }

  @Override
  public synchronized void create(Resource resource, ObjectNode object) {
    if (get(resource, Trees.namespace(object), Trees.name(object)).isPresent()) {
      throw new ApiException(Reason.ALREADY_EXISTS, Trees.name(object));
    }
    writes++;
    put(resource, object);
  }

  @Override
  public synchronized void update(Resource resource, ObjectNode object) {
    writes++;
    put(resource, object);
  }

  @Override
  public synchronized void delete(Resource resource, String namespace, String name) {
    writes++;
    remove(resource, namespace, name);
  }
}
