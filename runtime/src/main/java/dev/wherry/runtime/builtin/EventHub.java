package dev.wherry.runtime.builtin;

import dev.wherry.proto.cri.v1.ContainerEventResponse;
import dev.wherry.runtime.cri.EventSource;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/** Hands every event to all who listen; who falls too far behind is sent away to list anew. */
final class EventHub implements EventSource {
  private static final int BACKLOG_EVENTS_MAX = 1024;

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  void publish(ContainerEventResponse event) {
    listeners.forEach(listener -> listener.offer(event));
  }

  boolean hasListeners() {
    return !listeners.isEmpty();
  }

  @Override
  public void stream(ServerCallStreamObserver<ContainerEventResponse> out) {
    Listener listener = new Listener(out);
    out.setOnReadyHandler(listener::drain);
    out.setOnCancelHandler(() -> listeners.remove(listener));
    listeners.add(listener);
  }

  /** Nobody is told anything any more. */
  void close() {
    listeners.forEach(listener -> listener.end("the runtime is closing"));
    listeners.clear();
  }

  private final class Listener {
    private final ServerCallStreamObserver<ContainerEventResponse> out;
    private final Deque<ContainerEventResponse> backlog = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();

    Listener(ServerCallStreamObserver<ContainerEventResponse> out) {
      this.out = out;
    }

    void offer(ContainerEventResponse event) {
      lock.lock();
      try {
        if (backlog.size() >= BACKLOG_EVENTS_MAX) {
          listeners.remove(this);
          end("too many events unread");
          return;
        }
        backlog.add(event);
      } finally {
        lock.unlock();
      }
      drain();
    }

    void drain() {
      lock.lock();
      try {
        while (!backlog.isEmpty() && out.isReady() && !out.isCancelled()) {
          out.onNext(backlog.remove());
        }
      } catch (IllegalStateException e) {
        // The reader left between the look and the write.
        listeners.remove(this);
      } finally {
        lock.unlock();
      }
    }

    void end(String why) {
      lock.lock();
      try {
        if (!out.isCancelled()) {
          out.onError(Status.UNAVAILABLE.withDescription(why).asException());
        }
      } catch (IllegalStateException e) {
        // It has ended already.
      } finally {
        lock.unlock();
      }
    }
  }
}
