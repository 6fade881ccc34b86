package dev.wherry.machinery.informer;

import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Informers without threads: a test tells them what they see, when and how late. */
public final class FedInformers {
  private final Map<Kind<?>, Reflector.Sink<?>> sinks = new LinkedHashMap<>();
  private final Informers informers =
      new Informers(
          new Informers.Maker() {
            @Override
            public <T extends KubeObject> Informer<T> make(Kind<T> kind) {
              return new Informer<>(
                  kind,
                  sink -> {
                    sinks.put(kind, sink);
                    return new Mirror() {
                      @Override
                      public void start() {}

                      @Override
                      public void close() {}
                    };
                  });
            }
          });

  public Informers informers() {
    return informers;
  }

  /** The kinds that were asked for, in order. */
  public List<Kind<?>> kinds() {
    return new ArrayList<>(sinks.keySet());
  }

  public <T extends KubeObject> void put(Kind<T> kind, T object) {
    sink(kind).ifPresent(sink -> sink.put(object));
  }

  public <T extends KubeObject> void remove(Kind<T> kind, T object) {
    sink(kind).ifPresent(sink -> sink.remove(object));
  }

  /** What a new list shows. */
  public <T extends KubeObject> void replace(Kind<T> kind, List<T> objects) {
    sink(kind).ifPresent(sink -> sink.replace(objects));
  }

  @SuppressWarnings("unchecked") // Filed under its own kind.
  private <T extends KubeObject> Optional<Reflector.Sink<T>> sink(Kind<T> kind) {
    return Optional.ofNullable((Reflector.Sink<T>) sinks.get(kind));
  }
}
