package dev.wherry.kubelet.pod;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class PodInboxTest {
  @Test
  void await_momentLongBefore_runsWhatThereIsAtOnce() throws Exception {
    PodInbox inbox = new PodInbox();
    inbox.await(Duration.between(Instant.EPOCH, Instant.MIN));
    AtomicBoolean ran = new AtomicBoolean();
    inbox.send(() -> ran.set(true));
    inbox.await(Duration.between(Instant.EPOCH, Instant.MIN));
    assertTrue(ran.get());
  }
}
