package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.ObjectListener;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Service accounts, with a short wait for one that its controller is about to make. The lock is
 * held by the event thread only for a signal; waiting is on the request's virtual thread.
 */
final class AwaitedAccounts {
  private final ObjectView view;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private volatile boolean listening;

  AwaitedAccounts(ObjectView view) {
    this.view = view;
  }

  Optional<ObjectNode> get(String namespace, String name, Duration patience) {
    Optional<ObjectNode> account = view.get(Resource.SERVICE_ACCOUNTS, namespace, name);
    if (account.isPresent() || patience.isZero()) {
      return account;
    }
    listen();
    long nanosLeft = patience.toNanos();
    lock.lock();
    try {
      while (true) {
        account = view.get(Resource.SERVICE_ACCOUNTS, namespace, name);
        if (account.isPresent() || nanosLeft <= 0) {
          return account;
        }
        nanosLeft = arrived.awaitNanos(nanosLeft);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private void listen() {
    lock.lock();
    try {
      if (listening) {
        return;
      }
      listening = true;
    } finally {
      lock.unlock();
    }
    view.subscribe(
        Resource.SERVICE_ACCOUNTS,
        new ObjectListener() {
          @Override
          public void stored(ObjectNode object) {
            signal();
          }

          @Override
          public void removed(String namespace, String name) {
            signal();
          }
        });
  }

  private void signal() {
    lock.lock();
    try {
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
