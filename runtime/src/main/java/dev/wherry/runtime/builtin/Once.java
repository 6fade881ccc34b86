package dev.wherry.runtime.builtin;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** A question that is asked when it is needed, and then never again. */
final class Once implements BooleanSupplier {
  private final BooleanSupplier question;
  private final ReentrantLock lock = new ReentrantLock();
  private Optional<Boolean> answer = Optional.empty();

  Once(BooleanSupplier question) {
    this.question = question;
  }

  @Override
  public boolean getAsBoolean() {
    lock.lock();
    try {
      if (answer.isEmpty()) {
        answer = Optional.of(question.getAsBoolean());
      }
      return answer.get();
    } finally {
      lock.unlock();
    }
  }
}
