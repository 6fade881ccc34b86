package dev.wherry.machinery.informer;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Whom an informer tells; a handler that fails does not keep the others from hearing. */
final class Handlers<T> {
  private static final Logger LOG = System.getLogger(Handlers.class.getName());

  private final String about;
  private final List<Consumer<Change<T>>> handlers = new CopyOnWriteArrayList<>();

  /**
   * @param about the kind, for the log
   */
  Handlers(String about) {
    this.about = about;
  }

  void add(Consumer<Change<T>> handler) {
    handlers.add(handler);
  }

  boolean isEmpty() {
    return handlers.isEmpty();
  }

  void tell(Change<T> change) {
    for (Consumer<Change<T>> handler : handlers) {
      try {
        handler.accept(change);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "informer handler failed kind=" + about, e);
      }
    }
  }
}
